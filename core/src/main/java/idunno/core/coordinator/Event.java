package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.ChunkId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Queries;

/** What the coordinator's log says, one line an event. */
public sealed interface Event {
  /** This node coordinates from now on. */
  record CoordinatorChanged(long term) implements Event {}

  /** This node coordinates no longer. */
  record CoordinatorDeposed() implements Event {}

  /** A member that this coordinator hadn't seen. */
  record MemberJoined(NodeId node) implements Event {}

  /** A member is silent, or its connection broke. */
  record MemberSuspected(NodeId node, String why) implements Event {}

  /** A suspected member was heard again. */
  record MemberCleared(NodeId node) implements Event {}

  /** A member was declared dead. */
  record MemberFailed(NodeId node, String why) implements Event {}

  /** A member has left. */
  record MemberLeft(NodeId node) implements Event {}

  /** A job was received. */
  record JobReceived(JobId job, String model, Range queries) implements Event {}

  /** A job that had ended goes on: so many of its queries are run again. */
  record JobRetried(JobId job, long queries) implements Event {}

  /** A batch was given to a worker. */
  record BatchScheduled(BatchKey batch, Queries queries, NodeId node) implements Event {}

  /** A batch was given to a second worker, since the first is late. */
  record BackupScheduled(BatchKey batch, Queries queries, NodeId node) implements Event {}

  /** A batch came back undone. */
  record BatchReturned(BatchKey batch, NodeId node, String why) implements Event {}

  /** A batch's results arrived and were put forward for commitment. */
  record BatchCompleted(BatchKey batch, NodeId node) implements Event {}

  /** A result came again for a batch that is committed. */
  record DuplicateDropped(BatchKey batch, NodeId node) implements Event {}

  /** All batches of a job are committed; its result file is written next. */
  record JobCompleted(JobId job, long queries, long failures) implements Event {}

  /** A chunk is copied to a node that shall hold it too. */
  record CopyStarted(ChunkId chunk, NodeName from, NodeName to) implements Event {}

  /** A node gives up a replica that is one too many. */
  record ReplicaShed(ChunkId chunk, NodeName node) implements Event {}
}
