package idunno.core.models;

/**
 * What was found out about a model by running it, on one machine at one time: that it works is why
 * this exists; the figures tell what to expect of it.
 *
 * @param loadMs how long loading and the first runs took, in milliseconds
 * @param runOfOneMicros one run over a single picture, in microseconds
 * @param fullRunMicros one run over {@code picturesPerRun} pictures, in microseconds
 * @param picturesPerRun how many pictures go into one run at most; 1 for a network that takes one
 *     picture at a time, or whose answer for a picture depends on the others of its run
 * @param memoryBytes what it takes in memory: its weights, and what one thread needs to run it
 * @param parameters how many numbers it has learnt; 0 if its file was not at hand to count them
 */
public record SmokeTest(
    long loadMs,
    long runOfOneMicros,
    long fullRunMicros,
    int picturesPerRun,
    long memoryBytes,
    long parameters) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a figure is negative or there is no picture in a run
   */
  public SmokeTest {
    if (loadMs < 0
        || runOfOneMicros < 0
        || fullRunMicros < 0
        || memoryBytes < 0
        || parameters < 0
        || picturesPerRun < 1) {
      throw new IllegalArgumentException(
          "smoke test: expected no negative figure and 1 or more pictures in a run, found"
              + (" " + loadMs + " ms, " + runOfOneMicros + " and " + fullRunMicros + " us, ")
              + (picturesPerRun + " pictures, " + memoryBytes + " bytes, ")
              + (parameters + " parameters"));
    }
  }
}
