package idunno.node.transport;

import idunno.core.base.Address;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection of either end: the greeting, then frames. Blocking; one thread may read while
 * another writes. The one place where bytes of a peer are read and written, so that encryption has
 * one place to go.
 */
final class Connection implements AutoCloseable {
  /**
   * How many bytes move at a time. A heap buffer passes through a direct one of the same size that
   * the JDK keeps for each carrier thread, so this bounds those.
   */
  private static final int SLICE_BYTES = 256 << 10;

  /** What a peer's claim of a length alone can make us set aside; the rest comes with the bytes. */
  private static final int CLAIM_BYTES = 4 << 20;

  /** Smaller bodies are not worth a buffer that holds a chunk. */
  private static final int MIN_BUFFERED_BYTES = 16 << 10;

  /** How many bytes are copied where the kernel can't move them by itself at the moment. */
  private static final int PIECE_BYTES = 64 << 10;

  private final SocketChannel channel;
  private final Limits limits;
  private final ByteBuffer prefix = ByteBuffer.allocate(Frame.PREFIX_BYTES);

  Connection(SocketChannel channel, Limits limits) throws IOException {
    this.channel = channel;
    this.limits = limits;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  /** A connection that is yet to be {@link #connect}ed. */
  static Connection unconnected(Limits limits) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      return new Connection(channel, limits);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  void connect(Address address) throws IOException {
    InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
    if (resolved.isUnresolved()) {
      throw new UnknownHostException("no host of that name is known");
    }
    channel.connect(resolved);
  }

  /** Where the other end is. */
  Address remote() throws IOException {
    InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
    return new Address(remote.getAddress().getHostAddress(), remote.getPort());
  }

  /**
   * Greets, and reads the peer's greeting.
   *
   * @throws ProtocolException if it is no node, or one of another cluster or version
   */
  Hello greet(Hello self) throws IOException {
    write(self.toBytes());
    Hello peer = Hello.read(bytes -> read(ByteBuffer.allocate(bytes)));
    if (!self.fits(peer)) {
      throw new ProtocolException(
          "%s is of cluster %s, this node (%s) of cluster %s; name addresses of its own cluster"
              .formatted(peer.name(), peer.clusterId(), self.name(), self.clusterId()));
    }
    return peer;
  }

  /** Sends a frame whole, or throws; the body's buffer is left as it was. */
  void send(Frame frame) throws IOException {
    switch (frame.body()) {
      case null -> write(frame.head());
      case Body.InMemory memory -> write(frame.head(), memory.bytes().duplicate());
      case Body.InFile file -> {
        write(frame.head());
        transfer(file);
      }
      case Body.InFiles files -> {
        write(frame.head());
        for (Body.InFile part : files.parts()) {
          transfer(part);
        }
      }
    }
  }

  /**
   * Sends a frame whole.
   *
   * @throws SocketTimeoutException if the peer does not take it in that time; the connection is
   *     closed then
   */
  void sendWithin(long ms, Frame frame) throws IOException {
    bounded(
        ms,
        "the taking of an answer",
        () -> {
          send(frame);
          return frame;
        });
  }

  /** Waits, without a bound, for the next frame. */
  Frame receive(Into into) throws IOException {
    read(prefix.clear());
    return receiveRest(into);
  }

  /** Where the bytes behind a message are put. */
  interface Into {
    /**
     * A buffer for so many bytes, its limit set to that; or null to have memory set aside as they
     * come.
     */
    @Nullable ByteBuffer buffer(Frame.Prefix prefix);

    /** The bytes didn't all come. */
    default void giveBack(ByteBuffer buffer) {}
  }

  /** Into one of those buffers, if it is worth it. */
  static Into from(Buffers buffers) {
    return new Into() {
      @Override
      public @Nullable ByteBuffer buffer(Frame.Prefix prefix) {
        int bytes = prefix.bodyBytes();
        if (bytes < MIN_BUFFERED_BYTES || bytes > Buffers.BYTES) {
          return null;
        }
        ByteBuffer direct = buffers.takeDirect();
        return direct == null ? null : direct.clear().limit(bytes);
      }

      @Override
      public void giveBack(ByteBuffer buffer) {
        buffers.give(buffer);
      }
    };
  }

  /**
   * Waits for the next frame.
   *
   * @throws SocketTimeoutException if none begins in that time; the connection is closed then
   */
  Frame receiveWithin(long ms, Into into) throws IOException {
    bounded(ms, "the next call", () -> read(prefix.clear()));
    return receiveRest(into);
  }

  private Frame receiveRest(Into into) throws IOException {
    Frame.Prefix head = Frame.Prefix.read(prefix, limits);
    return bounded(
        limits.frameMs(),
        "the rest of a frame",
        () -> {
          byte[] header = readClaimed(head.headerBytes()).array();
          return new Frame(head.kind(), header, body(head, into));
        });
  }

  private @Nullable Body body(Frame.Prefix head, Into into) throws IOException {
    if (head.bodyBytes() < 0) {
      return null;
    }
    ByteBuffer buffer = into.buffer(head);
    if (buffer == null) {
      return new Body.InMemory(readClaimed(head.bodyBytes()));
    }
    try {
      return new Body.InMemory(read(buffer));
    } catch (IOException e) {
      into.giveBack(buffer);
      throw e;
    }
  }

  /** Blocking work. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Does work that blocks on this connection within a time.
   *
   * @throws SocketTimeoutException if it takes longer; the connection is closed then
   */
  <T> T bounded(long ms, String what, Work<T> work) throws IOException {
    Fuse fuse = Fuse.light(this::close, ms);
    try (fuse) {
      return work.run();
    } catch (ClosedChannelException e) {
      if (fuse.burnt()) {
        var late = new SocketTimeoutException(what + " did not come within " + ms + " ms");
        late.initCause(e);
        throw late;
      }
      throw e;
    }
  }

  /** Reads so many bytes into an array of exactly that size, which grows only as they come. */
  private ByteBuffer readClaimed(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(bytes, CLAIM_BYTES));
    while (true) {
      read(buffer);
      if (buffer.capacity() == bytes) {
        return buffer;
      }
      int larger = (int) Math.min(bytes, 2L * buffer.capacity());
      buffer = ByteBuffer.allocate(larger).put(buffer);
    }
  }

