package idunno.core.coordinator;

/** How much a {@link Report} tells of a job; each tells what those before it do. */
public enum Detail {
  /** Where it stands, and its times in figures. */
  FIGURES,
  /** How its times are distributed, to be added up over jobs: some ten kilobytes a job. */
  HISTOGRAMS,
  /** Every batch that was committed. */
  BATCHES;

  boolean has(Detail other) {
    return compareTo(other) >= 0;
  }
}
