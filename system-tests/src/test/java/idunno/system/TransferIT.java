package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.Fetched;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bytes that go straight between a client and the nodes that hold them, while either breaks. */
class TransferIT {
  private static final int MIB = 1 << 20;
  private static final int CHUNK_BYTES = 4 * MIB;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(6, "--slots", "0");

  /** A file of random bytes, made by its seed. */
  private static Path local(String name, int seed, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return Files.write(CLUSTER.scratch().resolve(name), content);
  }

  private static VersionView latest(String name) throws IOException {
    return CLUSTER.client().file(new FileName(name)).orElseThrow().versions().getLast();
  }

  private static void assertReadsBack(Path local, String name) throws IOException {
    Path back = CLUSTER.scratch().resolve("back");
    for (Machine machine : CLUSTER.running()) {
      try (Client client = CLUSTER.client(machine)) {
        client.get(new FileName(name), OptionalInt.empty(), back, ByteProgress.SILENT);
      }
      assertEquals(-1, Files.mismatch(local, back), name + " by " + machine.name());
    }
  }

  /** Runs something once a transfer has moved so much. */
  private static ByteProgress after(long bytes, AtomicBoolean done, Runnable then) {
    return (moved, total) -> {
      if (moved >= bytes && done.compareAndSet(false, true)) {
        then.run();
      }
    };
  }

  @Test
  void aNodeThatIsKilledInTheMiddleOfAPutIsReplaced() throws Exception {
    Path file = local("killed.bin", 1, 80 * MIB);
    Machine victim = CLUSTER.worker();
    AtomicBoolean killed = new AtomicBoolean();
    try (Client client = CLUSTER.client()) {
      PutView put =
          client.put(file, new FileName("killed.bin"), after(20 * MIB, killed, () -> kill(victim)));
      assertTrue(killed.get());
      assertEquals(4, put.replicas());
    }
    assertReadsBack(file, "killed.bin");
  }

