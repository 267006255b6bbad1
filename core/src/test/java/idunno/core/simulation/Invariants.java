package idunno.core.simulation;

import idunno.core.base.RequestId;
import idunno.core.coordinator.Report;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.ResultPart;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What must hold at every moment. It keeps books of its own on what the log brought, and compares
 * the cluster's state with them after each request.
 */
final class Invariants {
  private final NavigableMap<JobId, Book> books = new TreeMap<>();
  private final NavigableMap<JobId, List<QueryResult>> published = new TreeMap<>();
  private final Map<RequestId, List<QueryResult>> writings = new HashMap<>();
  private final NavigableMap<BatchKey, List<QueryResult>> parts = new TreeMap<>();
  private final Hands hands = new Hands();
  private int batchesRun;

  /** A worker has begun to run a batch. */
  void ran() {
    batchesRun++;
  }

  /** How many batches were run, those that were run again each time. */
  int batchesRun() {
    return batchesRun;
  }

  /** The results of a job as they came to stand in its result file. */
  List<QueryResult> published(JobId job) {
    return published.getOrDefault(job, List.of());
  }

  /** A coordinator has written a job's result file; the request would make it visible. */
  void written(RequestId request, Progress job) {
    List<QueryResult> lines = new ArrayList<>();
    job.written()
        .forEach(part -> lines.addAll(parts.getOrDefault(first(job.spec().id(), part), List.of())));
    job.batchesWithResults().forEach(batch -> lines.addAll(job.resultsOf(batch)));
    writings.put(request, lines);
  }

  private static BatchKey first(JobId job, ResultPart part) {
    return new BatchKey(job, part.firstBatch());
  }

  /** A coordinator has written a part of a job's results; the request would make it visible. */
  void writtenPart(RequestId request, Progress job, int firstBatch, int endBatch) {
    List<QueryResult> lines = new ArrayList<>();
    for (int batch = firstBatch; batch < endBatch; batch++) {
      lines.addAll(job.resultsOf(batch));
    }
    writings.put(request, lines);
  }

  /** A request was applied. */
  void applied(ClusterState state, Request request, Reply reply) {
    if (request.command() instanceof Command.CompleteBatches complete) {
      for (BatchResult result : complete.results()) {
        book(result.key().job()).enter(result);
      }
      complete.results().stream()
          .map(result -> result.key().job())
          .distinct()
          .flatMap(job -> state.jobs().get(job).stream())
          .filter(job -> job.state() != JobState.RUNNING || job.batchesDone() % 64 == 0)
          .forEach(job -> book(job.spec().id()).checkBatches(job));
    }
    if (request.command() instanceof Command.PublishPart part && reply instanceof Reply.Committed) {
      List<QueryResult> lines = writings.getOrDefault(request.id(), List.of());
      List<QueryResult> before =
          parts.putIfAbsent(new BatchKey(part.job(), part.firstBatch()), lines);
      require(
          before == null || before.equals(lines),
          () -> "a part of job %s is published twice, and differs".formatted(part.job()));
      Progress job = state.jobs().get(part.job()).orElseThrow();
      book(part.job()).checkBatches(job);
    }
    if (request.command() instanceof Command.PublishResults publish
        && reply instanceof Reply.Committed) {
      List<QueryResult> lines = writings.getOrDefault(request.id(), List.of());
      List<QueryResult> before = published.putIfAbsent(publish.job(), lines);
      require(
          before == null || before.equals(lines),
          () -> "job %s is published twice, and differs".formatted(publish.job()));
    }
    state.jobs().all().forEach(job -> book(job.spec().id()).checkTotals(job));
  }

  private Book book(JobId job) {
    return books.computeIfAbsent(job, ignored -> new Book());
  }

  /** A coordinator has looked around. */
  void looked(Report report, ClusterState state, long nowMs) {
    hands.check(report, state, nowMs);
  }

  /** Fails with the message unless it holds. */
  static void require(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw new AssertionError(message.get());
    }
  }
}
