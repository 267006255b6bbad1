package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLockTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);

  @TempDir Path folder;

  /** Another process that takes a lock, says so, and keeps it until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      Path file = Path.of(args[1]);
      try (MachineLock _ =
          args[0].equals("shared") ? MachineLock.shared(file) : MachineLock.exclusive(file, LONG)) {
        System.out.println("held");
        System.in.read();
      }
    }
  }

  private static Process holder(String how, Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                how,
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("held", out.readLine());
    return process;
  }

  @Test
  void what_another_process_holds_is_waited_for_and_free_when_it_is_killed() throws Exception {
    Path file = folder.resolve("lock");
    Process other = holder("exclusive", file);
    try {
      IOException late =
          assertThrows(IOException.class, () -> MachineLock.exclusive(file, SHORT).close());
      assertTrue(String.valueOf(late.getMessage()).contains("another process still has it"));
      assertFalse(MachineLock.isFree(file));
    } finally {
      other.destroyForcibly().waitFor();
    }
    MachineLock.exclusive(file, LONG).close();
    assertTrue(MachineLock.isFree(file));
  }

  @Test
  void what_several_share_is_free_when_the_last_of_them_lets_go() throws Exception {
    Path file = folder.resolve("lock");
    MachineLock one = MachineLock.shared(file);
    MachineLock two = MachineLock.shared(file);
    Process other = holder("shared", file);
    one.close();
    assertFalse(MachineLock.isFree(file));
    two.close();
    assertFalse(MachineLock.isFree(file), "the other process still shares it");
    other.destroyForcibly().waitFor();
    assertTrue(MachineLock.isFree(file));
  }

  @Test
  void threads_of_one_process_take_turns() throws Exception {
    Path file = folder.resolve("lock");
    AtomicInteger inside = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          java.util.stream.IntStream.range(0, 8)
              .mapToObj(
                  _ ->
                      threads.submit(
                          () -> {
                            for (int i = 0; i < 20; i++) {
                              try (MachineLock _ = MachineLock.exclusive(file, LONG)) {
                                assertEquals(1, inside.incrementAndGet());
                                inside.decrementAndGet();
                              }
                            }
                            return null;
                          }))
              .toList();
      for (var one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }
}