  private static void kill(Machine machine) {
    try {
      machine.kill();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aNodeThatFreezesInTheMiddleOfAPutHoldsItUpNoLongerThanItsFailureTakes() throws Exception {
    Path file = local("frozen.bin", 2, 60 * MIB);
    Machine frozen = CLUSTER.worker();
    AtomicBoolean stopped = new AtomicBoolean();
    long startedNanos = System.nanoTime();
    try (Client client = CLUSTER.client()) {
      PutView put =
          client.put(
              file,
              new FileName("frozen.bin"),
              after(
                  12 * MIB,
                  stopped,
                  () -> {
                    try {
                      frozen.signal("STOP");
                    } catch (IOException | InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  }));
      assertTrue(stopped.get());
      assertEquals(4, put.replicas());
      // A call that nobody cut short would have waited for its own 20 s.
      System.out.printf(
          "put of 60 MiB with a node frozen on the way: %d ms%n",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
    } finally {
      frozen.signal("CONT");
    }
    CLUSTER.awaitState(frozen.name(), MemberState.ALIVE);
    assertReadsBack(file, "frozen.bin");
  }

  private static Process program(Path cache, String... words) throws IOException {
    List<String> command = new ArrayList<>(Program.node());
    command.addAll(List.of(words));
    command.addAll(List.of("--api", CLUSTER.machine("n1").api().toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("IDUNNO_CACHE", cache.toString());
    return builder.redirectOutput(CLUSTER.scratch().resolve("program.out").toFile()).start();
  }

  private static long chunkFiles() throws IOException {
    long count = 0;
    for (Machine machine : CLUSTER.machines()) {
      try (Stream<Path> all = Files.walk(machine.data().resolve("chunks"))) {
        count += all.filter(file -> file.toString().endsWith(".chunk")).count();
      }
    }
    return count;
  }

  @Test
  void aPutThatWasKilledGoesOnFromWhereItWas() throws Exception {
    int chunks = 60;
    Path file = local("resumed.bin", 3, chunks * CHUNK_BYTES);
    Path cache = CLUSTER.scratch().resolve("cache");
    long before = chunkFiles();
    Process first = program(cache, "put", file.toString(), "resumed.bin");
    Eventually.see(
        "a third of the file is on the disks",
        Cluster.SOON,
        () -> chunkFiles() - before,
        count -> count > 4 * chunks / 3);
    first.destroyForcibly().waitFor();
    assertTrue(CLUSTER.client().file(new FileName("resumed.bin")).isEmpty());
    Process second = program(cache, "put", file.toString(), "resumed.bin");
    assertEquals(0, second.waitFor(), () -> said());
    assertReadsBack(file, "resumed.bin");
    long written = chunkFiles() - before;
    // Those that were on their way when it was killed are there twice, and swept in time.
    assertTrue(
        written <= 4L * (chunks + 8),
        "expected hardly any chunk twice, found " + written + " files");
    try (Stream<Path> journals = Files.list(cache.resolve("uploads"))) {
      assertEquals(List.of(), journals.toList(), "the journal of a put that is done");
    }
  }

  private static String said() {
    try {
      return Files.readString(CLUSTER.scratch().resolve("program.out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void aGetThatWasKilledGoesOnFromWhereItWas() throws Exception {
    Path file = local("whole.bin", 4, 200 * MIB);
    try (Client client = CLUSTER.client()) {
      client.put(file, new FileName("whole.bin"), ByteProgress.SILENT);
    }
    Path folder = Files.createDirectories(CLUSTER.scratch().resolve("half"));
    Path target = folder.resolve("whole.bin");
    Process first = program(folder, "get", "whole.bin", target.toString());
    Path part =
        Eventually.see(
            "a part of it has arrived",
            Cluster.SOON,
            () -> parts(folder).getFirst(),
            one -> one.toFile().length() > 8 * MIB);
    first.destroyForcibly().waitFor();
    if (Files.exists(target)) {
      System.out.println("the get was too fast to be killed: nothing was tried");
      return;
    }
    // A block that arrived, and that the disk has lost since.
    try (RandomAccessFile damaged = new RandomAccessFile(part.toFile(), "rw")) {
      damaged.seek(100);
      damaged.write(new byte[64]);
    }
    long[] most = new long[1];
    try (Client client = CLUSTER.client()) {
      Fetched fetched =
          client.get(
              new FileName("whole.bin"),
              OptionalInt.empty(),
              target,
              (done, total) -> most[0] = Math.max(most[0], done));
      assertEquals(Files.size(file), fetched.length());
    }
    assertEquals(-1, Files.mismatch(file, target));
    assertEquals(Files.size(file), most[0]);
    assertEquals(List.of(), parts(folder), "the part has become the file");
  }

  private static List<Path> parts(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(one -> one.toString().endsWith(".part")).toList();
    }
  }

  @Test
  void smallFilesOfManyThreadsGoTogetherAndAreEachAVersion() throws Exception {
    int files = 300;
    try (Client client = CLUSTER.client();
        var threads = Executors.newFixedThreadPool(8)) {
      List<Future<PutView>> puts = new ArrayList<>();
      for (int i = 0; i < files; i++) {
        Path file = local("small-" + i, 100 + i, 1 + i * 37);
        FileName name = new FileName("small/" + i);
        puts.add(threads.submit(() -> client.put(file, name, ByteProgress.SILENT)));
      }
      for (Future<PutView> put : puts) {
        assertEquals(1, put.get().version());
      }
      List<Future<Long>> gets = new ArrayList<>();
      for (int i = 0; i < files; i++) {
        Path file = CLUSTER.scratch().resolve("small-" + i);
        Path back = CLUSTER.scratch().resolve("back-" + i);
        FileName name = new FileName("small/" + i);
        gets.add(
            threads.submit(
                () -> {
                  client.get(name, OptionalInt.empty(), back, ByteProgress.SILENT);
                  return Files.mismatch(file, back);
                }));
      }
      for (Future<Long> get : gets) {
        assertEquals(-1, get.get());
      }
    }
  }

  @Test
  void aShortFileComesFromTheOneReplicaThatIsNotDamaged() throws Exception {
    Path file = local("short", 4_711, 100_000);
    try (Client client = CLUSTER.client()) {
      client.put(file, new FileName("short"), ByteProgress.SILENT);
    }
    byte[] bytes = Files.readAllBytes(file);
    List<Path> replicas = new ArrayList<>();
    for (Machine machine : CLUSTER.machines()) {
      try (Stream<Path> all = Files.walk(machine.data().resolve("chunks"))) {
        for (Path one : all.filter(path -> path.toString().endsWith(".chunk")).toList()) {
          byte[] held = Files.readAllBytes(one);
          if (held.length > 100_000 && Arrays.equals(held, 0, 100_000, bytes, 0, 100_000)) {
            replicas.add(one);
          }
        }
      }
    }
    assertEquals(4, replicas.size());
    for (Path replica : replicas.subList(0, 3)) {
      byte[] damaged = Files.readAllBytes(replica);
      damaged[70_000] ^= 1;
      Files.write(replica, damaged);
    }
    // Whichever node a client asks first, and whether that one holds it or not.
    Path back = CLUSTER.scratch().resolve("short-back");
    for (int i = 0; i < 12; i++) {
      try (Client client = CLUSTER.client()) {
        client.get(new FileName("short"), OptionalInt.empty(), back, ByteProgress.SILENT);
      }
      assertEquals(-1, Files.mismatch(file, back));
    }
  }

  @Test
  void aClientThatLiesAboutWhatItWroteCommitsNothing() throws Exception {
    Machine asked = CLUSTER.machine("n2");
    String chunk = "00000000-0000-4000-8000-000000000000";
    String held =
        "{\"id\":\"%s\",\"length\":10,\"crc32c\":1,\"replicas\":[\"n1\",\"n2\",\"n3\",\"n4\"]}"
            .formatted(chunk);
    String file =
        ("{\"name\":\"lie\",\"length\":10,\"crc32c\":1,\"extents\":"
                + "[{\"chunk\":\"%s\",\"offset\":0,\"length\":10,\"crc32c\":1}]}")
            .formatted(chunk);
    List<String> lies =
        List.of(
            "{\"files\":[%s],\"chunks\":[%s],\"folder\":null}".formatted(file, held),
            "{\"files\":[%s],\"chunks\":[]}".formatted(file),
            "{\"files\":[%s],\"chunks\":[%s]}".formatted(file.replace(":10,", ":11,"), held),
            "{\"files\":[%s],\"chunks\":[%s]}"
                .formatted(file.replace("\"lie\"", "\"../lie\""), held),
            "{\"files\":[{\"name\":null,\"length\":0,\"crc32c\":0,\"extents\":[]}],\"chunks\":[]}",
            "{\"files\":[%s],\"chunks\":[%s]}"
                .formatted(file, held.replace("\"n1\"", "\"no-such-node\"")));
    for (String lie : lies) {
      HttpResponse<byte[]> answer =
          Web.send(asked.api(), "POST", "/v1/commits", lie.getBytes(StandardCharsets.UTF_8));
      assertTrue(answer.statusCode() >= 400, () -> answer.statusCode() + " to " + lie);
      assertFalse(Web.error(answer).isEmpty());
    }
    assertEquals(404, Web.get(asked.api(), "/v1/files/lie").statusCode());
    // And the cluster goes on.
    Path honest = local("honest", 9, 1000);
    try (Client client = CLUSTER.client()) {
      client.put(honest, new FileName("honest"), ByteProgress.SILENT);
    }
    assertEquals(4, latest("honest").replicas().size());
  }

  @Test
  void manyPutsAtOnceFromOneClientShareItsMemory() throws Exception {
    Path file = local("shared.bin", 12, 20 * MIB);
    try (Client client = CLUSTER.client();
        var threads = Executors.newFixedThreadPool(6)) {
      List<Future<PutView>> puts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        FileName name = new FileName("shared/" + i);
        puts.add(threads.submit(() -> client.put(file, name, ByteProgress.SILENT)));
      }
      for (Future<PutView> put : puts) {
        assertEquals(4, put.get(Duration.ofMinutes(3).toSeconds(), TimeUnit.SECONDS).replicas());
      }
    }
    assertReadsBack(file, "shared/5");
  }
}
