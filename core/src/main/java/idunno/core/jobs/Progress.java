package idunno.core.jobs;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One job with everything that was committed of it. Changed only by the state machine.
 *
 * <p>Results stay here until the result file is in the store; from then on the file is the only
 * place that holds them, and a finished job costs no more than its batch records.
 */
public final class Progress {
  private final JobSpec spec;
  private final List<Input> inputs;
  private final BitSet done = new BitSet();
  private final List<BatchRecord> records = new ArrayList<>();
  private final NavigableMap<Integer, BatchRecord> recordsByNumber = new TreeMap<>();
  private final NavigableMap<Integer, List<QueryResult>> results = new TreeMap<>();
  private final LatencyHistogram times;
  private final TimeParts parts;
  private JobState state;
  private long endedMs;
  private long finished;
  private long failures;
  private long duplicates;

  /**
   * A job as a value, for snapshots.
   *
   * @param spec what the job is
   * @param inputs one a query of the range; empty once the job is done
   * @param records the committed batches in the order of their commitment
   * @param results the results by batch; empty once the job is done
   * @param times the processing times of all finished queries
   * @param parts what they were made of
   * @param state where the job is
   * @param endedMs when it was done or cancelled, 0 before
   * @param duplicates batches reported again after they were committed
   */
  public record Recorded(
      JobSpec spec,
      List<Input> inputs,
      List<BatchRecord> records,
      NavigableMap<Integer, List<QueryResult>> results,
      LatencyHistogram.Recorded times,
      Optional<TimeParts.Recorded> parts,
      JobState state,
      long endedMs,
      long duplicates) {}

  /** A job that has just been submitted. */
  Progress(JobSpec spec, List<Input> inputs, JobState state) {
    this.spec = spec;
    this.inputs = new ArrayList<>(inputs);
    this.times = new LatencyHistogram();
    this.parts = new TimeParts();
    this.state = state;
  }

  /** The job that a value was taken of. */
  Progress(Recorded recorded) {
    this.spec = recorded.spec();
    this.inputs = new ArrayList<>(recorded.inputs());
    this.times = LatencyHistogram.of(recorded.times());
    this.parts = recorded.parts().map(TimeParts::of).orElseGet(TimeParts::new);
    this.state = recorded.state();
    this.endedMs = recorded.endedMs();
    this.duplicates = recorded.duplicates();
    this.results.putAll(recorded.results());
    recorded.records().forEach(this::count);
  }

  Recorded toRecorded() {
    return new Recorded(
        spec,
        List.copyOf(inputs),
        List.copyOf(records),
        new TreeMap<>(results),
        times.toRecorded(),
        Optional.of(parts.toRecorded()),
        state,
        endedMs,
        duplicates);
  }

  /** Takes a batch's result, the first time that it comes. */
  boolean complete(BatchResult result, long atMs) {
    int batch = result.key().number();
    if (!takesResults() || done.get(batch)) {
      duplicates++;
      return false;
    }
    int failed =
        (int) result.results().stream().filter(QueryResult.Failed.class::isInstance).count();
    count(
        new BatchRecord(
            batch,
            result.node(),
            result.startedMs(),
            result.finishedMs(),
            atMs,
            result.results().size(),
            failed));
    results.put(batch, result.results());
    for (Timing timing : result.timings()) {
      times.add(timing.totalMicros());
      parts.add(timing);
    }
    if (done.cardinality() == spec.batches()) {
      state = JobState.PUBLISHING;
    }
    return true;
  }

  private void count(BatchRecord batch) {
    records.add(batch);
    recordsByNumber.put(batch.number(), batch);
    done.set(batch.number());
    finished += batch.queries();
    failures += batch.failures();
  }

  /** Whether results still count: also those that come in while it rests. */
  public boolean takesResults() {
    return state == JobState.RUNNING || state == JobState.PAUSED;
  }

  /** Whether more queries failed than may. */
  public boolean hasFailed() {
    return spec.conditions().maxFailures().filter(most -> failures > most).isPresent();
  }

  /** The job goes on, or rests. */
  void turn(JobState to) {
    state = to;
  }

  /** The job has ended: what it kept for running is let go. Returns the inputs it had pinned. */
  List<Input> end(JobState last, long atMs) {
    state = last;
    endedMs = atMs;
    List<Input> pinned = List.copyOf(inputs);
    if (last == JobState.DONE) {
      results.clear();
      inputs.clear();
    }
    return pinned;
  }

  /** What the job is. */
  public JobSpec spec() {
    return spec;
  }

  /** Where the job is. */
  public JobState state() {
    return state;
  }

  /** When it was done or cancelled, milliseconds since 1970; 0 before. */
  public long endedMs() {
    return endedMs;
  }

  /** How many queries are finished, the failed ones among them. */
  public long finished() {
    return finished;
  }

  /** How many of the finished queries failed. */
  public long failures() {
    return failures;
  }

  /** How many batches were reported again after they were committed. */
  public long duplicates() {
    return duplicates;
  }

  /** Whether the batch is committed. */
  public boolean isDone(int batch) {
    return done.get(batch);
  }

  /** How many batches are committed. */
  public int batchesDone() {
    return done.cardinality();
  }

  /** The first batch at or after {@code from} that isn't committed; {@code batches()} if none. */
  public int nextUndone(int from) {
    return Math.min(done.nextClearBit(from), spec.batches());
  }

  /** The inputs of one batch, in the order of its queries. The job is not done. */
  public List<Input> inputsOf(int batch) {
    int first = batch * spec.batchSize();
    return List.copyOf(inputs.subList(first, first + spec.sizeOf(batch)));
  }

  /** The committed batches, in the order of their commitment. */
  public List<BatchRecord> records() {
    return List.copyOf(records);
  }

  /** What is known of one committed batch. */
  public Optional<BatchRecord> recordOf(int batch) {
    return Optional.ofNullable(recordsByNumber.get(batch));
  }

  /** The batches whose results are known and not yet in the result file, in order. */
  public List<Integer> batchesWithResults() {
    return List.copyOf(results.keySet());
  }

  /** The results of such a batch, in the order of its queries. */
  public List<QueryResult> resultsOf(int batch) {
    return results.getOrDefault(batch, List.of());
  }

  /** The processing times of all finished queries. */
  public LatencyHistogram times() {
    return times;
  }

  /** What those times were made of, and what went before. */
  public TimeParts parts() {
    return parts;
  }

  /**
   * How long machines ran the batches that were committed in a window that ends now, all together.
   *
   * @param nowMs milliseconds since 1970, by the coordinator's clock
   * @param windowMs the window's length, more than 0
   * @return milliseconds of slots
   */
  public long machineMs(long nowMs, long windowMs) {
    long sum = 0;
    for (BatchRecord batch : records.reversed()) {
      if (batch.committedMs() <= nowMs - windowMs) {
        break;
      }
      sum += Math.max(0, batch.finishedMs() - batch.startedMs());
    }
    return sum;
  }

  /**
   * Queries finished per second over a window that ends now; over the job's whole time where that
   * is shorter than the window.
   *
   * @param nowMs milliseconds since 1970, by the coordinator's clock
   * @param windowMs the window's length, more than 0
   */
  public double rate(long nowMs, long windowMs) {
    long queries = 0;
    for (int i = records.size() - 1; i >= 0; i--) {
      BatchRecord batch = records.get(i);
      if (batch.committedMs() <= nowMs - windowMs) {
        break;
      }
      queries += batch.queries();
    }
    long spanMs = Math.max(1, Math.min(windowMs, nowMs - spec.submittedMs()));
    return queries * 1e3 / spanMs;
  }
}
