package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileVersion;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.node.inference.ModelOpener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  private static final ModelKey KEY = new ModelKey(new ModelName("colours"), 2);
  private static final long GRACE_MS = 1_000;

  @TempDir Path folder;
  private final Cluster cluster = new Cluster();

  /** A cluster whose files say their version's number. */
  private static final class Cluster implements ModelFiles.Source {
    final Map<ModelKey, Map<String, FileVersion>> models = new TreeMap<>();
    final List<Integer> copied = new ArrayList<>();
    final List<ModelKey> unheardOf = new ArrayList<>();
    boolean down;

    void add(ModelKey key) {
      Map<String, FileVersion> files = new TreeMap<>();
      int number = 1;
      for (String name : List.of("labels.txt", "model.json", "model.onnx")) {
        files.put(name, new FileVersion(number++, 0, 0, List.of(), 0));
      }
      models.put(key, files);
    }

    @Override
    public Optional<Map<String, FileVersion>> files(ModelKey key) {
      return Optional.ofNullable(models.get(key));
    }

    @Override
    public void confirm() {
      unheardOf.forEach(this::add);
    }

    @Override
    public void copy(FileVersion file, OutputStream out) throws IOException {
      out.write(("version " + file.number()).getBytes(StandardCharsets.US_ASCII));
      if (down) {
        throw new IOException("no replica answers");
      }
      copied.add(file.number());
    }
  }

  private ModelFiles files() {
    return new ModelFiles(folder.resolve("models"), cluster, ModelOpener.plain(), GRACE_MS);
  }

  @Test
  void a_revision_is_fetched_once_and_whole_or_not_at_all() throws Exception {
    cluster.add(KEY);
    cluster.down = true;
    ModelFiles files = files();
    assertThrows(IOException.class, () -> files.fetch(KEY));
    cluster.down = false;
    Path home = files.fetch(KEY);
    assertEquals("version 3", Files.readString(home.resolve("model.onnx")));
    assertEquals(home, files.fetch(KEY));
    assertEquals(List.of(1, 2, 3), cluster.copied);
    try (var all = Files.list(folder.resolve("models"))) {
      assertEquals(List.of(home), all.toList());
    }
  }

  @Test
  void a_revision_that_the_cluster_does_not_have_is_not_fetched() {
    IOException none = assertThrows(IOException.class, () -> files().fetch(KEY));
    assertEquals(
        "model colours@2 is not in the cluster's state; was it removed?", none.getMessage());
  }

  @Test
  void a_revision_that_this_node_has_not_heard_of_yet_is_fetched() throws Exception {
    cluster.unheardOf.add(KEY);
    Path home = files().fetch(KEY);
    assertEquals("version 3", Files.readString(home.resolve("model.onnx")));
  }

  @Test
  void a_network_that_is_prepared_elsewhere_leaves_its_checksum_and_comes_back_when_that_is_gone()
      throws Exception {
    cluster.add(KEY);
    ModelFiles files = files();
    Path home = files.fetch(KEY);
    files.keepDigestOnly(KEY, "ab".repeat(32));
    assertFalse(Files.exists(home.resolve("model.onnx")));
    assertEquals("ab".repeat(32), Files.readString(home.resolve(ModelOpener.DIGEST_FILE)).strip());
    files.keepDigestOnly(KEY, "cd".repeat(32));
    assertEquals("ab".repeat(32), Files.readString(home.resolve(ModelOpener.DIGEST_FILE)).strip());

    // This opener knows of no prepared form.
    files.fetch(KEY);
    assertEquals("version 3", Files.readString(home.resolve("model.onnx")));
    assertEquals(List.of(1, 2, 3, 3), cluster.copied);
  }

  @Test
  void files_of_a_revision_go_when_the_cluster_has_been_without_it_for_the_grace_time()
      throws Exception {
    ModelKey other = new ModelKey(new ModelName("other"), 1);
    cluster.add(KEY);
    cluster.add(other);
    ModelFiles files = files();
    Path home = files.fetch(KEY);
    Path kept = files.fetch(other);
    Files.createDirectories(folder.resolve("models").resolve("not a model"));
    assertEquals(List.of(), files.outdated(0));
    cluster.models.remove(KEY);
    assertEquals(List.of(), files.outdated(100));
    assertEquals(List.of(), files.outdated(100 + GRACE_MS - 1));

    // It was only a state that had not caught up.
    cluster.add(KEY);
    assertEquals(List.of(), files.outdated(100 + GRACE_MS));
    cluster.models.remove(KEY);
    assertEquals(List.of(), files.outdated(5_000));
    assertEquals(List.of(KEY), files.outdated(5_000 + GRACE_MS));
    files.delete(KEY);
    assertFalse(Files.exists(home));
    assertTrue(Files.exists(kept));
    assertEquals(List.of(), files.outdated(90_000));
  }

  @Test
  void what_a_fetch_of_an_earlier_life_has_left_goes() throws Exception {
    Path left = folder.resolve("models").resolve("incoming-1234");
    Files.createDirectories(left);
    Files.writeString(left.resolve("model.onnx"), "half");
    files().deleteLeftovers();
    assertFalse(Files.exists(left));
  }
}
