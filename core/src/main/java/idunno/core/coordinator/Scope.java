package idunno.core.coordinator;

import idunno.core.jobs.JobId;

/** Which jobs a {@link Report} tells of: hundreds that ended long ago are many megabytes. */
public sealed interface Scope {
  /** None: it is asked for the members' sake. */
  record NoJobs() implements Scope {}

  /**
   * One, if it is there.
   *
   * @param history with every batch that was committed
   */
  record OneJob(JobId job, boolean history) implements Scope {}

  /**
   * All.
   *
   * @param history with every batch that was committed
   */
  record AllJobs(boolean history) implements Scope {}

  /** Whether it tells of that job. */
  default boolean has(JobId id) {
    return switch (this) {
      case NoJobs() -> false;
      case OneJob(JobId one, _) -> one.equals(id);
      case AllJobs _ -> true;
    };
  }

  /** Whether it tells of every batch that was committed. */
  default boolean isDetailed() {
    return switch (this) {
      case NoJobs() -> false;
      case OneJob(_, boolean history) -> history;
      case AllJobs(boolean history) -> history;
    };
  }
}
