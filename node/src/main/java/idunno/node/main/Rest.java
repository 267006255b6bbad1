package idunno.node.main;

import idunno.node.consensus.Consensus;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.logs.NodeLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A node whose replica of the log can't go on: most often its disk took no more of it. The replica
 * is closed, so that another leads if this one did; what else the node does goes on as far as it
 * can, and its chunks can be read. When there is room the node comes back, as after a restart.
 *
 * <p>Rejected: to end the process. Whatever starts it again would do so in vain for as long as the
 * disk is full, and meanwhile the node's chunks would be out of reach.
 */
final class Rest {
  /** Room for some files of the consensus' log, in bytes. */
  static final long ENOUGH_BYTES = 24 << 20;

  private final NodeLog log;
  private volatile boolean on;

  Rest(NodeLog log) {
    this.log = log;
  }

  /** Whether a disk has room for the consensus, as far as is known without a node on it. */
  static boolean isOver(Path data) throws IOException {
    return Files.getFileStore(data).getUsableSpace() >= ENOUGH_BYTES;
  }

  boolean isOn() {
    return on;
  }

  /** Begins; called by a thread of the consensus, which can't wait for its own end. */
  void begin(String reason, CoordinatorLoop coordinator, Consensus consensus) {
    on = true;
    log.write("resting", "why", reason);
    coordinator.deposed();
    Thread.ofVirtual()
        .name("rest")
        .start(
            () -> {
              try {
                consensus.close();
              } catch (IOException e) {
                log.write("consensus-not-closed", "why", String.valueOf(e.getMessage()));
              }
            });
  }
}
