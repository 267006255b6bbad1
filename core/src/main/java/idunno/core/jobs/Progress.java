package idunno.core.jobs;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One job with everything that was committed of it. Changed only by the state machine.
 *
 * <p>Results stay here until they are in the store, as a part of the results or in the result file;
 * from then on the store is the only place that holds them, and a finished job costs no more than
 * its batch records and the names of its failed queries.
 */
public final class Progress {
  private final JobSpec spec;
  private final NavigableMap<Integer, List<Input>> inputs = new TreeMap<>();
  private final BitSet done = new BitSet();
  private final List<BatchRecord> records = new ArrayList<>();
  private final Map<Integer, BatchRecord> recordsByNumber = new LinkedHashMap<>();
  private final NavigableMap<Integer, List<QueryResult>> results = new TreeMap<>();
  private final NavigableMap<Long, FileName> failed = new TreeMap<>();
  private final List<ResultPart> written = new ArrayList<>();
  private final LatencyHistogram times;
  private final TimeParts parts;
  private Cut cut;
  private JobState state;
  private Optional<FileVersion> base = Optional.empty();
  private Optional<Integer> published = Optional.empty();
  private long endedMs;
  private long finished;
  private long failures;
  private long duplicates;

  /**
   * A job as a value, for snapshots. What is optional was not kept by earlier versions.
   *
   * @param spec what the job is
   * @param inputs one a query of the last round; empty once the job is done
   * @param records the committed batches in the order of their commitment
   * @param results the results by batch that are not in the store
   * @param times the processing times of all finished queries
   * @param parts what they were made of
   * @param state where the job is
   * @param endedMs when it was done or cancelled, 0 before
   * @param duplicates batches reported again after they were committed
   * @param again what was run again
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
      long duplicates,
      Optional<Again> again) {}

  /**
   * What is kept so that failed queries can be run again, and of the results that are in the store.
   *
   * @param rounds what was run again, oldest first
   * @param earlierInputs the inputs of earlier rounds whose results are not in one file yet, by the
   *     first batch of each
   * @param failed the queries that failed, and their pictures
   * @param written the parts of the results, in order
   * @param base the result file as it was before the last round, while that is run
   * @param published the number of the result file's last version
   */
  public record Again(
      List<Round> rounds,
      NavigableMap<Integer, List<Input>> earlierInputs,
      NavigableMap<Long, FileName> failed,
      List<ResultPart> written,
      Optional<FileVersion> base,
      Optional<Integer> published) {}

  /** A job that has just been submitted. */
  Progress(JobSpec spec, List<Input> inputs, JobState state) {
    this.spec = spec;
    this.cut = new Cut(spec, List.of());
    this.inputs.put(0, List.copyOf(inputs));
    this.times = new LatencyHistogram();
    this.parts = new TimeParts();
    this.state = state;
  }

  /** The job that a value was taken of. */
  Progress(Recorded recorded) {
    this.spec = recorded.spec();
    this.cut = new Cut(spec, recorded.again().map(Again::rounds).orElse(List.of()));
    if (!recorded.inputs().isEmpty()) {
      this.inputs.put(cut.firstOpen(), List.copyOf(recorded.inputs()));
    }
    this.times = LatencyHistogram.of(recorded.times());
    this.parts = recorded.parts().map(TimeParts::of).orElseGet(TimeParts::new);
    this.state = recorded.state();
    this.endedMs = recorded.endedMs();
    this.duplicates = recorded.duplicates();
    this.results.putAll(recorded.results());
    recorded.records().forEach(this::count);
    cut.again().forEach(this::recount);
    recorded.again().ifPresentOrElse(this::restore, () -> results.forEach(this::noteFailed));
  }

  private void restore(Again again) {
    inputs.putAll(again.earlierInputs());
    failed.putAll(again.failed());
    written.addAll(again.written());
    base = again.base();
    published = again.published();
  }

  Recorded toRecorded() {
    return new Recorded(
        spec,
        inputs.getOrDefault(cut.firstOpen(), List.of()),
        List.copyOf(records),
        new TreeMap<>(results),
        times.toRecorded(),
        Optional.of(parts.toRecorded()),
        state,
        endedMs,
        duplicates,
        Optional.of(
            new Again(
                cut.again(),
                new TreeMap<>(inputs.headMap(cut.firstOpen(), false)),
                new TreeMap<>(failed),
                List.copyOf(written),
                base,
                published)));
  }

