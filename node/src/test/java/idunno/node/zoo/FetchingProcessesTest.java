package idunno.node.zoo;

import static idunno.node.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed, and two that want the same file. */
@Timeout(120)
class FetchingProcessesTest {
  private static final int PART = 100_000;

  private final byte[] body = new byte[300_000];
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @TempDir Path folder;

  @BeforeEach
  void chooseABody() {
    new Random(10).nextBytes(body);
  }

  /** Gives the first request a part, and the rest of it when a latch opens. */
  private Registry hesitating() throws IOException {
    return new Registry(
        (exchange, request) -> {
          if (request > 1) {
            Registry.part(exchange, body, "\"v1\"", body.length);
            return;
          }
          exchange.getResponseHeaders().set("ETag", "\"v1\"");
          Registry.cut(exchange, 200, body, PART);
          begun.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.getResponseBody().write(body, PART, body.length - PART);
        });
  }

  private void waitForThePart() throws InterruptedException {
    Path part = folder.resolve("." + Registry.sha256(body).key() + Partial.END);
    eventually(() -> part.toFile().length() == PART, () -> PART + " bytes in " + part);
  }

  @Test
  void whatAKilledProcessHadFetchedIsGoneOnWith() throws Exception {
    try (Registry registry = hesitating()) {
      URI from = registry.base().resolve("net.pth");
      Checksum checksum = Registry.sha256(body);
      Process first = FetchingProcess.start(from, checksum, folder, "net.pth");
      begun.await();
      waitForThePart();
      first.destroyForcibly().waitFor();
      assertFalse(Files.exists(folder.resolve("net.pth")));
      FetchingProcess.fetch(from, checksum, folder, "net.pth", Progress.none());
      assertEquals(List.of("", "bytes=100000-"), registry.headers("Range"));
      goOn.countDown();
    }
    assertArrayEquals(body, Files.readAllBytes(folder.resolve("net.pth")));
  }

  @Test
  void ofTwoProcessesOneFetchesAndTheOtherWaitsAndFindsTheFile() throws Exception {
    try (Registry registry = hesitating()) {
      URI from = registry.base().resolve("net.pth");
      Checksum checksum = Registry.sha256(body);
      Process first = FetchingProcess.start(from, checksum, folder, "net.pth");
      begun.await();
      Progress progress =
          new Progress() {
            @Override
            public void bytes(String what, long doneBytes, long totalBytes) {}

            @Override
            public void step(String what) {
              goOn.countDown();
            }
          };
      FetchingProcess.fetch(from, checksum, folder, "net.pth", progress);
      assertTrue(first.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, first.exitValue(), () -> said(first));
      assertEquals(1, registry.requests.get());
    }
    assertArrayEquals(body, Files.readAllBytes(folder.resolve("net.pth")));
  }

  private static String said(Process process) {
    try {
      return FetchingProcess.said(process);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
