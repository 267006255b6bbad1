package idunno.node.coordination;

import idunno.core.coordinator.Event;
import idunno.core.files.RepairPlan;
import idunno.core.jobs.JobId;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import java.io.IOException;

/**
 * What the coordinator can have done in the world. Each may block; the loop calls from threads of
 * their own.
 */
public interface Deeds {
  /**
   * Puts a command in the log.
   *
   * @throws Exception if its outcome is unknown
   */
  Reply propose(Command command) throws Exception;

  /** Tries to connect to a member; true if its machine says that nobody listens there. */
  boolean probeIsRefused(Member member);

  /**
   * Has a chunk copied.
   *
   * @throws IOException if it isn't durable at its target now
   */
  void copy(RepairPlan.Copy copy) throws IOException;

  /**
   * Writes a part of a job's results to the store.
   *
   * @param firstBatch the first batch whose lines it has
   * @param endBatch the batch behind the last
   * @throws Exception if it is not known to be done
   */
  void publishPart(JobId job, int firstBatch, int endBatch) throws Exception;

  /**
   * Writes a job's result file and marks the job as done.
   *
   * @throws Exception if it is not known to be done
   */
  void publish(JobId job) throws Exception;

  /** Writes a line to the node's log. */
  void tell(Event event);
}
