package idunno.node.transfer;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.BlockSums;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chunks on other nodes, by calls. Thread-safe. */
public final class PeerReplicas {
  private static final Duration WRITE_WITHIN = Duration.ofSeconds(20);
  private static final Duration PUT_WITHIN = Duration.ofSeconds(30);
  private static final Duration CHECK_WITHIN = Duration.ofSeconds(10);
  private static final Duration LOOK_UP_WITHIN = Duration.ofSeconds(3);
  private static final Duration KEEP_WITHIN = Duration.ofSeconds(5);

  private final Peers peers;
  private final Directory directory;

  /** Where nodes are. */
  @FunctionalInterface
  public interface Directory {
    /**
     * Where a node is called.
     *
     * @throws IOException if no such node is known
     */
    Address peerOf(NodeName node) throws IOException;
  }

  /** Calls through those. */
  public PeerReplicas(Peers peers, Directory directory) {
    this.peers = peers;
    this.directory = directory;
  }

  /**
   * Sends a chunk to the first of the chain; see {@link Replicas#write}.
   *
   * @param cached whether it will be read there soon
   */
  public Replicas.Written write(
      List<NodeName> chain, ChunkId chunk, ByteBuffer bytes, BlockSums sums, boolean cached)
      throws IOException {
    NodeName first = chain.getFirst();
    PeerReply reply =
        peers
            .ask(
                directory.peerOf(first),
                new PeerRequest.WriteChunk(chunk, sums, cached, chain.subList(1, chain.size())),
                bytes,
                WRITE_WITHIN)
            .reply();
    if (!(reply instanceof PeerReply.ChunkHeld held)) {
      throw new IOException(first + ": chunk not written, it answered " + reply);
    }
    return new Replicas.Written(
        held.by().stream().filter(chain::contains).toList(), held.failures());
  }

  /** Reads a stretch of a chunk; see {@link Replicas#read}. */
  public void read(NodeName node, ChunkId chunk, int offset, ByteBuffer into, Duration within)
      throws IOException {
    PeerRequest ask = new PeerRequest.ReadChunk(chunk, offset, into.remaining());
    Peers.Answer answer = peers.ask(directory.peerOf(node), ask, null, within, into);
    ByteBuffer body = answer.body();
    if (!(answer.reply() instanceof PeerReply.Done)
        || body == null
        || body.remaining() != into.remaining()) {
      throw new IOException(node + ": chunk not read, it answered " + answer.reply());
    }
  }

  /**
   * What a node says of files.
   *
   * @param by the node
   * @param coordinator whom that node takes for the coordinator
   * @param files in the order of the question
   * @param bytes of those that it sent along, one behind the other; they may be damaged
   */
  public record Files(
      NodeName by,
      Optional<NodeName> coordinator,
      List<PeerReply.FileRead> files,
      ByteBuffer bytes) {
    /** Keeps its own copy of the list. */
    public Files {
      files = List.copyOf(files);
    }
  }

  /**
   * Asks a node where the latest versions of files lie, and for the bytes of short ones that lie on
   * it, which are not checked.
   *
   * @throws IOException if it doesn't answer, or can't say what is current
   */
  public Files readFiles(NodeName node, List<FileName> names) throws IOException {
    Peers.Answer answer =
        peers.ask(directory.peerOf(node), new PeerRequest.ReadFiles(names), null, LOOK_UP_WITHIN);
    ByteBuffer bytes = answer.body();
    if (answer.reply() instanceof PeerReply.FilesRead read
        && read.files().size() == names.size()
        && bytes != null
        && read.files().stream().allMatch(file -> file.bodyBytes() >= 0)
        && read.files().stream().mapToLong(PeerReply.FileRead::bodyBytes).sum()
            == bytes.remaining()) {
      return new Files(node, read.coordinator(), read.files(), bytes);
    }
    throw new IOException(node + ": files not read, it answered " + answer.reply());
  }

  /**
   * Puts short files that share a chunk, by one call to the first of the chain.
   *
   * @param bytes the chunk's, left as they are
   * @throws IOException if that didn't succeed at once; it may have been done nevertheless, which
   *     the same request by the API finds out
   */
  public PeerReply.FilesPut putFiles(
      RequestId id,
      List<NodeName> chain,
      ChunkId chunk,
      ByteBuffer bytes,
      BlockSums sums,
      List<NewFile> files)
      throws IOException {
    NodeName first = chain.getFirst();
    PeerRequest ask =
        new PeerRequest.PutFiles(id, chunk, sums, chain.subList(1, chain.size()), files);
    PeerReply reply = peers.ask(directory.peerOf(first), ask, bytes, PUT_WITHIN).reply();
    if (reply instanceof PeerReply.FilesPut put && put.versions().size() == files.size()) {
      return put;
    }
    throw new IOException(first + ": files not put, it answered " + reply);
  }

  /** Tells a node to look at its replica; see {@link Replicas#damaged}. Doesn't block. */
  public void damaged(NodeName node, ChunkId chunk) {
    Thread.ofVirtual()
        .name("tell-damaged")
        .start(
            () -> {
              try {
                peers.expect(
                    directory.peerOf(node),
                    new PeerRequest.CheckChunk(chunk),
                    PeerReply.Done.class,
                    CHECK_WITHIN);
              } catch (IOException e) {
                // It is found by the next who reads it, or by the node itself.
              }
            });
  }

  /** Which of these chunks a node doesn't hold; those that it holds it keeps for a while. */
  public List<ChunkId> keep(NodeName node, List<StoredChunk> chunks) throws IOException {
    List<ChunkId> missing = new ArrayList<>();
    for (int from = 0; from < chunks.size(); from += PeerRequest.KeepChunks.MOST) {
      int to = Math.min(chunks.size(), from + PeerRequest.KeepChunks.MOST);
      List<PeerRequest.ChunkSum> some =
          chunks.subList(from, to).stream()
              .map(c -> new PeerRequest.ChunkSum(c.id(), c.length(), c.crc32c()))
              .toList();
      missing.addAll(
          peers
              .expect(
                  directory.peerOf(node),
                  new PeerRequest.KeepChunks(some),
                  PeerReply.Missing.class,
                  KEEP_WITHIN)
              .chunks());
    }
    return missing;
  }

  /** Has a node fetch a chunk from another. */
  public void copy(StoredChunk chunk, NodeName from, NodeName to) throws IOException {
    peers.expect(
        directory.peerOf(to),
        new PeerRequest.FetchChunk(
            chunk.id(), chunk.length(), chunk.crc32c(), directory.peerOf(from)),
        PeerReply.Done.class,
        WRITE_WITHIN);
  }

  /** Nobody shall wait for a node that was declared failed. Doesn't block. */
  public void forsake(NodeName node) {
    try {
      peers.forsake(directory.peerOf(node));
    } catch (IOException e) {
      // Where it is isn't known, so nobody here waits for it.
    }
  }
}
