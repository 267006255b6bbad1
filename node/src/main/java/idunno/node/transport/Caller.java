package idunno.node.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import idunno.core.base.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls to other nodes, over connections that it keeps for the next ones.
 *
 * <p>A connection carries one call at a time. Calls at once to one address take as many
 * connections, up to a bound; idle ones are kept for a while. Thread-safe; a call blocks.
 */
public final class Caller implements AutoCloseable {
  private final Supplier<Hello> self;
  private final Consumer<Address> onLost;
  private final Limits limits;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final IdleLinks idle = new IdleLinks();

  /** A permit for each connection that may be open to an address. */
  private final Map<Address, Semaphore> slots = new ConcurrentHashMap<>();

  private final Thread reaper;
  private volatile boolean closed;

  /**
   * A caller with no connections yet.
   *
   * @param self what this node states when it connects, asked each time
   * @param onLost told when a connection breaks that this end did not close: a hint that the
   *     process there is dead, once for each connection, never a proof; must not block
   */
  public Caller(Supplier<Hello> self, Consumer<Address> onLost, Limits limits) {
    this.self = self;
    this.onLost = onLost;
    this.limits = limits;
    this.reaper = Thread.ofVirtual().name("transport-reaper").start(this::closeIdle);
  }

  /**
   * Makes a call and waits for the answer.
   *
   * @param body bytes that go with it, left as they are, or null
   * @param deadline for all of it: connecting, sending, and the answer
   * @throws PeerUnreachable if the peer surely did not handle it
   * @throws CallOutcomeUnknown if it may have
   * @throws CallRefused if the peer answered with an error
   * @throws IllegalArgumentException if the header or the body is over the limits
   */
  public Response call(Address address, byte[] header, @Nullable ByteBuffer body, Duration deadline)
      throws CallFailed {
    return call(address, header, body, deadline, null);
  }

  /**
   * The same, with a place for the bytes behind the answer.
   *
   * @param into filled from its position on, if the answer has as many bytes as it has room for;
   *     else the answer has a buffer of its own. When this returns nobody writes into it any more
   */
  public Response call(
      Address address,
      byte[] header,
      @Nullable ByteBuffer body,
      Duration deadline,
      @Nullable ByteBuffer into)
      throws CallFailed {
    Frame call = new Frame(Frame.Kind.CALL, header, body == null ? null : new Body.InMemory(body));
    limits.check(header, call.bodyBytes());
    long endNanos = System.nanoTime() + deadline.toNanos();
    Semaphore slot = slots.computeIfAbsent(address, a -> new Semaphore(limits.maxPerPeer(), true));
    acquire(slot, address, endNanos);
    try {
      return answer(address, exchange(address, call, endNanos, into));
    } finally {
      slot.release();
    }
  }

  private void acquire(Semaphore slot, Address address, long endNanos) throws PeerUnreachable {
    try {
      if (!slot.tryAcquire(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new PeerUnreachable(
            address,
            false,
            "all %d connections were busy until the deadline".formatted(limits.maxPerPeer()),
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnreachable(address, false, "interrupted before the call was made", e);
    }
  }

  private Frame exchange(Address address, Frame call, long endNanos, @Nullable ByteBuffer into)
      throws CallFailed {
    while (true) {
      Hello hello = self.get();
      Link kept = takeKept(address, hello);
      Link link = kept != null ? kept : connect(address, hello, msUntil(endNanos));
      try {
        Frame reply = link.exchange(call, msUntil(endNanos), into);
        keep(link);
        return reply;
      } catch (Link.NotSent e) {
        // A kept connection may have died of old age; only a new one tells about the peer.
        if (kept == null || System.nanoTime() - endNanos >= 0) {
          throw unreachable(address, e.getCause());
        }
      }
    }
  }

  private static long msUntil(long endNanos) {
    return Math.max(1, Math.ceilDiv(endNanos - System.nanoTime(), 1_000_000L));
  }

  private static Response answer(Address address, Frame reply) throws CallFailed {
    return switch (reply.kind()) {
      case REPLY -> new Response(reply.header(), reply.body());
      case REFUSAL -> throw new CallRefused(address, new String(reply.header(), UTF_8));
      case CALL, GOODBYE ->
          throw new IllegalStateException("a link lets no " + reply.kind() + " by");
    };
  }

  private Link connect(Address address, Hello hello, long ms) throws PeerUnreachable {
    Connection connection = null;
    try {
      connection = Connection.unconnected(limits);
      Connection opened = connection;
      opened.bounded(
          Math.min(ms, limits.handshakeMs()),
          "a connection",
          () -> {
            opened.connect(address);
            return opened.greet(hello);
          });
    } catch (IOException e) {
      if (connection != null) {
        connection.close();
      }
      throw unreachable(address, e);
    }
    Link link = new Link(address, hello, connection, this::ended);
    links.add(link);
    link.start();
    if (closed) {
      link.abort(); // as close() may have come by before the link was there to be seen
    }
    return link;
  }

  private static PeerUnreachable unreachable(Address address, @Nullable Throwable e) {
    boolean refused = e instanceof ConnectException && "Connection refused".equals(e.getMessage());
    String why =
        refused
            ? "connection refused; no node listens there"
            : e == null || e.getMessage() == null ? String.valueOf(e) : e.getMessage();
    return new PeerUnreachable(address, refused, why, e);
  }

  /** A kept link, if one stated at its start what this node states now. */
  private @Nullable Link takeKept(Address address, Hello hello) {
    for (Link link = idle.take(address); link != null; link = idle.take(address)) {
      if (link.self().equals(hello)) {
        return link;
      }
      link.sayGoodbye(); // from before this node joined its cluster
    }
    return null;
  }

  private void keep(Link link) {
    if (closed || !idle.put(link, System.nanoTime())) {
      link.sayGoodbye();
    }
  }

  /**
   * Breaks every connection to an address: its node was declared failed, so whoever waits for an
   * answer waits in vain, as one that is frozen doesn't hang up by itself.
   */
  public void forsake(Address address) {
    for (Link link : links) {
      if (link.address().equals(address)) {
        link.abort();
      }
    }
  }

  private void ended(Link link) {
    links.remove(link);
    idle.remove(link);
    if (!link.closedHere()) {
      onLost.accept(link.address());
    }
  }

  private void closeIdle() {
    try {
      while (true) {
        Thread.sleep(Duration.ofMillis(limits.idleMs()).dividedBy(4));
        closeOlderThan(TimeUnit.MILLISECONDS.toNanos(limits.idleMs()));
      }
    } catch (InterruptedException e) {
      // The caller was closed.
    }
  }

  private void closeOlderThan(long ageNanos) {
    idle.takeOlderThan(ageNanos, System.nanoTime()).forEach(Link::sayGoodbye);
  }

  /** Closes every connection; calls under way end as {@link CallOutcomeUnknown}. */
  @Override
  public void close() {
    closed = true;
    reaper.interrupt();
    closeOlderThan(-1);
    links.forEach(Link::abort);
  }
}
