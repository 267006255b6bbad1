package idunno.core.coordinator;

import idunno.core.files.RepairPlan;
import idunno.core.jobs.JobId;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.worker.Beat;

/** What the coordinator wants done; the loop around it does it, in order. */
public sealed interface Effect {
  /** Answer the beat that came with the token. */
  record AnswerBeat(long token, Beat.Answer answer) implements Effect {}

  /** Put a command in the log. */
  record Propose(Command command) implements Effect {}

  /** Try to connect to the member, and say how it ended. */
  record Probe(Member member) implements Effect {}

  /** Have a chunk copied, then say how it ended. */
  record CopyChunk(RepairPlan.Copy copy) implements Effect {}

  /**
   * Write the next part of a job's results to the store, then say how it ended.
   *
   * @param firstBatch the first batch whose lines it has
   * @param endBatch the batch behind the last
   */
  record PublishPart(JobId job, int firstBatch, int endBatch) implements Effect {}

  /** Write a job's result file to the store, then say that it ended. */
  record Publish(JobId job) implements Effect {}

  /** Write a line to the node's log. */
  record Tell(Event event) implements Effect {}
}
