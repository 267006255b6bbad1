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

  /** One batch that is to be run. */
  interface Run {
    /**
     * Runs it on this thread.
     *
     * @throws Exception if this node can't run it, while another perhaps can; or if it was stopped
     */
    Outcome call() throws Exception;

    /** Nobody wants it any more: the call ends soon, by an exception if need be. */
    void stop();
  }

  /**
   * Has a batch ready to be run.
   *
   * @param waitedMs how long it lay on the desk
   */
  Run prepare(Assignment assignment, long waitedMs);

  /** The models that this node has in memory; asked for every beat, so it must be cheap. */
  Beat.ModelMemory memory();

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

  /** A batch was stopped, since nobody wanted it any more; for the log. */
  void stopped(BatchKey batch);
}
