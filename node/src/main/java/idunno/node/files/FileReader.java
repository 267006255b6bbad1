package idunno.node.files;

import idunno.core.base.NodeName;
import idunno.core.files.Extent;
import idunno.core.files.FileVersion;
import idunno.core.files.StoredChunk;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads versions of files, each stretch checked against the checksum that was committed with it.
 *
 * <p>This node's own replica is read first, then those of members that are alive, then any other: a
 * replica that is damaged, or a node that is gone, only moves the read on to the next, in the
 * middle of a stream too.
 */
final class FileReader {
  private final ReplicatedState state;
  private final Replicas replicas;
  private final BiConsumer<NodeName, StoredChunk> damaged;

  /**
   * Reads through those replicas.
   *
   * @param damaged told of a replica whose bytes don't have their checksum
   */
  FileReader(ReplicatedState state, Replicas replicas, BiConsumer<NodeName, StoredChunk> damaged) {
    this.state = state;
    this.replicas = replicas;
    this.damaged = damaged;
  }

  /** Opens a version as a stream that fails with an IOException where no replica can be read. */
  InputStream open(FileVersion version) {
    return new Extents(version.extents().iterator());
  }

  /** Writes a version's bytes. */
  void copy(FileVersion version, OutputStream out) throws IOException {
    for (Extent extent : version.extents()) {
      ByteBuffer bytes = read(extent);
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }
  }

  /**
   * Reads one extent.
   *
   * @return its bytes, in a buffer with an array
   * @throws NoSuchFileException if its chunk is not in the store any more
   * @throws IOException if no replica can be read now
   */
  ByteBuffer read(Extent extent) throws IOException {
    StoredChunk chunk =
        state
            .read(s -> s.files().chunk(extent.chunk()))
            .orElseThrow(() -> new NoSuchFileException("chunk " + extent.chunk()));
    List<String> failures = new ArrayList<>();
    for (NodeName node : order(chunk)) {
      try {
        ByteBuffer bytes = replicas.read(node, extent.chunk(), extent.offset(), extent.length());
        if (bytes.remaining() == extent.length() && crcOf(bytes) == extent.crc32c()) {
          return withArray(bytes);
        }
        failures.add(node + ": bytes don't have their checksum");
        damaged.accept(node, chunk);
      } catch (IOException e) {
        failures.add(node + ": " + e.getMessage());
      }
    }
    throw new IOException(
        "chunk "
            + extent.chunk()
            + ": no replica can be read ("
            + (failures.isEmpty() ? "no node holds one" : String.join("; ", failures))
            + "); try again when one of these nodes is back");
  }

  private List<NodeName> order(StoredChunk chunk) {
    NavigableSet<NodeName> alive = state.read(s -> s.members().aliveNames());
    List<NodeName> order = new ArrayList<>(chunk.replicas());
    Collections.shuffle(order);
    order.sort((a, b) -> Integer.compare(distance(a, alive), distance(b, alive)));
    return order;
  }

  private int distance(NodeName node, NavigableSet<NodeName> alive) {
    return node.equals(replicas.self()) ? 0 : alive.contains(node) ? 1 : 2;
  }

  private static int crcOf(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  private static ByteBuffer withArray(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      return bytes;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return ByteBuffer.wrap(copy);
  }

  /** The extents of a file, one after the other. */
  private final class Extents extends InputStream {
    private final Iterator<Extent> extents;
    private @Nullable ByteBuffer current;

    Extents(Iterator<Extent> extents) {
      this.extents = extents;
    }

    private Optional<ByteBuffer> next() throws IOException {
      while (current == null || !current.hasRemaining()) {
        if (!extents.hasNext()) {
          return Optional.empty();
        }
        current = FileReader.this.read(extents.next());
      }
      return Optional.of(current);
    }

    @Override
    public int read() throws IOException {
      Optional<ByteBuffer> bytes = next();
      return bytes.isEmpty() ? -1 : bytes.get().get() & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      Optional<ByteBuffer> bytes = next();
      if (bytes.isEmpty()) {
        return -1;
      }
      int count = Math.min(length, bytes.get().remaining());
      bytes.get().get(into, offset, count);
      return count;
    }
  }
}
