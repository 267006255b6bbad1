package idunno.core.coordinator;

import idunno.core.base.NodeId;

/**
 * How long the batches in one node's hands will take it, at one moment: what runs, and what waits
 * in the order of tags.
 */
final class Line {
  private final NodeId node;
  private final int slots;
  private final double runningMs;
  private final double[] tags;

  /** For each that waits, what it takes together with all before it. */
  private final double[] sumsMs;

  /**
   * A line.
   *
   * @param slots how many batches the node runs at once
   * @param runningMs what is left of those that run, all together
   * @param tags the tags of those that wait, in order
   * @param waitingMs what each of them takes
   */
  Line(NodeId node, int slots, double runningMs, double[] tags, double[] waitingMs) {
    this.node = node;
    this.slots = slots;
    this.runningMs = runningMs;
    this.tags = tags.clone();
    this.sumsMs = waitingMs.clone();
    for (int i = 1; i < sumsMs.length; i++) {
      sumsMs[i] += sumsMs[i - 1];
    }
  }

  NodeId node() {
    return node;
  }

  /** When a slot, on average, will have done all that has that tag or a lesser one. */
  double aheadMs(double tag) {
    int from = 0;
    int to = tags.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (tags[middle] <= tag) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return (runningMs + (from == 0 ? 0 : sumsMs[from - 1])) / slots;
  }
}
