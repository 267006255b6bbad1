package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.chunks.ChunkStore;
import idunno.node.chunks.CorruptChunk;
import idunno.node.files.Scrubber.Finding;
import idunno.node.logs.NodeLog;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Looks at this node's replicas, each against its own checksums and against what the cluster knows
 * of the chunk. A damaged one is deleted and taken out of the cluster's state, and repair makes it
 * anew.
 *
 * <p>Only the node that holds a replica gives it up, after it has looked for itself: bytes may be
 * damaged on the way to a reader, or by the reader.
 */
final class ReplicaCheck {
  private static final Duration DROP_WITHIN = Duration.ofSeconds(10);
  private static final int TRIES = 3;
  private static final long RETRY_MS = 200;

  private final NodeName self;
  private final ChunkStore chunks;
  private final ReplicatedState state;
  private final Proposer proposer;
  private final NodeLog log;

  ReplicaCheck(
      NodeName self, ChunkStore chunks, ReplicatedState state, Proposer proposer, NodeLog log) {
    this.self = self;
    this.chunks = chunks;
    this.state = state;
    this.proposer = proposer;
    this.log = log;
  }

  /**
   * This node's replica of a chunk is said to be damaged. It looks for itself, since others may be
   * wrong, or lie. Doesn't block.
   */
  void suspect(ChunkId chunk) {
    Thread.ofVirtual().name("drop-damaged").start(() -> drop(chunk));
  }

  private void drop(ChunkId chunk) {
    try {
      giveUpIfDamaged(chunk);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      log.write("replica-not-dropped", "chunk", chunk, "node", self, "why", why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads this node's replica of a chunk from its first byte to its last. */
  Finding examine(ChunkId chunk) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      Optional<StoredChunk> expected = expected(chunk);
      if (expected.isEmpty()) {
        return new Finding.Passed();
      }
      try {
        ChunkStore.Sum sum = chunks.sum(chunk.value());
        StoredChunk known = expected.get();
        if (sum.length() == known.length() && sum.crc32c() == known.crc32c()) {
          return new Finding.Sound(sum.length());
        }
        return ifStillExpected(
            chunk,
            "expected %d bytes of CRC32C %08x, found %d of %08x"
                .formatted(known.length(), known.crc32c(), sum.length(), sum.crc32c()));
      } catch (CorruptChunk | NoSuchFileException e) {
        return ifStillExpected(chunk, String.valueOf(e.getMessage()));
      } catch (ClosedChannelException e) {
        throw interrupted(e);
      } catch (IOException e) {
        // A disk that can't read these bytes, or a moment without free file handles.
        if (tries >= TRIES) {
          return isOutOfHandles(e)
              ? new Finding.Passed()
              : ifStillExpected(chunk, "it can't be read: " + e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
      }
    }
  }

  private static InterruptedException interrupted(ClosedChannelException e) {
    InterruptedException interrupted = new InterruptedException("interrupted while reading");
    interrupted.initCause(e);
    return interrupted;
  }

  private static boolean isOutOfHandles(IOException e) {
    try {
      FileChannel.open(Path.of("/dev/null")).close();
      return false;
    } catch (IOException none) {
      e.addSuppressed(none);
      return true;
    }
  }

  /** A chunk that is let go while it is read is no damage. */
  private Finding ifStillExpected(ChunkId chunk, String why) {
    return expected(chunk).isPresent() ? new Finding.Damaged(why) : new Finding.Passed();
  }

  /** What the cluster knows of a chunk that it expects here. */
  Optional<StoredChunk> expected(ChunkId chunk) {
    return state.read(s -> s.files().chunk(chunk)).filter(known -> known.replicas().contains(self));
  }

  /**
   * Reads this node's replica of a chunk, and gives it up if it is damaged and not the last.
   *
   * <p>The cluster is asked first, and the file is deleted then: of several nodes that find theirs
   * damaged at the same moment, one is told to keep it.
   *
   * @throws IOException if the cluster can't be told
   */
  private void giveUpIfDamaged(ChunkId chunk) throws IOException, InterruptedException {
    Optional<StoredChunk> known = expected(chunk);
    if (known.isEmpty() || !(examine(chunk) instanceof Finding.Damaged damaged)) {
      // An earlier word of the same damage has led to a new copy by now, or there was none.
      return;
    }
    log.write("replica-damaged", "chunk", chunk, "node", self, "why", damaged.why());
    if (!report(chunk)) {
      log.write("replica-kept", "chunk", chunk, "node", self, "why", "no other is alive");
      return;
    }
    try {
      chunks.deleteUnless(chunk.value(), known.get().length(), known.get().crc32c());
    } catch (IOException e) {
      // On a disk that can't be written to it stays, and counts for nothing.
      log.write("chunk-not-deleted", "chunk", chunk, "why", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Tells the cluster that this node doesn't hold the chunk. The last replica that is alive is not
   * given up: parts of a damaged one may be good, and one that has vanished may be brought back.
   *
   * @return whether the cluster counts on this node no more
   */
  boolean report(ChunkId chunk) throws IOException, InterruptedException {
    if (isLast(chunk)) {
      return false; // The cluster would say the same, at the price of an entry in the log.
    }
    try {
      return proposer.submit(new Command.DropReplica(chunk, self), DROP_WITHIN)
          instanceof Reply.Done;
    } catch (Proposer.OutcomeUnknown e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private boolean isLast(ChunkId chunk) {
    return state.read(
        s ->
            s.files().chunk(chunk).map(StoredChunk::replicas).stream()
                .flatMap(nodes -> nodes.stream())
                .filter(s.members().aliveNames()::contains)
                .allMatch(self::equals));
  }

  /**
   * Takes away what is there under a chunk's name and is not what the cluster knows of it, so that
   * the chunk can be written here.
   */
  void makeWay(ChunkId chunk) throws IOException {
    Optional<StoredChunk> known = state.read(s -> s.files().chunk(chunk));
    if (known.isPresent()) {
      chunks.deleteUnless(chunk.value(), known.get().length(), known.get().crc32c());
    }
  }
}
