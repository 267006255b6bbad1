package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.worker.Beat;
import java.util.List;
import java.util.Optional;

/** What the coordinator is told. */
public sealed interface Happening {
  /**
   * This node has become the coordinator.
   *
   * @param term the term of its election
   * @param deposed who was it before, if that is known
   */
  record Elected(long term, Optional<NodeName> deposed) implements Happening {}

  /** This node is the coordinator no longer. */
  record Deposed() implements Happening {}

  /**
   * A worker's beat has arrived.
   *
   * @param token what the answer must carry
   * @param beat the beat
   */
  record BeatArrived(long token, Beat beat) implements Happening {}

  /** A connection from a member's process broke. */
  record ConnectionLost(NodeName node) implements Happening {}

  /**
   * A probe ended.
   *
   * @param node who was probed
   * @param refused whether its machine answered that nobody listens there
   */
  record ProbeEnded(NodeId node, boolean refused) implements Happening {}

  /** A copy of a chunk ended, well or not. */
  record CopyEnded(ChunkId chunk, NodeName to, boolean made) implements Happening {}

  /**
   * Somebody wants the disks evened out.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  record BalanceAsked(double withinPoints) implements Happening {}

  /** The writing of a part of a job's results ended, well or not. */
  record PartEnded(JobId job, boolean made) implements Happening {}

  /** The writing of a job's result file ended, well or not. */
  record PublishEnded(JobId job) implements Happening {}

  /** Proposed results were neither committed nor refused as far as is known. */
  record ResultsUnsettled(List<BatchKey> batches) implements Happening {}

  /**
   * Time has passed. It comes several times a second: a coordinator that took no step for longer
   * than the first bound of the detection rule takes it that its own process stood still.
   */
  record Tick() implements Happening {}
}
