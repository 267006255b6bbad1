package idunno.core.coordinator;

import idunno.core.jobs.JobId;

/** Which jobs a {@link Report} tells of: hundreds that ended long ago are many megabytes. */
public sealed interface Scope {
  /** None: it is asked for the members' sake. */
  record NoJobs() implements Scope {}

  /** One, if it is there. */
  record OneJob(JobId job, Detail detail) implements Scope {}

  /** All. */
  record AllJobs(Detail detail) implements Scope {}

  /** Whether it tells of that job. */
  default boolean has(JobId id) {
    return switch (this) {
      case NoJobs() -> false;
      case OneJob(JobId one, _) -> one.equals(id);
      case AllJobs _ -> true;
    };
  }

  /** Whether it tells so much of each job. */
  default boolean has(Detail wanted) {
    return switch (this) {
      case NoJobs() -> false;
      case OneJob(_, Detail detail) -> detail.has(wanted);
      case AllJobs(Detail detail) -> detail.has(wanted);
    };
  }
}
