package idunno.node.transport;

import idunno.core.base.Address;
import java.io.IOException;
import java.io.Serial;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An outbound connection: one call at a time, and a thread that always reads, so that a peer that
 * dies is noticed at once, also between calls.
 */
final class Link {
  /** The call was not sent whole: the peer can't have handled it. */
  static final class NotSent extends Exception {
    @Serial private static final long serialVersionUID = 1;

    NotSent(IOException cause) {
      super(cause);
    }
  }

  private final Address address;
  private final Hello self;
  private final Connection connection;
  private final Consumer<Link> onEnd;
  private final AtomicReference<Waiting> waiting = new AtomicReference<>();
  private final CountDownLatch readerGone = new CountDownLatch(1);
  private volatile boolean ended;
  private volatile boolean closedHere;

  /** Who waits for an answer, and where the bytes behind it shall go, if that matters. */
  private record Waiting(CompletableFuture<Frame> reply, @Nullable ByteBuffer into) {}

  /**
   * Takes over a connection that has been greeted.
   *
   * @param self what this end stated
   * @param onEnd is told once, when the connection has ended for whatever reason
   */
  Link(Address address, Hello self, Connection connection, Consumer<Link> onEnd) {
    this.address = address;
    this.self = self;
    this.connection = connection;
    this.onEnd = onEnd;
  }

  void start() {
    Thread.ofPlatform().daemon().name("transport-link-" + address).start(this::readReplies);
  }

  private void readReplies() {
    IOException why = new IOException("the connection ended");
    try {
      while (true) {
        Frame frame = connection.receive(this::into);
        Waiting caller = frame.kind().isAnswer() ? waiting.getAndSet(null) : null;
        if (caller == null) {
          throw new ProtocolException("expected an answer to a call, found " + frame.kind());
        }
        caller.reply().complete(frame);
      }
    } catch (IOException e) {
      why = e;
    } finally {
      ended = true;
      connection.close();
      readerGone.countDown();
      failWaiting(why);
      onEnd.accept(this);
    }
  }

  private @Nullable ByteBuffer into(Frame.Prefix head) {
    Waiting caller = waiting.get();
    ByteBuffer into = caller == null ? null : caller.into();
    if (into == null || head.kind() != Frame.Kind.REPLY || head.bodyBytes() != into.remaining()) {
      return null;
    }
    return into.slice();
  }

  private void failWaiting(IOException why) {
    Waiting caller = waiting.getAndSet(null);
    if (caller != null) {
      caller.reply().completeExceptionally(why);
    }
  }

  /**
   * Sends a call and waits for what comes back. After any exception the link is closed, and nobody
   * writes into the buffer any more.
   *
   * @param into where the bytes behind the answer go, if they are as many as it has room for
   * @throws NotSent if the connection broke, or time ran out, before the call was out
   * @throws CallOutcomeUnknown if it was sent, and then the connection broke or time ran out
   */
  Frame exchange(Frame call, long ms, @Nullable ByteBuffer into)
      throws NotSent, CallOutcomeUnknown {
    boolean done = false;
    try {
      Frame answer = exchangeOnce(call, ms, into);
      done = true;
      return answer;
    } finally {
      if (!done && into != null) {
        awaitReader();
      }
    }
  }

  /** The connection is closed by now, so the reader leaves it in a moment. */
  private void awaitReader() {
    boolean interrupted = false;
    while (true) {
      try {
        readerGone.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Frame exchangeOnce(Frame call, long ms, @Nullable ByteBuffer into)
      throws NotSent, CallOutcomeUnknown {
    CompletableFuture<Frame> reply = new CompletableFuture<>();
    waiting.set(new Waiting(reply, into));
    if (ended) {
      throw new NotSent(new IOException("the connection has ended"));
    }
    Fuse fuse = Fuse.light(this::abort, ms);
    try (fuse) {
      send(call, fuse, ms);
      return reply.get();
    } catch (ExecutionException e) {
      String why =
          fuse.burnt() ? "no answer within " + ms + " ms" : "the connection broke before an answer";
      throw new CallOutcomeUnknown(address, why + "; the peer may have handled it", e.getCause());
    } catch (InterruptedException e) {
      abort();
      Thread.currentThread().interrupt();
      throw new CallOutcomeUnknown(address, "interrupted while waiting for the answer", e);
    }
  }

  private void send(Frame call, Fuse fuse, long ms) throws NotSent {
    try {
      connection.send(call);
    } catch (IOException e) {
      connection.close(); // and no abort: if it broke by itself, that is to be told
      throw new NotSent(
          fuse.burnt() ? new IOException("the call could not be sent within " + ms + " ms", e) : e);
    }
  }

  /** Closes without a word: the peer sees a broken connection. */
  void abort() {
    closedHere = true;
    connection.close();
  }

  /** Closes an idle link, telling the peer that this end is well. */
  void sayGoodbye() {
    closedHere = true;
    try (connection) {
      connection.send(new Frame(Frame.Kind.GOODBYE, new byte[0], null));
    } catch (IOException e) {
      // It ended by itself meanwhile, which is what we want.
    }
  }

  Address address() {
    return address;
  }

  /** What this end stated at the start; it may have joined a cluster since. */
  Hello self() {
    return self;
  }

  boolean ended() {
    return ended || closedHere;
  }

  /** Whether this end closed it. */
  boolean closedHere() {
    return closedHere;
  }
}
