package idunno.node.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import idunno.core.base.Address;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the calls of other nodes: a thread for each connection, one call at a time on it. A
 * thread of the system, which a message wakes at once; a virtual one is woken by two others.
 *
 * <p>Nothing that comes in on the port stops it: what is no greeting, no frame or too large closes
 * its own connection, and is logged; see {@link Limits} for the bounds.
 */
public final class TransportServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(TransportServer.class.getName());
  private static final int BACKLOG = 256;
  private static final int MAX_REFUSAL_CHARS = 4096;

  /** So many chunks can be on their way in at once without a detour over the heap. */
  private static final int MAX_BUFFERS = 16;

  private final ServerSocketChannel listener;
  private final Address address;
  private final Supplier<Hello> self;
  private final Handler handler;
  private final Consumer<PeerInfo> onLost;
  private final Limits limits;
  private final Complaints complaints = new Complaints(LOG);
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Buffers buffers = new Buffers(MAX_BUFFERS);
  private final Thread acceptor;
  private volatile boolean closed;

  private TransportServer(
      ServerSocketChannel listener,
      Address address,
      Supplier<Hello> self,
      Handler handler,
      Consumer<PeerInfo> onLost,
      Limits limits) {
    this.listener = listener;
    this.address = address;
    this.self = self;
    this.handler = handler;
    this.onLost = onLost;
    this.limits = limits;
    this.acceptor =
        Thread.ofVirtual().name("transport-accept-" + address.port()).unstarted(this::acceptAll);
  }

  /**
   * Listens, and answers from now on.
   *
   * @param host the host to bind
   * @param port the port to bind; 0 for any free one
   * @param self what this node states to who connects, asked each time
   * @param onLost told when a peer's connection ends without its goodbye: a hint that its process
   *     is dead, once for each connection, never a proof; one that breaks while a call is handled
   *     is noticed when that is done; must not block
   * @throws BindException if the port is taken
   */
  public static TransportServer open(
      String host,
      int port,
      Supplier<Hello> self,
      Handler handler,
      Consumer<PeerInfo> onLost,
      Limits limits)
      throws IOException {
    InetSocketAddress wanted = new InetSocketAddress(host, port);
    if (wanted.isUnresolved()) {
      throw new UnknownHostException("can't listen on " + host + ": no host of that name is known");
    }
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(wanted, BACKLOG);
      int bound = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      TransportServer server =
          new TransportServer(listener, new Address(host, bound), self, handler, onLost, limits);
      server.acceptor.start();
      return server;
    } catch (IOException | RuntimeException e) {
      listener.close();
      if (e instanceof BindException) {
        var taken =
            new BindException("can't listen on " + host + ":" + port + ": " + e.getMessage());
        taken.initCause(e);
        throw taken;
      }
      throw e;
    }
  }

  /** Where it listens: the host as it was given, and the port that was bound. */
  public Address address() {
    return address;
  }

  /** How many connections there are now. */
  public int connections() {
    return connections.size();
  }

  private void acceptAll() {
    while (!closed) {
      try {
        admit(listener.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | RuntimeException e) {
        complaints.complain(address + ": accepting failed: " + e);
        pause(); // out of file descriptors, most likely; some will be given back
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void admit(SocketChannel channel) throws IOException {
    Connection connection;
    Address from;
    try {
      connection = new Connection(channel, limits);
      from = connection.remote();
    } catch (IOException e) {
      channel.close(); // it is gone already
      return;
    }
    if (connections.size() >= limits.maxConnections()) {
      complaints.complain(
          "%s: closed a connection from %s: %d are open, the most there may be"
              .formatted(address, from, limits.maxConnections()));
      connection.close();
      return;
    }
    connections.add(connection);
    Thread.ofPlatform()
        .daemon()
        .name("transport-from-" + from)
        .start(() -> serve(connection, from));
  }

  private void serve(Connection connection, Address from) {
    PeerInfo peer = null;
    try (connection) {
      Hello hello =
          connection.bounded(
              limits.handshakeMs(), "a greeting", () -> connection.greet(self.get()));
      peer = new PeerInfo(hello, from);
      answerAll(connection, peer);
      peer = null; // it said goodbye
    } catch (ProtocolException | SocketTimeoutException e) {
      complaints.complain(
          "%s: closed the connection from %s: %s"
              .formatted(address, peer == null ? from : peer, e.getMessage()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> address + ": connection from " + from + " ended: " + e);
    } finally {
      connections.remove(connection);
      if (peer != null && !closed) {
        onLost.accept(peer);
      }
    }
  }

  /** Answers calls until the peer says goodbye. */
  private void answerAll(Connection connection, PeerInfo peer) throws IOException {
    while (true) {
      Frame frame = connection.receiveWithin(10 * limits.idleMs(), Connection.from(buffers));
      switch (frame.kind()) {
        case CALL -> answer(connection, frame, peer);
        case GOODBYE -> {
          return;
        }
        case REPLY, REFUSAL ->
            throw new ProtocolException("expected a call, found " + frame.kind());
      }
    }
  }

  private void answer(Connection connection, Frame call, PeerInfo peer) throws IOException {
    ByteBuffer bytes = call.body() instanceof Body.InMemory memory ? memory.bytes() : null;
    try {
      Frame answer = answer(new Request(call.header(), bytes), peer);
      try {
        connection.sendWithin(limits.frameMs(), answer);
      } finally {
        if (answer.body() != null) {
          answer.body().release();
        }
      }
    } finally {
      if (bytes != null) {
        buffers.give(bytes);
      }
    }
  }

  private Frame answer(Request request, PeerInfo peer) {
    try {
      Response response = handler.handle(request, peer);
      Frame reply = new Frame(Frame.Kind.REPLY, response.header(), response.body());
      limits.check(reply.header(), reply.bodyBytes());
      return reply;
    } catch (IOException e) {
      return refusal(e);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LOG.log(Level.WARNING, address + ": a call from " + peer + " failed", e);
      return refusal(e);
    }
  }

  private static Frame refusal(Exception e) {
    @Nullable String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    String bounded = text.substring(0, Math.min(text.length(), MAX_REFUSAL_CHARS));
    return new Frame(Frame.Kind.REFUSAL, bounded.getBytes(UTF_8), null);
  }

  /**
   * Stops listening and closes every connection; calls under way get no answer. When this returns
   * the port is free.
   */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, address + ": closing the listener failed", e);
    }
    awaitAcceptor();
    connections.forEach(Connection::close);
  }

  /** The port stays open for as long as a thread is in accept, so its leaving ends the closing. */
  private void awaitAcceptor() {
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
