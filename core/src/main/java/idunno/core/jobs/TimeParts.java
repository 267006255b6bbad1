package idunno.core.jobs;

/**
 * Where the queries' time went, each part as a distribution of its own.
 *
 * <p>The parts of one query's time add up, their percentiles don't: what is slow to fetch need not
 * be slow to decode.
 */
public final class TimeParts {
  private final LatencyHistogram waiting;
  private final LatencyHistogram fetching;
  private final LatencyHistogram decoding;
  private final LatencyHistogram running;

  /**
   * The parts as a value, for snapshots and replies.
   *
   * @param waiting on a worker's desk
   * @param fetching reading pictures from the store
   * @param decoding decoding and preprocessing them
   * @param running running the network over them
   */
  public record Recorded(
      LatencyHistogram.Recorded waiting,
      LatencyHistogram.Recorded fetching,
      LatencyHistogram.Recorded decoding,
      LatencyHistogram.Recorded running) {}

  /** Nothing was measured yet. */
  public TimeParts() {
    this(
        new LatencyHistogram(),
        new LatencyHistogram(),
        new LatencyHistogram(),
        new LatencyHistogram());
  }

  private TimeParts(
      LatencyHistogram waiting,
      LatencyHistogram fetching,
      LatencyHistogram decoding,
      LatencyHistogram running) {
    this.waiting = waiting;
    this.fetching = fetching;
    this.decoding = decoding;
    this.running = running;
  }

  /** Counts one query. */
  void add(Timing timing) {
    waiting.add(timing.waitMicros());
    fetching.add(timing.fetchMicros());
    decoding.add(timing.decodeMicros());
    running.add(timing.runMicros());
  }

  /** Counts all that others have counted. */
  public void addAll(TimeParts other) {
    waiting.addAll(other.waiting);
    fetching.addAll(other.fetching);
    decoding.addAll(other.decoding);
    running.addAll(other.running);
  }

  /** On a worker's desk. */
  public LatencyHistogram waiting() {
    return waiting;
  }

  /** Reading pictures from the store. */
  public LatencyHistogram fetching() {
    return fetching;
  }

  /** Decoding and preprocessing them. */
  public LatencyHistogram decoding() {
    return decoding;
  }

  /** Running the network over them. */
  public LatencyHistogram running() {
    return running;
  }

  /** These parts as a value. */
  public Recorded toRecorded() {
    return new Recorded(
        waiting.toRecorded(), fetching.toRecorded(), decoding.toRecorded(), running.toRecorded());
  }

  /** The parts that a value was taken of. */
  public static TimeParts of(Recorded recorded) {
    return new TimeParts(
        LatencyHistogram.of(recorded.waiting()),
        LatencyHistogram.of(recorded.fetching()),
        LatencyHistogram.of(recorded.decoding()),
        LatencyHistogram.of(recorded.running()));
  }
}
