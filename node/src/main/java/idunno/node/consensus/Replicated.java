package idunno.node.consensus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * What is replicated: a deterministic state machine over opaque entries.
 *
 * <p>The three methods are called by one thread at a time, never concurrently with one another, and
 * what one call wrote is visible to the next; it need not be the same thread. Whoever reads the
 * state from another thread brings its own lock. None of them may call {@link Consensus}: they run
 * on the thread that applies entries, and would wait for themselves.
 */
public interface Replicated {

  /**
   * Applies one entry; entries come one at a time, in the same order on every node.
   *
   * <p>Must be deterministic: the same entries give the same state and the same replies on every
   * node. An exception is a broken invariant: this node stops taking part and {@link
   * ConsensusListener#stopped} is told why. A refusal is therefore a reply, never an exception.
   *
   * @param entry the bytes as submitted; the callee may keep them
   * @return the reply for whoever submitted the entry
   */
  byte[] apply(byte[] entry);

  /**
   * Writes the whole state. Called between two {@link #apply}s, so what is written is the state
   * after an exact entry.
   */
  void writeSnapshot(OutputStream out) throws IOException;

  /** Replaces the whole state by one that {@link #writeSnapshot} wrote, on this node or another. */
  void readSnapshot(InputStream in) throws IOException;
}
