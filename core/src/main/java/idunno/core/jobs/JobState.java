package idunno.core.jobs;

/** Where a job is. */
public enum JobState {
  /** Batches are being run. */
  RUNNING,
  /** Every query is finished; the result file is being written to the store. */
  PUBLISHING,
  /** The result file is in the store. */
  DONE,
  /** Removed by a user before its end; what was finished stays readable. */
  CANCELLED
}
