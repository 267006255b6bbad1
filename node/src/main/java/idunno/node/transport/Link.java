package idunno.node.transport;

import idunno.core.base.Address;
import java.io.IOException;
import java.io.Serial;
import java.net.ProtocolException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * An outbound connection: one call at a time, and a virtual thread that always reads, so that a
 * peer that dies is noticed at once, also between calls.
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
  private final AtomicReference<CompletableFuture<Frame>> waiting = new AtomicReference<>();
  private volatile boolean ended;
  private volatile boolean closedHere;

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
    Thread.ofVirtual().name("transport-link-" + address).start(this::readReplies);
  }

  private void readReplies() {
    IOException why = new IOException("the connection ended");
    try {
      while (true) {
        Frame frame = connection.receive();
        CompletableFuture<Frame> reply = frame.kind().isAnswer() ? waiting.getAndSet(null) : null;
        if (reply == null) {
          throw new ProtocolException("expected an answer to a call, found " + frame.kind());
        }
        reply.complete(frame);
      }
    } catch (IOException e) {
      why = e;
    } finally {
      ended = true;
      connection.close();
      failWaiting(why);
      onEnd.accept(this);
    }
  }

  private void failWaiting(IOException why) {
    CompletableFuture<Frame> reply = waiting.getAndSet(null);
    if (reply != null) {
      reply.completeExceptionally(why);
    }
  }

  /**
   * Sends a call and waits for what comes back. After any exception the link is closed.
   *
   * @throws NotSent if the connection broke, or time ran out, before the call was out
   * @throws CallOutcomeUnknown if it was sent, and then the connection broke or time ran out
   */
  Frame exchange(Frame call, long ms) throws NotSent, CallOutcomeUnknown {
    CompletableFuture<Frame> reply = new CompletableFuture<>();
    waiting.set(reply);
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
