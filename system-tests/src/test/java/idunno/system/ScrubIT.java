package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.Health;
import idunno.core.files.Scrub.Round;
import idunno.core.membership.MemberState;
import idunno.node.api.FsckView;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Damage that nobody has read yet: found, healed, and told of. */
class ScrubIT {
  private static final int FILES = 8;
  private static final int BYTES = 300_000;

  @RegisterExtension
  static final Cluster CLUSTER =
      new Cluster(5, "--slots", "0", "--scrub-mbps", "200", "--scrub-days", "7");

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<String> put(String folder) throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      String name = folder + "/" + i;
      var answer =
          Web.send(
              CLUSTER.machines().get(i % 5).api(),
              "PUT",
              "/v1/files/" + name,
              bytes(name.hashCode()));
      assertEquals(200, answer.statusCode(), () -> Web.error(answer));
      names.add(name);
    }
    return names;
  }

  private static List<Path> chunkFiles(Machine machine) throws IOException {
    try (Stream<Path> all = Files.walk(machine.data().resolve("chunks"))) {
      return all.filter(file -> file.toString().endsWith(".chunk")).sorted().toList();
    }
  }

  /** A machine's file that holds these bytes, undamaged. */
  private static Optional<Path> fileWith(Machine machine, byte[] bytes) throws IOException {
    for (Path file : chunkFiles(machine)) {
      byte[] held = Files.readAllBytes(file);
      if (held.length > bytes.length
          && Arrays.equals(held, 0, bytes.length, bytes, 0, bytes.length)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static Machine holder(String name) throws IOException {
    for (Machine machine : CLUSTER.machines()) {
      if (fileWith(machine, bytes(name.hashCode())).isPresent()) {
        return machine;
      }
    }
    throw new AssertionError("no machine holds " + name);
  }

  private static List<FsckView> fsck() throws IOException {
    List<FsckView> lines = new ArrayList<>();
    CLUSTER.client().fsck(true, lines::add);
    return lines;
  }

  private static FsckView.Verdict verdict() throws IOException {
    return (FsckView.Verdict) fsck().getFirst();
  }

  /** Has every node scrub, and waits for it; {@return the rounds} */
  private static NavigableMap<NodeName, Round> scrubbed() throws Exception {
    NavigableMap<NodeName, Long> begun = new TreeMap<>();
    CLUSTER
        .client()
        .startScrub(
            line -> {
              if (line instanceof FsckView.ScrubBegun one) {
                begun.put(one.node(), one.round());
              }
            });
    assertEquals(CLUSTER.running().size(), begun.size());
    return Eventually.see(
        "all rounds end",
        Cluster.SOON,
        () -> {
          NavigableMap<NodeName, Round> ended = new TreeMap<>();
          CLUSTER
              .client()
              .disks(
                  line -> {
                    if (line instanceof FsckView.NodeDisk one) {
                      one.disk()
                          .scrub()
                          .last()
                          .filter(last -> last.number() >= begun.getOrDefault(one.node(), 0L))
                          .ifPresent(last -> ended.put(one.node(), last));
                    }
                  });
          return ended;
        },
        ended -> ended.size() == begun.size());
  }

  private static long damagedOn(Machine machine, NavigableMap<NodeName, Round> rounds) {
    Round round = rounds.get(new NodeName(machine.name()));
    return round == null ? -1 : round.damaged();
  }

  /** Waits until four disks hold the right bytes and the cluster finds itself healthy. */
  private static void awaitHealed(List<String> names) throws InterruptedException {
    for (String name : names) {
      Eventually.see(
          name + " is whole on four disks",
          Cluster.SOON,
          () -> {
            int whole = 0;
            for (Machine machine : CLUSTER.machines()) {
              whole += fileWith(machine, bytes(name.hashCode())).isPresent() ? 1 : 0;
            }
            return whole;
          },
          whole -> whole == 4);
    }
    Eventually.see(
        "healthy", Cluster.SOON, () -> verdict().verdict(), Health.Verdict.HEALTHY::equals);
  }

  @Test
  void aFlippedByteIsHealedWithoutAnybodyReadingIt() throws Exception {
    List<String> names = put("flipped");
    Machine holder = holder(names.getFirst());
    Path file = fileWith(holder, bytes(names.getFirst().hashCode())).orElseThrow();
    byte[] held = Files.readAllBytes(file);
    held[BYTES / 2] ^= 1;
    Files.write(file, held);

    NavigableMap<NodeName, Round> rounds = scrubbed();

    assertEquals(1, damagedOn(holder, rounds));
    assertEquals(1, rounds.values().stream().mapToLong(Round::damaged).sum());
    awaitHealed(names);
    String log = Files.readString(Cluster.logOf(holder));
    assertTrue(log.contains(" scrub-started ") && log.contains(" scrub-ended "), log);
    assertTrue(log.contains(" replica-damaged chunk="), log);
    assertEquals(0, damagedOn(holder, scrubbed()));
  }

  @Test
  void whateverAPowerCutLeftIsNeverServedStopsNoStartAndIsHealed() throws Exception {
    List<String> names = put("torn");
    Machine holder = CLUSTER.worker();
    holder.kill();
    CLUSTER.awaitState(holder.name(), MemberState.FAILED);
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      fileWith(holder, bytes(name.hashCode())).ifPresent(files::add);
    }
    damage(holder, files);
    holder.restart();
    CLUSTER.mend();

    for (String name : names) {
      for (Machine asked : CLUSTER.machines()) {
        var answer = Web.get(asked.api(), "/v1/files/" + name);
        assertEquals(200, answer.statusCode(), () -> Web.error(answer));
        assertArrayEquals(bytes(name.hashCode()), answer.body(), name + " by " + asked.name());
      }
    }
    scrubbed();
    awaitHealed(names);
    assertTrue(Files.notExists(holder.data().resolve("chunks/incoming/0a000000.7")));
  }

  /** Each file another way; there are at least as many as ways, in eight files on five nodes. */
  private static void damage(Machine machine, List<Path> files) throws IOException {
    assertTrue(files.size() >= 3, files::toString);
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      byte[] held = Files.readAllBytes(file);
      byte[] other = Files.readAllBytes(files.get((i + 1) % files.size()));
      Files.write(
          file,
          switch (i % 6) {
            case 0 -> Arrays.copyOf(held, held.length - 10); // the end of the trailer is missing
            case 1 -> other; // whole, and another chunk's
            case 2 -> new byte[0];
            case 3 -> Arrays.copyOf(held, 100_000);
            case 4 -> new byte[held.length]; // as long as it should be, and never written
            default -> "what is this?".getBytes(java.nio.charset.StandardCharsets.UTF_8);
          });
    }
    Path chunks = machine.data().resolve("chunks");
    Files.write(chunks.resolve("incoming").resolve("0a000000.7"), new byte[1000]);
    Files.createDirectories(chunks.resolve("incoming").resolve("folder"));
    Files.write(Files.createDirectories(chunks.resolve("zz")).resolve("x.chunk"), new byte[9]);
    Files.write(machine.data().resolve("scrub.json"), new byte[] {'{', 0, 1});
  }

  @Test
  void fsckSaysWhatIsMissingWhileANodeIsDownAndWhenAllIsWellAgain() throws Exception {
    List<String> names = put("missing");
    awaitHealed(names);
    FsckView.Verdict before = verdict();
    assertTrue(before.files() >= FILES && before.troubled() == 0, before::toString);
    assertEquals(4, before.chunks().target());
    assertEquals(before.chunks().chunks(), before.chunks().at() + before.chunks().above());
    assertEquals(5, fsck().stream().filter(FsckView.NodeDisk.class::isInstance).count());

    Machine down = CLUSTER.worker();
    down.kill();
    CLUSTER.awaitState(down.name(), MemberState.FAILED);
    List<FsckView> lines = fsck();
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line instanceof FsckView.Silence silence
                        && silence.node().value().equals(down.name())),
        lines::toString);
    Eventually.see(
        "its replicas are made anew",
        Cluster.SOON,
        () -> verdict().verdict(),
        Health.Verdict.HEALTHY::equals);
    down.restart();
    CLUSTER.mend();
    Eventually.see(
        "all five answer",
        Cluster.SOON,
        ScrubIT::fsck,
        all -> all.stream().filter(FsckView.NodeDisk.class::isInstance).count() == 5);
  }

  @Test
  void aReplicaThatIsTheLastOneIsKeptThoughItIsDamaged() throws Exception {
    List<String> names = put("last");
    awaitHealed(names);
    byte[] bytes = bytes(names.getFirst().hashCode());
    for (Machine machine : CLUSTER.machines()) {
      Optional<Path> file = fileWith(machine, bytes);
      if (file.isPresent()) {
        byte[] held = Files.readAllBytes(file.get());
        held[5] ^= 1;
        Files.write(file.get(), held);
      }
    }
    scrubbed();
    var _ =
        Eventually.see(
            "one of the damaged copies is kept",
            Cluster.SOON,
            () -> {
              String all = "";
              for (Machine machine : CLUSTER.machines()) {
                all += Files.readString(Cluster.logOf(machine));
              }
              return all;
            },
            all -> all.contains(" replica-kept "));
    assertEquals(
        1, CLUSTER.client().file(new FileName(names.getFirst())).orElseThrow().versions().size());
    // So that the others find a healthy store.
    CLUSTER.client().delete(new FileName(names.getFirst()), OptionalLong.of(0));
  }
}