  /** Takes a batch's result, the first time that it comes. */
  boolean complete(BatchResult result, long atMs) {
    int batch = result.key().number();
    if (!takesResults() || isDone(batch)) {
      duplicates++;
      return false;
    }
    int failing =
        (int) result.results().stream().filter(QueryResult.Failed.class::isInstance).count();
    count(
        new BatchRecord(
            batch,
            result.node(),
            result.startedMs(),
            result.finishedMs(),
            atMs,
            result.results().size(),
            failing));
    results.put(batch, result.results());
    noteFailed(batch, result.results());
    for (Timing timing : result.timings()) {
      times.add(timing.totalMicros());
      parts.add(timing);
    }
    if (batchesLeft() == 0) {
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

  private void recount(Round round) {
    finished -= round.recounted();
    failures -= round.recounted();
  }

  private void noteFailed(int batch, List<QueryResult> answers) {
    if (answers.stream().noneMatch(QueryResult.Failed.class::isInstance)) {
      return;
    }
    long[] numbers = cut.queriesOf(batch).numbers().toArray();
    List<Input> pictures = inputsOf(batch);
    for (int i = 0; i < numbers.length; i++) {
      if (answers.get(i) instanceof QueryResult.Failed) {
        failed.put(numbers[i], pictures.get(i).name());
      }
    }
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

  /**
   * The job has ended: what it kept for running is let go. What it has found is kept unless it is
   * in the result file. Returns the versions that it had pinned.
   */
  List<FileVersion> end(JobState last, long atMs) {
    state = last;
    endedMs = atMs;
    List<FileVersion> pinned = new ArrayList<>();
    inputs.getOrDefault(cut.firstOpen(), List.of()).forEach(input -> pinned.add(input.version()));
    written.forEach(part -> pinned.add(part.version()));
    base.ifPresent(pinned::add);
    if (last == JobState.DONE) {
      results.clear();
      inputs.clear();
      written.clear();
      base = Optional.empty();
    }
    return pinned;
  }

  /** How many things are kept of the job: records of batches, pictures' names, answers. */
  long kept() {
    return records.size()
        + failed.size()
        + inputs.values().stream().mapToLong(List::size).sum()
        + results.values().stream().mapToLong(List::size).sum();
  }

  /** The result file is in the store, in that version. */
  public void published(int version) {
    published = Optional.of(version);
  }

  /** Whether the lines of these batches are the next part of the results to be put in the store. */
  public boolean awaitsPart(int firstBatch, int endBatch) {
    return takesResults()
        && firstBatch == unwrittenFrom()
        && endBatch > firstBatch
        && endBatch <= nextUndone(firstBatch);
  }

  /** A part of the results is in the store: it needs not be kept here. The version is pinned. */
  public void wrote(ResultPart part) {
    results.subMap(part.firstBatch(), true, part.endBatch(), false).clear();
    written.add(part);
  }

  /**
   * The job, which has ended, goes on with queries that are run again.
   *
   * @param queries which
   * @param pictures the present versions of their pictures, one a query; pinned
   * @param missing the other queries that have no answer: their pictures are gone, so they have
   *     failed
   * @param earlier the result file that there is already; pinned
   */
  public void reopen(
      Queries queries,
      List<Input> pictures,
      NavigableMap<Long, FileName> missing,
      Optional<FileVersion> earlier,
      long atMs) {
    Round round = new Round(cut.batches(), queries, failures - missing.size(), atMs);
    cut = cut.and(round);
    recount(round);
    inputs.put(round.firstBatch(), List.copyOf(pictures));
    failed.clear();
    failed.putAll(missing);
    base = earlier;
    state = JobState.RUNNING;
    endedMs = 0;
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

  /** How the queries are cut in batches. */
  public Cut cut() {
    return cut;
  }

  /** Whether a result is of one of this job's batches and has an answer to each of its queries. */
  public boolean fits(BatchResult result) {
    int batch = result.key().number();
    return batch >= 0 && batch < cut.batches() && result.results().size() == cut.sizeOf(batch);
  }

  /** Whether the batch is committed, or wanted no longer since its queries are run again. */
  public boolean isDone(int batch) {
    return batch < cut.firstOpen() || done.get(batch);
  }

  /** How many batches are committed. */
  public int batchesDone() {
    return done.cardinality();
  }

  /** How many batches are yet to be committed. */
  public int batchesLeft() {
    int first = cut.firstOpen();
    int open = cut.batches() - first;
    return open - (first == 0 ? done.cardinality() : done.get(first, cut.batches()).cardinality());
  }

  /** The first batch at or after {@code from} that isn't done; {@code cut().batches()} if none. */
  public int nextUndone(int from) {
    return Math.min(done.nextClearBit(Math.max(from, cut.firstOpen())), cut.batches());
  }

  /** The inputs of one batch, in the order of its queries. They are kept until the job is done. */
  public List<Input> inputsOf(int batch) {
    Map.Entry<Integer, List<Input>> round = Objects.requireNonNull(inputs.floorEntry(batch));
    int first = (batch - round.getKey()) * spec.batchSize();
    return List.copyOf(round.getValue().subList(first, first + cut.sizeOf(batch)));
  }

  /** The queries that failed, and their pictures; of a job that ended long ago it isn't known. */
  public Optional<NavigableMap<Long, FileName>> failed() {
    return failed.size() == failures
        ? Optional.of(Collections.unmodifiableNavigableMap(failed))
        : Optional.empty();
  }

  /** The parts of the results that are in the store, in the order of their batches. */
  public List<ResultPart> written() {
    return List.copyOf(written);
  }

  /** The first batch of the last round whose results are in no part. */
  public int unwrittenFrom() {
    return written.isEmpty()
        ? cut.firstOpen()
        : Math.max(cut.firstOpen(), written.getLast().endBatch());
  }

  /** The result file as it was before the last round, while that is run. */
  public Optional<FileVersion> base() {
    return base;
  }

  /** The number of the result file's last version, if it is known. */
  public Optional<Integer> published() {
    return published;
  }

  /** The committed batches, in the order of their commitment. */
  public List<BatchRecord> records() {
    return List.copyOf(records);
  }

  /** What is known of one committed batch. */
  public Optional<BatchRecord> recordOf(int batch) {
    return Optional.ofNullable(recordsByNumber.get(batch));
  }

  /** The batches whose results are known and not yet in the store, in order. */
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
   * Queries finished per second over a window that ends now; over the job's whole time, or that
   * since it was begun again, where that is shorter than the window.
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
    long beganMs = cut.again().isEmpty() ? spec.submittedMs() : cut.again().getLast().atMs();
    long spanMs = Math.max(1, Math.min(windowMs, nowMs - beganMs));
    return queries * 1e3 / spanMs;
  }
}
