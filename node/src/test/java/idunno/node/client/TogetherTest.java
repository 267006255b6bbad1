package idunno.node.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TogetherTest {
  private final LinkedBlockingQueue<List<String>> groups = new LinkedBlockingQueue<>();
  private final Semaphore allowed = new Semaphore(0);

  /** Answers in capitals, one group for each permit. */
  private List<String> answer(List<String> questions) throws IOException {
    groups.add(questions);
    allowed.acquireUninterruptibly();
    return questions.stream().map(q -> q.toUpperCase(java.util.Locale.ROOT)).toList();
  }

  private List<String> nextGroup() throws InterruptedException {
    List<String> group = groups.poll(30, TimeUnit.SECONDS);
    return group == null ? List.of() : group.stream().sorted().toList();
  }

  @Test
  void whoAsksAloneIsNotKeptWaitingForOthers() throws Exception {
    Together<String, String> together = new Together<>(8, Duration.ofDays(1), this::answer);
    allowed.release(3);
    for (String question : List.of("a", "b", "c")) {
      assertEquals(question.toUpperCase(java.util.Locale.ROOT), together.ask(question));
      assertEquals(List.of(question), nextGroup());
    }
  }

  /** The first goes alone; the two that come meanwhile go together, and again after that. */
  @Test
  void thoseThatWereAnsweredTogetherAreWaitedFor() throws Exception {
    Together<String, String> together = new Together<>(8, Duration.ofDays(1), this::answer);
    CountDownLatch back = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> together.ask("a"));
      assertEquals(List.of("a"), nextGroup());
      var second =
          threads.submit(
              () -> {
                together.ask("b");
                return together.ask("d");
              });
      var third =
          threads.submit(
              () -> {
                together.ask("c");
                back.await();
                return together.ask("e");
              });
      while (together.waiting() < 2) {
        Thread.onSpinWait();
      }
      allowed.release();
      assertEquals("A", first.get());
      assertEquals(List.of("b", "c"), nextGroup());
      allowed.release(2);
      while (together.waiting() < 1) {
        Thread.onSpinWait();
      }
      assertEquals(0, groups.size(), "the one that is back waits for the other");
      back.countDown();
      assertEquals(List.of("d", "e"), nextGroup());
      assertEquals("D", second.get());
      assertEquals("E", third.get());
    }
  }

  @Test
  void whoDoesNotComeBackIsNotWaitedForLong() throws Exception {
    Together<String, String> together = new Together<>(8, Duration.ofMillis(5), this::answer);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var _ = threads.submit(() -> together.ask("a"));
      assertEquals(List.of("a"), nextGroup());
      var second =
          threads.submit(
              () -> {
                together.ask("b");
                return together.ask("d");
              });
      var _ = threads.submit(() -> together.ask("c"));
      while (together.waiting() < 2) {
        Thread.onSpinWait();
      }
      allowed.release(3);
      assertEquals(List.of("b", "c"), nextGroup());
      assertEquals(List.of("d"), nextGroup());
      assertEquals("D", second.get());
    }
  }
}
