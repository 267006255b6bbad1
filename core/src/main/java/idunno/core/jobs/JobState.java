package idunno.core.jobs;

/** Where a job is. */
public enum JobState {
  /** Waits for the end of another job. */
  QUEUED,
  /** Batches are being run. */
  RUNNING,
  /** Rests until a user has it go on. */
  PAUSED,
  /** Every query is finished; the result file is being written to the store. */
  PUBLISHING,
  /** The result file is in the store. */
  DONE,
  /** Removed by a user before its end; what was finished stays readable. */
  CANCELLED,
  /** Ended since more of its queries failed than may; what was finished stays readable. */
  FAILED;

  /** Whether it won't change any more. */
  public boolean isEnd() {
    return this == DONE || this == CANCELLED || this == FAILED;
  }
}
