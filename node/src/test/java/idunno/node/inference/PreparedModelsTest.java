package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.jobs.QueryResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PreparedModelsTest {
  private static final long BYTES = 3 << 20;
  private static final List<PictureSource> PICTURES =
      List.of(() -> Paint.RED, () -> Paint.GREEN, () -> Paint.RED);

  @TempDir Path temporary;
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());

  private Path cache() {
    return temporary.resolve("prepared");
  }

  private ModelOpener opener(long maxBytes, Duration unused) throws IOException {
    PreparedModels.Rules rules =
        new PreparedModels.Rules(0, maxBytes, unused, Duration.ofSeconds(60));
    return new ModelOpener(
        Device.CPU, new PreparedModels(cache(), rules), Long.MAX_VALUE, said::add);
  }

  private ModelOpener opener() throws IOException {
    return opener(Long.MAX_VALUE, Duration.ofDays(1));
  }

  private static List<QueryResult> answers(WarmModel model) throws Exception {
    return BatchRunner.run(model, PICTURES).stream().map(QueryOutcome::result).toList();
  }

  private static List<QueryResult> plainAnswers(Path folder) throws Exception {
    try (WarmModel plain = WarmModel.open(folder)) {
      return answers(plain);
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(cache())) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }

  @Test
  void a_prepared_network_gives_the_bits_of_the_plain_one_and_maps_its_weights() throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 1);
    List<QueryResult> expected = plainAnswers(folder);
    for (int time = 0; time < 2; time++) {
      try (WarmModel model = opener().open(folder)) {
        assertTrue(model.sharedAs().isPresent(), said::toString);
        assertEquals(expected, answers(model));
        if (Files.exists(Path.of("/proc/self/maps"))) {
          assertTrue(
              Files.readAllLines(Path.of("/proc/self/maps")).stream()
                  .anyMatch(line -> line.contains(cache() + "/") && line.endsWith("weights.bin")));
        }
      }
    }
    assertEquals(1, entries().size());
    assertEquals(List.of(), said);
  }

  @Test
  void a_network_in_8_bit_numbers_can_be_prepared_too() throws Exception {
    Path folder = Networks.quantized(temporary.resolve("model"));
    try (WarmModel model = opener().open(folder)) {
      assertTrue(model.sharedAs().isPresent(), said::toString);
      assertEquals(plainAnswers(folder), answers(model));
    }
  }

  @Test
  void many_who_open_it_at_once_prepare_it_once() throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 2);
    List<QueryResult> expected = plainAnswers(folder);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<QueryResult>>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(
            threads.submit(
                () -> {
                  try (WarmModel model = opener().open(folder)) {
                    assertTrue(model.sharedAs().isPresent(), said::toString);
                    return answers(model);
                  }
                }));
      }
      for (Future<List<QueryResult>> one : all) {
        assertEquals(expected, one.get(60, TimeUnit.SECONDS));
      }
    }
    assertEquals(1, entries().size());
  }

  @Test
  void weights_that_are_shorter_or_changed_are_never_mapped_but_made_anew() throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 3);
    opener().open(folder).close();
    Path weights = entries().getFirst().resolve("weights.bin");
    long whole = Files.size(weights);
    List<QueryResult> expected = plainAnswers(folder);

    writable(weights);
    try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      channel.truncate(whole / 2);
    }
    try (WarmModel model = opener().open(folder)) {
      assertEquals(expected, answers(model));
    }
    assertEquals(whole, Files.size(weights));

    writable(weights);
    try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), whole / 2);
    }
    try (WarmModel model = opener().open(folder)) {
      assertTrue(model.sharedAs().isPresent(), said::toString);
      assertEquals(expected, answers(model));
    }
  }

  private static void writable(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void what_a_process_that_died_has_left_is_deleted_and_never_used() throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 4);
    PreparedModels.Rules rules =
        new PreparedModels.Rules(0, Long.MAX_VALUE, Duration.ofDays(1), Duration.ofSeconds(60));
    PreparedModels prepared = new PreparedModels(cache(), rules);
    Path half = Files.createDirectory(cache().resolve("part-of-somebody"));
    Files.write(half.resolve("weights.bin"), new byte[100]);
    prepared.sweep(System.currentTimeMillis());
    assertFalse(Files.exists(half));

    // Renamed but without its list, as if the disk had lost a write.
    opener().open(folder).close();
    Path entry = entries().getFirst();
    Files.delete(entry.resolve("list"));
    try (WarmModel model = opener().open(folder)) {
      assertTrue(model.sharedAs().isPresent(), said::toString);
    }
    assertTrue(Files.exists(entry.resolve("list")));
  }

  @Test
  void the_longest_unused_go_first_and_those_in_use_never() throws Exception {
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      folders.add(Networks.large(temporary.resolve("model" + i), BYTES, 10 + i));
    }
    opener().open(folders.get(0)).close();
    Path first = entries().getFirst();
    try (WarmModel used = opener().open(folders.get(1))) {
      Path second = entries().stream().filter(e -> !e.equals(first)).findFirst().orElseThrow();
      FileTime longAgo = FileTime.fromMillis(0);
      Files.setLastModifiedTime(second.resolve("list"), longAgo);
      Files.setLastModifiedTime(first.resolve("list"), FileTime.fromMillis(1_000));
      // Room for two: the oldest is in use, so the one after it goes.
      opener(5 * BYTES, Duration.ofDays(36_500)).open(folders.get(2)).close();
      assertFalse(Files.exists(first));
      assertTrue(Files.exists(second));
      assertEquals(2, entries().size());
      assertEquals(3, answers(used).size());
    }
  }

  @Test
  void one_that_nobody_has_opened_for_long_goes() throws Exception {
    opener().open(Networks.large(temporary.resolve("model"), BYTES, 20)).close();
    PreparedModels.Rules rules =
        new PreparedModels.Rules(0, Long.MAX_VALUE, Duration.ofDays(30), Duration.ofSeconds(60));
    PreparedModels prepared = new PreparedModels(cache(), rules);
    long nowMs = System.currentTimeMillis();
    prepared.sweep(nowMs + Duration.ofDays(29).toMillis());
    assertEquals(1, entries().size());
    prepared.sweep(nowMs + Duration.ofDays(31).toMillis());
    assertEquals(0, entries().size());
  }

  @Test
  void without_its_network_a_model_opens_by_the_checksum_until_the_prepared_form_is_gone()
      throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 5);
    List<QueryResult> expected = plainAnswers(folder);
    ModelOpener opener = opener();
    try (WarmModel model = opener.open(folder)) {
      Files.writeString(
          folder.resolve(ModelOpener.DIGEST_FILE), model.sharedAs().orElseThrow() + "\n");
    }
    long length = Files.size(folder.resolve("model.onnx"));
    Files.delete(folder.resolve("model.onnx"));
    assertTrue(opener.hasNetwork(folder));
    assertEquals(length, opener.expectedBytes(folder));
    try (WarmModel model = opener.open(folder)) {
      assertEquals(expected, answers(model));
      assertTrue(model.bytes() >= length);
    }
    Files.delete(entries().getFirst().resolve("list"));
    IOException gone = assertThrows(IOException.class, () -> opener.open(folder).close());
    assertTrue(String.valueOf(gone.getMessage()).contains("fetch it again"), gone.getMessage());
    assertFalse(opener.hasNetwork(folder));
  }

  @Test
  void where_nothing_can_be_written_the_plain_way_is_taken_and_it_is_said() throws Exception {
    Path folder = Networks.large(temporary.resolve("model"), BYTES, 6);
    ModelOpener opener = opener();
    Files.delete(cache());
    Files.writeString(cache(), "a file where the folder was");
    try (WarmModel model = opener.open(folder)) {
      assertTrue(model.sharedAs().isEmpty());
      assertEquals(plainAnswers(folder), answers(model));
    }
    assertEquals(1, said.size());
    assertTrue(said.getFirst().contains("not shared with other processes"), said::toString);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_folder_that_others_may_write_to_is_not_trusted() throws Exception {
    Files.createDirectory(cache());
    Files.setPosixFilePermissions(cache(), PosixFilePermissions.fromString("rwxrwxrwx"));
    IOException refused = assertThrows(IOException.class, this::opener);
    assertTrue(
        String.valueOf(refused.getMessage()).contains("only its owner may write to"),
        refused.getMessage());
  }
}
