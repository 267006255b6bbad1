package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadTest {
  private final Download download =
      new Download(new Download.Patience(20_000, 20_000, 3, 1), ProxySelector.of(null));
  private final byte[] body = new byte[300_000];
  private Path to = Path.of("");

  @TempDir Path folder;

  private static final String KEY = "key";

  @BeforeEach
  void chooseABody() {
    new Random(7).nextBytes(body);
    to = folder.resolve("downloads/tiny-1.0.0.tgz");
  }

  private void fetch(Registry registry) throws IOException {
    fetch(registry, download, Progress.none());
  }

  private void fetch(Registry registry, Download with, Progress progress) throws IOException {
    Source source = Registry.source(body);
    fetch(source.location(registry.base()), with, progress);
  }

  private void fetch(URI from, Download with, Progress progress) throws IOException {
    Source source = Registry.source(body);
    Wanted wanted = Wanted.pinned(source, "put it at " + to + " and run again");
    with.fetch(from, wanted, folder.resolve("downloads"), KEY, to, progress);
  }

  private IOException refused(Registry registry) throws IOException {
    IOException e = assertThrows(IOException.class, () -> fetch(registry));
    assertFalse(Files.exists(to));
    assertEquals(List.of(), filesBesideTarget());
    return e;
  }

  private List<Path> filesBesideTarget() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("downloads"))) {
      return files
          .filter(file -> !file.equals(to) && !file.toString().endsWith(".lock"))
          .sorted()
          .toList();
    }
  }

  @Test
  void bringsAFileAndTellsHowFarItIs() throws IOException {
    List<Long> heard = new ArrayList<>();
    try (Registry registry = Registry.of(body)) {
      fetch(
          registry,
          download,
          (what, done, total) -> {
            assertEquals("tiny-1.0.0.tgz", what);
            assertEquals(body.length, total);
            heard.add(done);
          });
    }
    assertArrayEquals(body, Files.readAllBytes(to));
    assertEquals(List.of(), filesBesideTarget());
    assertEquals(0L, heard.getFirst());
    assertEquals((long) body.length, heard.getLast());
    assertEquals(heard.stream().sorted().toList(), heard);
  }

  @Test
  void asksNobodyForAFileThatIsThere() throws IOException {
    try (Registry registry = Registry.of(body)) {
      fetch(registry);
      fetch(registry);
      assertEquals(1, registry.requests.get());
    }
  }

  @Test
  void replacesAFileWithAWrongChecksum() throws IOException {
    Files.createDirectories(to.getParent());
    Files.write(to, new byte[body.length]);
    try (Registry registry = Registry.of(body)) {
      fetch(registry);
    }
    assertArrayEquals(body, Files.readAllBytes(to));
  }

  @Test
  void keepsNothingOfAFileWithAWrongChecksum() throws IOException {
    byte[] other = body.clone();
    other[body.length - 1] ^= 1;
    try (Registry registry = Registry.of(other)) {
      IOException e = refused(registry);
      says(e, "wrong checksum");
      says(e, Registry.sha512(other));
      assertEquals(1, registry.requests.get());
    }
  }

  @Test
  void refusesAFileOfAnotherLengthBeforeAnyOfItComes() throws IOException {
    for (int length : List.of(body.length + 1, body.length - 1)) {
      try (Registry registry = Registry.of(Arrays.copyOf(body, length))) {
        IOException e = refused(registry);
        says(e, "the server's file has " + length + " bytes, expected 300000");
        assertEquals(1, registry.requests.get());
      }
    }
  }

  @Test
  void stopsAServerThatSendsTooMuch() throws IOException {
    byte[] more = Arrays.copyOf(body, body.length + 1);
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(more);
            })) {
      IOException e = refused(registry);
      says(e, "more than the expected 300000 bytes");
    }
  }

  @Test
  void triesAgainWhenTheServerHasAHiccup() throws IOException {
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              switch (request) {
                case 1 -> Registry.send(exchange, 503, new byte[0]);
                case 2 -> {
                  exchange.sendResponseHeaders(200, 0);
                  exchange.getResponseBody().write(body, 0, 1000);
                }
                default -> Registry.send(exchange, 200, body);
              }
            })) {
      fetch(registry);
      assertEquals(3, registry.requests.get());
    }
    assertArrayEquals(body, Files.readAllBytes(to));
  }

  @Test
  void givesUpAtOnceWhenTheFileIsNotThere() throws IOException {
    try (Registry registry =
        new Registry((exchange, request) -> Registry.send(exchange, 404, new byte[0]))) {
      IOException e = refused(registry);
      says(e, "expected status 200, found 404");
      assertEquals(1, registry.requests.get());
    }
  }

  @Test
  void doesNotWaitForEverForAServerThatFallsSilent() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body, 0, 1000);
              exchange.getResponseBody().flush();
              await(end);
            })) {
      Download hasty =
          new Download(new Download.Patience(20_000, 300, 2, 1), ProxySelector.of(null));
      IOException e =
          assertThrows(IOException.class, () -> fetch(registry, hasty, Progress.none()));
      says(e, "no byte came for 300 ms");
      assertEquals(2, registry.requests.get());
      end.countDown();
    }
  }

  @Test
  void saysHowToBringTheFileByHandWithoutANetwork() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    URI from = URI.create("http://127.0.0.1:" + unused + "/tiny-1.0.0.tgz");
    IOException e = assertThrows(IOException.class, () -> fetch(from, download, Progress.none()));
    says(e, "no connection to its host");
    says(e, "fetch " + from + " (300000 bytes, sha512 " + Registry.sha512(body) + ") on another");
    says(e, "put it at " + to);
    Files.write(to, body);
    fetch(from, download, Progress.none());
  }

  @Test
  void saysThatTheHostIsUnknown() {
    URI from = URI.create("http://no-such-host.invalid/tiny-1.0.0.tgz");
    says(
        assertThrows(IOException.class, () -> fetch(from, download, Progress.none())),
        "its host (or the proxy's) is unknown here");
  }

  @Test
  void ofTwoAtOnceOneFetchesAndTheOtherFindsTheFile() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    try (Registry registry =
            new Registry(
                (exchange, request) -> {
                  await(waits);
                  Registry.send(exchange, 200, body);
                });
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Progress progress =
          new Progress() {
            @Override
            public void bytes(String what, long doneBytes, long totalBytes) {}

            @Override
            public void step(String what) {
              assertEquals("waiting for another process to fetch tiny-1.0.0.tgz", what);
              waits.countDown();
            }
          };
      Future<?> one = threads.submit(() -> fetchUnchecked(registry, progress));
      Future<?> two = threads.submit(() -> fetchUnchecked(registry, progress));
      one.get();
      two.get();
      assertEquals(1, registry.requests.get());
    }
    assertArrayEquals(body, Files.readAllBytes(to));
    assertEquals(List.of(), filesBesideTarget());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean fetchUnchecked(Registry registry, Progress progress) throws IOException {
    fetch(registry, download, progress);
    return true;
  }

  @Test
  void sweepsWhatAKilledProcessLeftLongAgo() throws IOException {
    Files.createDirectories(to.getParent());
    Path old = Files.write(folder.resolve("downloads/.tiny.old.part"), body);
    Path fresh = Files.write(folder.resolve("downloads/.tiny.fresh.part"), body);
    Path part = Files.write(folder.resolve("downloads/.old.partial"), body);
    Path lately = Files.write(folder.resolve("downloads/.late.partial"), body);
    age(old, 2);
    age(part, 15);
    age(lately, 13);
    try (Registry registry = Registry.of(body)) {
      fetch(registry);
    }
    assertEquals(List.of(lately, fresh), filesBesideTarget());
  }

  private static void age(Path file, int days) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
  }
}
