package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import idunno.core.base.NodeName;
import idunno.core.files.DiskReport;
import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.FsckView;
import idunno.node.api.Views.MemberView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A node whose disk somebody else fills to the last byte: a small disk of its own, in memory. */
class FullDiskIT {
  private static final int MIB = 1 << 20;
  private static final int DISK_MIB = 160;
  private static final String FULL = "n3";

  private static @Nullable Path folder;
  private static @Nullable LocalCluster cluster;

  private static Path disk() {
    return Objects.requireNonNull(folder).resolve(FULL);
  }

  @BeforeAll
  static void start() throws Exception {
    Path home = Path.of(System.getProperty("idunno.clusters", "target/clusters"));
    Path nodes = home.resolve("FullDiskIT/nodes").toAbsolutePath();
    unmount(nodes.resolve(FULL));
    delete(nodes);
    folder = nodes;
    Files.createDirectories(disk());
    if (run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "none", disk().toString())
        != 0) {
      System.err.println("FullDiskIT is skipped: mounting a small disk is not permitted here");
      assumeTrue(false, "mounting a small disk is not permitted here");
    }
    cluster = LocalCluster.start(Program.node(), nodes, 5, List.of("--slots", "0"));
  }

  @AfterAll
  static void stop() throws Exception {
    LocalCluster running = cluster;
    if (running != null) {
      running.close();
    }
    if (folder != null) {
      unmount(disk());
      delete(folder);
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException noSuchProgram) {
      return -1;
    }
  }

  private static void unmount(Path path) throws IOException, InterruptedException {
    while (run("mountpoint", "-q", path.toString()) == 0) {
      if (run("umount", path.toString()) != 0 && run("umount", "-l", path.toString()) != 0) {
        throw new IOException(path + " can't be unmounted");
      }
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    }
  }

  private static LocalCluster nodes() {
    return Objects.requireNonNull(cluster);
  }

  private static Machine machine(String name) {
    return nodes().machine(name);
  }

  private static Client client() {
    return Client.connect(nodes().apis(), Cluster.http());
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void put(Machine machine, String name, byte[] bytes) throws Exception {
    HttpResponse<byte[]> answer = Web.send(machine.api(), "PUT", "/v1/files/" + name, bytes);
    assertEquals(200, answer.statusCode(), () -> Web.error(answer));
  }

  private static void assertReadable(String name, byte[] bytes) throws Exception {
    for (Machine machine : nodes().machines()) {
      HttpResponse<byte[]> answer = Web.get(machine.api(), "/v1/files/" + name);
      assertEquals(200, answer.statusCode(), () -> machine.name() + ": " + Web.error(answer));
      assertArrayEquals(bytes, answer.body(), name + " by " + machine.name());
    }
  }

  private static Optional<DiskReport> report(String node) throws IOException {
    Optional<?>[] found = {Optional.empty()};
    client()
        .disks(
            line -> {
              if (line instanceof FsckView.NodeDisk one && one.node().equals(new NodeName(node))) {
                found[0] = Optional.of(one.disk());
              }
            });
    return found[0].map(DiskReport.class::cast);
  }

  private static boolean takesChunks() throws IOException {
    return report(FULL).orElseThrow().writable();
  }

  private static long chunkFiles() throws IOException {
    try (Stream<Path> all = Files.walk(disk().resolve("chunks"))) {
      return all.filter(file -> file.toString().endsWith(".chunk")).count();
    }
  }

  /** Takes all that is free, to the last byte. */
  private static void fill(Path file) throws IOException {
    byte[] piece = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException full) {
      // That is what it is for.
    }
    try (OutputStream out = Files.newOutputStream(disk().resolve(file.getFileName() + ".rest"))) {
      while (true) {
        out.write(1);
      }
    } catch (IOException full) {
      // To the last byte.
    }
  }

  /** A body whose second half waits until it is let go. */
  private static final class HalfwayStream extends InputStream {
    private final byte[] bytes;
    private final CountDownLatch halfway;
    private final CountDownLatch goOn;
    private int at;

    HalfwayStream(byte[] bytes, CountDownLatch halfway, CountDownLatch goOn) {
      this.bytes = bytes;
      this.halfway = halfway;
      this.goOn = goOn;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (at == bytes.length) {
        return -1;
      }
      if (at >= bytes.length / 2) {
        halfway.countDown();
        try {
          if (!goOn.await(120, TimeUnit.SECONDS)) {
            throw new IOException("nobody let it go on");
          }
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      int count = Math.min(Math.min(length, 64 << 10), bytes.length - at);
      System.arraycopy(bytes, at, into, offset, count);
      at += count;
      return count;
    }
  }

  @Test
  void aNodeFilledToTheLastByteDuringAPutIsReadOnlyAndTheClusterGoesOn() throws Exception {
    byte[] before = bytes(1, 3 * MIB);
    put(machine("n1"), "before", before);
    byte[] during = bytes(2, 48 * MIB);
    CountDownLatch halfway = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<HttpResponse<byte[]>> put =
        Cluster.http()
            .sendAsync(
                HttpRequest.newBuilder(
                        URI.create("http://" + machine("n1").api() + "/v1/files/during"))
                    .PUT(
                        HttpRequest.BodyPublishers.ofInputStream(
                            () -> new HalfwayStream(during, halfway, goOn)))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertTrue(halfway.await(120, TimeUnit.SECONDS), "the first half is on its way");
    fill(disk().resolve("somebody-elses"));
    goOn.countDown();

    HttpResponse<byte[]> answer = put.get(180, TimeUnit.SECONDS);
    assertEquals(200, answer.statusCode(), () -> Web.error(answer));
    assertReadable("before", before);
    assertReadable("during", during);
    Eventually.holds(FULL + " takes no chunks", Cluster.SOON, () -> !takesChunks());
    DiskReport report = report(FULL).orElseThrow();
    assertFalse(report.reason().isBlank());
    assertEquals(MemberState.ALIVE, full().state());

    long held = chunkFiles();
    for (int i = 0; i < 20; i++) {
      put(machine(i % 2 == 0 ? FULL : "n2"), "after/" + i, bytes(100 + i, 100_000));
    }
    assertReadable("after/7", bytes(107, 100_000));
    assertTrue(chunkFiles() <= held, "it was given chunks");
    Path incoming = disk().resolve("chunks/incoming");
    try (Stream<Path> leftovers = Files.list(incoming)) {
      assertEquals(List.of(), leftovers.toList(), "half a chunk is left");
    }

    Files.delete(disk().resolve("somebody-elses"));
    Eventually.holds(FULL + " takes chunks again", Cluster.SOON, FullDiskIT::takesChunks);
    takesItsPartAgain(held);
    Eventually.holds(
        "it has its ballast again", Cluster.SOON, () -> Files.exists(disk().resolve("ballast")));
  }

  /** Chunks seldom go to a disk so much smaller than the others, unless it is one of four. */
  private static void takesItsPartAgain(long held) throws Exception {
    Machine other =
        nodes().machines().stream()
            .filter(machine -> !machine.name().equals(FULL) && !machine.name().equals("n1"))
            .findFirst()
            .orElseThrow();
    other.kill();
    put(machine("n1"), "again", bytes(200, 100_000));
    assertTrue(chunkFiles() > held, "it was given the chunk");
    other.launch(List.of());
    other.awaitUp();
    assertReadable("again", bytes(200, 100_000));
  }

  private static MemberView full() throws IOException {
    return client().members().members().stream()
        .filter(member -> member.id().name().value().equals(FULL))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Whoever fills the disk takes what the ballast gave free, too, until the log can't be written.
   *
   * <p>On demand ({@code -Dfulldisk.rest=true}): a node that comes back while the disk is being
   * filled goes to rest in the middle of its return, waits out that return's minute and a half, and
   * is then longer in coming than this test waits.
   */
  @Test
  @EnabledIfSystemProperty(named = "fulldisk.rest", matches = "true")
  void aNodeWhoseLogCannotBeWrittenRestsAndComesBack() throws Exception {
    byte[] bytes = bytes(3, 10_000);
    long incarnation = full().id().incarnation();
    Path names = Files.createDirectories(Objects.requireNonNull(folder).resolve("names"));
    for (int i = 0; i < 1_000; i++) {
      Files.writeString(names.resolve("%04d-%s".formatted(i, "long-name".repeat(20))), "x");
    }
    int[] round = {0};
    // The open file of the log has some room of its own: long names fill it.
    Eventually.holds(
        "the consensus' log can't be written",
        Cluster.SOON.multipliedBy(3),
        () -> {
          fill(disk().resolve("greedy" + round[0]++));
          FileName folderName = new FileName("meanwhile/" + round[0]);
          Client.connect(List.of(machine("n1").api()), Cluster.http())
              .putFolder(names, folderName, ByteProgress.SILENT);
          return full().state() == MemberState.FAILED;
        });
    assertTrue(machine(FULL).isRunning(), "its process lives on");
    put(machine("n1"), "without", bytes);

    try (Stream<Path> files = Files.list(disk())) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith("greedy") || name.startsWith("somebody")) {
          Files.delete(file);
        }
      }
    }
    Eventually.holds(
        FULL + " is back",
        Cluster.SOON,
        () -> full().state() == MemberState.ALIVE && takesChunks());
    Eventually.see(
        FULL + " answers",
        Cluster.SOON.multipliedBy(4),
        () -> {
          HttpResponse<byte[]> answer = Web.get(machine(FULL).api(), "/v1/files/without");
          return answer.statusCode() == 200 ? "" : answer.statusCode() + " " + Web.error(answer);
        },
        String::isEmpty);
    assertReadable("without", bytes);
    assertTrue(full().id().incarnation() > incarnation, "it went and came back");
    assertTrue(machine(FULL).isRunning(), "it is the same process");
  }
}
