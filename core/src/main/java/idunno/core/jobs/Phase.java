package idunno.core.jobs;

/** What the cluster's workers do. */
public enum Phase {
  /** Models are loaded and warmed; jobs wait. */
  TRAINING,
  /** Jobs are run. */
  INFERENCE
}
