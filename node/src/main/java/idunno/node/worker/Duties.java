package idunno.node.worker;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import java.io.IOException;
import java.util.List;

/** What the worker's loop needs of the rest of the node. */
public interface Duties {
  /**
   * What a batch came to.
   *
   * @param results one a query, in order
   * @param timings one a query, in order
   */
  record Outcome(List<QueryResult> results, List<Timing> timings) {}

  /**
   * Brings a beat to the coordinator.
   *
   * @throws IOException if no coordinator is known or it doesn't answer; the next beat says all
   *     again
   */
  Beat.Answer beat(Beat beat) throws IOException, InterruptedException;

  /**
   * Runs a batch on this thread.
   *
   * @throws Exception if this node can't run it, while another perhaps can
   */
  Outcome run(Assignment assignment) throws Exception;

  /**
   * Asks to be admitted again after the cluster took this node for dead.
   *
   * @throws IOException if it can't be asked now
   */
  NodeId readmit() throws IOException, InterruptedException;

  /** A batch begins; for the log. */
  void started(Assignment assignment);

  /** A batch has ended; for the log. */
  void finished(Assignment assignment, Outcome outcome, long tookMs);

  /** A batch can't be run here; for the log. */
  void gaveBack(BatchKey batch, String reason);
}
