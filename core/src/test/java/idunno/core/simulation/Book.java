package idunno.core.simulation;

import static idunno.core.simulation.Invariants.require;

import idunno.core.base.Range;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** One job, counted a second time from nothing but the log. */
final class Book {
  private final NavigableMap<Integer, BatchResult> batches = new TreeMap<>();
  private long queries;
  private long failures;

  /** Results stand in the log: they count if no others of that batch stood there before. */
  void enter(BatchResult result) {
    if (batches.putIfAbsent(result.key().number(), result) == null) {
      queries += result.results().size();
      failures += result.results().stream().filter(QueryResult.Failed.class::isInstance).count();
    }
  }

  /** Compares the totals: cheap enough to be done after every request. */
  void checkTotals(Progress job) {
    require(
        job.finished() == queries && job.batchesDone() == batches.size(),
        () ->
            "job %s: %d queries in %d batches are committed, but %d and %d are counted"
                .formatted(
                    job.spec().id(), queries, batches.size(), job.finished(), job.batchesDone()));
    require(
        job.failures() == failures,
        () ->
            "job %s: %d failures are committed, but %d are counted"
                .formatted(job.spec().id(), failures, job.failures()));
    require(
        (job.state() == JobState.RUNNING) == (queries < job.spec().range().size()),
        () ->
            "job %s is %s with %d of %d queries"
                .formatted(job.spec().id(), job.state(), queries, job.spec().range().size()));
  }

  /** Compares batch by batch. */
  void checkBatches(Progress job) {
    BitSet covered = new BitSet();
    for (BatchRecord batch : job.records()) {
      Range range = job.spec().queriesOf(batch.number());
      int from = (int) range.start();
      int to = (int) range.end() + 1;
      require(
          covered.get(from, to).isEmpty(),
          () -> "job %s: batch %d overlaps another".formatted(job.spec().id(), batch.number()));
      require(
          batch.queries() == range.size(),
          () ->
              "job %s: batch %d counts %d queries and has %d"
                  .formatted(job.spec().id(), batch.number(), batch.queries(), range.size()));
      covered.set(from, to);
    }
    require(
        job.state() == JobState.DONE
            || job.batchesWithResults()
                .equals(List.copyOf(batches.navigableKeySet().tailSet(job.unwrittenFrom(), true))),
        () ->
            "job %s holds results of other batches than were committed and are in no part"
                .formatted(job.spec().id()));
  }
}