  /** Fills the buffer from its position to its end, and rewinds it to its start. */
  private ByteBuffer read(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      int size = buffer.isDirect() ? buffer.remaining() : Math.min(buffer.remaining(), SLICE_BYTES);
      int got = channel.read(buffer.slice(buffer.position(), size));
      if (got < 0) {
        throw new EOFException("the connection was closed by the other end");
      }
      buffer.position(buffer.position() + got);
    }
    return buffer.flip();
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int size = bytes.isDirect() ? bytes.remaining() : Math.min(bytes.remaining(), SLICE_BYTES);
      bytes.position(bytes.position() + channel.write(bytes.slice(bytes.position(), size)));
    }
  }

  /** Writes both, in one packet where they are short: a second one would cost a wake-up. */
  private void write(ByteBuffer head, ByteBuffer body) throws IOException {
    if (body.remaining() <= PIECE_BYTES) {
      write(ByteBuffer.allocate(head.remaining() + body.remaining()).put(head).put(body).flip());
    } else {
      write(head);
      write(body);
    }
  }

  /** Has the kernel move bytes from a file to the network. */
  private void transfer(Body.InFile body) throws IOException {
    long at = body.offset();
    long end = at + body.length();
    while (at < end) {
      long moved = body.file().transferTo(at, end - at, channel);
      if (moved == 0) {
        // The network takes nothing just now, which a plain write waits for; or the file has ended.
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, end - at));
        if (body.file().read(piece, at) <= 0) {
          throw new EOFException("the file ended " + (end - at) + " bytes before its time");
        }
        moved = piece.flip().remaining();
        write(piece);
      }
      at += moved;
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Closes at once, from any thread; whoever blocks on it gets a {@link ClosedChannelException}.
   */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed as far as this end can; there is nobody to tell.
    }
  }
}
