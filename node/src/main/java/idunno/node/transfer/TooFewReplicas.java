package idunno.node.transfer;

import idunno.core.files.ChunkId;
import java.io.IOException;
import java.util.List;

/** A chunk isn't on as many nodes as it shall be, and can't be brought there in time. */
public final class TooFewReplicas extends IOException {
  private static final long serialVersionUID = 1;
  private static final int TOLD_FAILURES = 4;

  TooFewReplicas(ChunkId chunk, int wanted, int held, List<String> failures) {
    super(
        "chunk %s: expected %d nodes to hold it, found %d (%s)"
            .formatted(chunk, wanted, held, told(failures)));
  }

  private static String told(List<String> failures) {
    int last = failures.size();
    return failures.isEmpty()
        ? "no member that is alive has it"
        : String.join("; ", failures.subList(Math.max(0, last - TOLD_FAILURES), last));
  }

  /** The same, to somebody who may be sure that nothing came of his request. */
  public IOException andNothingWasCommitted() {
    return new IOException(
        getMessage() + "; nothing was committed, so the same put can be repeated", this);
  }
}
