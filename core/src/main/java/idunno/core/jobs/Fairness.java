package idunno.core.jobs;

/** What the running jobs get equal amounts of, per unit of weight. */
public enum Fairness {
  /** Queries a second, whatever a query of each model costs. */
  RATE,
  /** Time of the machines, however many queries that is. */
  TIME
}
