package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
  private final Download download = new Download(new Download.Patience(20_000, 20_000, 3, 1));
  private final byte[] body = new byte[300_000];
  private Path to = Path.of("");

  @TempDir Path folder;

  @BeforeEach
  void chooseABody() {
    new Random(7).nextBytes(body);
    to = folder.resolve("downloads/tiny-1.0.0.tgz");
  }

  private void fetch(Registry registry) throws IOException {
    fetch(registry, download, Progress.none());
  }

  private void fetch(Registry registry, Download with, Progress progress) throws IOException {
    Catalogue.Source source = Registry.source(body);
    with.fetch(registry.base().resolve(source.path()), source, to, progress);
  }

  private IOException refused(Registry registry) throws IOException {
    IOException e = assertThrows(IOException.class, () -> fetch(registry));
    assertFalse(Files.exists(to));
    assertEquals(List.of(), filesBesideTarget());
    return e;
  }

  private List<Path> filesBesideTarget() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("downloads"))) {
      return files.filter(file -> !file.equals(to)).toList();
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
  void stopsAServerThatSendsTooMuch() throws IOException {
    byte[] more = new byte[body.length + 1];
    System.arraycopy(body, 0, more, 0, body.length);
    try (Registry registry = Registry.of(more)) {
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
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })) {
      Download hasty = new Download(new Download.Patience(20_000, 300, 2, 1));
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
    IOException e =
        assertThrows(
            IOException.class,
            () -> download.fetch(from, Registry.source(body), to, Progress.none()));
    says(e, "fetch " + from + " on another machine");
    says(e, "put it at " + to);
    Files.write(to, body);
    download.fetch(from, Registry.source(body), to, Progress.none());
  }

  @Test
  void twoAtOnceBothEndWithTheRightFile() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (Registry registry =
            new Registry(
                (exchange, request) -> {
                  both.countDown();
                  try {
                    both.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  Registry.send(exchange, 200, body);
                });
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> one = threads.submit(() -> fetchUnchecked(registry));
      Future<?> two = threads.submit(() -> fetchUnchecked(registry));
      one.get();
      two.get();
    }
    assertArrayEquals(body, Files.readAllBytes(to));
    assertEquals(List.of(), filesBesideTarget());
  }

  private boolean fetchUnchecked(Registry registry) throws IOException {
    fetch(registry);
    return true;
  }

  @Test
  void sweepsWhatAKilledProcessLeftLongAgo() throws IOException {
    Files.createDirectories(to.getParent());
    Path old = Files.write(folder.resolve("downloads/.tiny.old.part"), body);
    Path fresh = Files.write(folder.resolve("downloads/.tiny.fresh.part"), body);
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    try (Registry registry = Registry.of(body)) {
      fetch(registry);
    }
    assertEquals(List.of(fresh), filesBesideTarget());
  }
}
