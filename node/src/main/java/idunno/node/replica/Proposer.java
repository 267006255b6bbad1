package idunno.node.replica;

import idunno.core.base.RequestId;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import idunno.node.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts requests in the log, all that have gathered while the last entry was on its way together in
 * the next.
 *
 * <p>An entry costs milliseconds on every node whatever it holds, so many small facts share one. A
 * request whose outcome is unknown is sent again under the same id until its deadline; the state
 * applies it once.
 */
public final class Proposer implements AutoCloseable {
  private static final int MAX_REQUESTS_AT_ONCE = 512;

  // Well below the replies that the state remembers of a client: a request that is tried again is
  // overtaken by no more than these, and so is always recognised.
  private static final int MAX_OPEN = 512;
  private static final int MAX_ENTRY_BYTES = 3 << 20;
  private static final Duration TRY = Duration.ofSeconds(5);

  private final Log log;
  private final Codec codec = Codec.cbor();
  private final String client = UUID.randomUUID().toString();
  private final AtomicLong sequence = new AtomicLong();
  private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
  private final Semaphore open = new Semaphore(MAX_OPEN);
  private final Thread thread;
  private volatile boolean closed;

  private record Pending(Request request, CompletableFuture<Reply> reply) {}

  /** The outcome of a request stayed unknown until its deadline: look before asking again. */
  public static final class OutcomeUnknown extends Exception {
    private static final long serialVersionUID = 1;

    /** Says why, and what lay behind. */
    public OutcomeUnknown(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Begins to propose. */
  public Proposer(Log log) {
    this.log = log;
    this.thread = Thread.ofPlatform().daemon().name("proposer").start(this::run);
  }

  /** Submits a command of this node's own. */
  public Reply submit(Command command, Duration timeout)
      throws OutcomeUnknown, InterruptedException {
    return submit(new RequestId(client, sequence.getAndIncrement()), command, timeout);
  }

  /**
   * Submits a command of a client's, under the client's id.
   *
   * @throws OutcomeUnknown if nothing is known of it at the end of the timeout
   */
  public Reply submit(RequestId id, Command command, Duration timeout)
      throws OutcomeUnknown, InterruptedException {
    open.acquire();
    try {
      return untilDeadline(id, command, timeout);
    } finally {
      open.release();
    }
  }

  private Reply untilDeadline(RequestId id, Command command, Duration timeout)
      throws OutcomeUnknown, InterruptedException {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    Request request = new Request(id, command);
    Throwable last = new TimeoutException("no answer from the log");
    do {
      CompletableFuture<Reply> reply = new CompletableFuture<>();
      pending.put(new Pending(request, reply));
      try {
        return reply.get(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        last = e.getCause() == null ? e : e.getCause();
        if (last instanceof Log.Rejected && !closed) {
          // Most often there is no coordinator at the moment; ask again in a little while.
          TimeUnit.MILLISECONDS.sleep(50);
        }
      } catch (TimeoutException e) {
        last = e;
      }
    } while (!closed && System.nanoTime() < deadlineNanos);
    throw new OutcomeUnknown(
        command.getClass().getSimpleName()
            + ": outcome unknown after "
            + timeout.toMillis()
            + " ms ("
            + last.getMessage()
            + "); look whether it was done before asking again",
        last);
  }

  private void run() {
    List<Pending> batch = new ArrayList<>();
    while (!closed) {
      try {
        batch.clear();
        batch.add(pending.take());
        pending.drainTo(batch, MAX_REQUESTS_AT_ONCE - 1);
        propose(batch);
      } catch (InterruptedException e) {
        break;
      }
    }
    pending.drainTo(batch);
    batch.forEach(one -> one.reply().completeExceptionally(new TimeoutException("closed")));
  }

  private void propose(List<Pending> batch) throws InterruptedException {
    byte[] bytes = codec.encode(new Entry(batch.stream().map(Pending::request).toList()));
    if (bytes.length > MAX_ENTRY_BYTES && batch.size() > 1) {
      propose(List.copyOf(batch.subList(0, batch.size() / 2)));
      propose(List.copyOf(batch.subList(batch.size() / 2, batch.size())));
      return;
    }
    try {
      List<Reply> replies = codec.decode(log.submit(bytes, TRY), Entry.Outcome.class).replies();
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).reply().complete(replies.get(i));
      }
    } catch (Log.Unsettled | Log.Rejected | RuntimeException e) {
      batch.forEach(one -> one.reply().completeExceptionally(e));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
