package idunno.node.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Asks together what came in while the last answer was awaited. Nobody waits for company: who asks
 * alone is served at once. One answer is awaited at a time: two at once would each be of half as
 * many, and cost as much.
 *
 * @param <Q> what one caller asks
 * @param <A> what it is answered
 */
final class Together<Q, A> {
  private final int most;
  private final Group<Q, A> group;
  private final Deque<Waiting<Q, A>> waiting = new ArrayDeque<>();
  private boolean running;

  private record Waiting<Q, A>(Q question, CompletableFuture<A> answer) {}

  /** Asks several in one. */
  @FunctionalInterface
  interface Group<Q, A> {
    /** The answers, in the order of the questions. */
    List<A> ask(List<Q> questions) throws IOException;
  }

  /**
   * Nothing waits yet.
   *
   * @param most so many are asked in one at the most
   */
  Together(int most, Group<Q, A> group) {
    this.most = most;
    this.group = group;
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws IOException as the group throws, whoever else was in it
   */
  A ask(Q question) throws IOException {
    CompletableFuture<A> answer = new CompletableFuture<>();
    synchronized (this) {
      waiting.add(new Waiting<>(question, answer));
      if (!running) {
        running = true;
        Thread.ofVirtual().name("together").start(this::run);
      }
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("asking together", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private void run() {
    for (List<Waiting<Q, A>> next = next(); !next.isEmpty(); next = next()) {
      try {
        List<A> answers = group.ask(next.stream().map(Waiting::question).toList());
        for (int i = 0; i < next.size(); i++) {
          next.get(i).answer().complete(answers.get(i));
        }
      } catch (IOException | RuntimeException e) {
        next.forEach(one -> one.answer().completeExceptionally(e));
      }
    }
  }

  /** Takes what waits; where nothing does, the thread that asks ends. */
  private synchronized List<Waiting<Q, A>> next() {
    List<Waiting<Q, A>> next = new ArrayList<>();
    while (next.size() < most && !waiting.isEmpty()) {
      next.add(waiting.remove());
    }
    if (next.isEmpty()) {
      running = false;
    }
    return next;
  }
}
