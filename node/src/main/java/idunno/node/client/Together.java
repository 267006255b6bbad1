package idunno.node.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Asks together what came in while the last answer was awaited. Who asks alone is served at once;
 * where several were answered together, they are given a moment to come back with their next
 * questions. One answer is awaited at a time: two at once would each be of half as many, and cost
 * as much.
 *
 * @param <Q> what one caller asks
 * @param <A> what it is answered
 */
final class Together<Q, A> {
  private final int most;
  private final long patienceNanos;
  private final Group<Q, A> group;
  private final Deque<Waiting<Q, A>> waiting = new ArrayDeque<>();
  private boolean running;
  private int together;

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
   * @param patience how long those that were answered together are waited for: worth it where a
   *     question costs much, however many it is of
   */
  Together(int most, Duration patience, Group<Q, A> group) {
    this.most = most;
    this.patienceNanos = patience.toNanos();
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
      if (waiting.size() == together) {
        notifyAll();
      }
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
    awaitCompany();
    List<Waiting<Q, A>> next = new ArrayList<>();
    while (next.size() < most && !waiting.isEmpty()) {
      next.add(waiting.remove());
    }
    if (next.isEmpty()) {
      running = false;
    }
    together = next.size();
    return next;
  }

  /** How many questions wait for their turn. */
  synchronized int waiting() {
    return waiting.size();
  }

  /** Waits until as many are there as were last time, or none of them comes in time. */
  private void awaitCompany() {
    long endNanos = System.nanoTime() + patienceNanos;
    try {
      while (waiting.size() < together && endNanos - System.nanoTime() > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, endNanos - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
