package idunno.node.main;

import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.ResultPart;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.files.FileStore;
import idunno.node.gateway.NotFound;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The results of jobs as text: what c4 shows while a job runs, the parts that go to the store
 * meanwhile, and the file at its end.
 */
final class Results {
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(30);

  private final ReplicatedState state;
  private final FileStore files;
  private final Proposer proposer;
  private final LongSupplier clockMs;
  private final ResultLines lines;

  Results(ReplicatedState state, FileStore files, Proposer proposer, LongSupplier clockMs) {
    this.state = state;
    this.files = files;
    this.proposer = proposer;
    this.clockMs = clockMs;
    this.lines = new ResultLines(state, files);
  }

  /**
   * Writes the results that a job has so far, each line once and in the order of queries, whatever
   * becomes of the job meanwhile.
   *
   * @param from the first query whose result is wanted
   */
  void write(JobId id, long from, OutputStream out) throws IOException {
    long next = from;
    while (true) {
      ResultPlan plan = plan(id);
      if (plan.shape().state() == JobState.DONE) {
        writeFile(plan, next, out);
        break;
      }
      try (ResultCursor cursor = lines.open(plan, next)) {
        while (cursor.next()) {
          if (cursor.query() >= next) {
            out.write(cursor.line());
            next = cursor.query() + 1;
          }
        }
        break;
      } catch (IOException e) {
        if (plan.shape().equals(plan(id).shape())) {
          throw e;
        }
        // What was to be read next lies in the store by now, or in another file: from there on.
      }
    }
    out.flush();
  }

  private void writeFile(ResultPlan plan, long from, OutputStream out) throws IOException {
    FileName file = plan.spec().resultFile();
    FileVersion version =
        files
            .find(file, Optional.empty())
            .orElseThrow(() -> new NotFound(file + ": the results were deleted"));
    files.copy(version, new WithoutLines(Math.max(0, from - plan.spec().range().start()), out));
  }

  private ResultPlan plan(JobId id) throws NotFound {
    record Found(ResultPlan plan, Optional<FileName> lost) {}
    Found found =
        state
            .read(
                s ->
                    s.jobs().get(id).map(ResultPlan::of).map(plan -> new Found(plan, plan.lost(s))))
            .orElseThrow(() -> new NotFound(state.read(s -> s.jobs().whyUnknown(id))));
    if (found.lost().isPresent()) {
      throw new NotFound(found.lost().get() + ": the results were deleted");
    }
    return found.plan();
  }

  /**
   * Writes a part of a job's results to the store; the state forgets them.
   *
   * @param firstBatch the first batch whose lines it has
   * @param endBatch the batch behind the last
   */
  void publishPart(JobId id, int firstBatch, int endBatch) throws Exception {
    ResultPlan plan = plan(id);
    try {
      writePart(plan, firstBatch, endBatch);
    } catch (IOException e) {
      if (isAwaited(id, firstBatch)) {
        throw e;
      }
      // Another coordinator, before this one or after it, has written it meanwhile.
    }
  }

  private void writePart(ResultPlan plan, int firstBatch, int endBatch) throws Exception {
    JobId id = plan.spec().id();
    FileStore.Durable file =
        prepare(
            plan.spec().partFile(plan.shape().parts() + 1),
            lines.ofBatches(id, IntStream.range(firstBatch, endBatch).boxed().toList()));
    Reply reply =
        proposer.submit(
            new Command.PublishPart(
                id, firstBatch, endBatch, file.file(), file.chunks(), clockMs.getAsLong()),
            PUBLISH_WITHIN);
    if (reply instanceof Reply.Refused refused) {
      throw new IOException("results of job " + id + ": " + refused.reason());
    }
  }

  private boolean isAwaited(JobId id, int firstBatch) {
    return state
        .read(
            s ->
                s.jobs()
                    .get(id)
                    .filter(job -> job.takesResults() && job.unwrittenFrom() == firstBatch))
        .isPresent();
  }

  /** Puts the result file together, and marks the job as done together with it. */
  void publish(JobId id) throws Exception {
    ResultPlan plan = plan(id);
    if (plan.shape().state() != JobState.PUBLISHING) {
      return;
    }
    FileStore.Durable file;
    try {
      file =
          plan.isOneRound() ? joined(plan) : prepare(plan.spec().resultFile(), lines.open(plan, 0));
    } catch (IOException e) {
      if (isStill(plan)) {
        throw e;
      }
      // The coordinator before this one has published it meanwhile, and the state let go of it.
      return;
    }
    Reply reply =
        proposer.submit(
            new Command.PublishResults(
                id,
                file.file(),
                file.chunks(),
                Optional.of(plan.cut().batches()),
                clockMs.getAsLong()),
            PUBLISH_WITHIN);
    if (reply instanceof Reply.Refused refused && isStill(plan)) {
      throw new IOException("results of job " + id + ": " + refused.reason());
    }
  }

  /** Whether the job is there still, and as it was when it was planned. */
  private boolean isStill(ResultPlan plan) {
    return state
        .read(s -> s.jobs().get(plan.spec().id()).map(ResultPlan.Shape::of))
        .filter(plan.shape()::equals)
        .isPresent();
  }

  /** The parts' bytes are not touched: the file is their extents, and the rest's. */
  private FileStore.Durable joined(ResultPlan plan) throws IOException, InterruptedException {
    ResultPlan.InRound all = plan.rounds().getFirst();
    FileStore.Durable rest =
        prepare(plan.spec().resultFile(), lines.ofBatches(plan.spec().id(), all.batches()));
    List<Extent> extents = new ArrayList<>();
    long length = 0;
    int crc32c = 0;
    for (ResultPart part : all.parts()) {
      FileVersion version = part.version();
      extents.addAll(version.extents());
      length += version.length();
      crc32c = Crc32c.combine(crc32c, version.crc32c(), version.length());
    }
    extents.addAll(rest.file().extents());
    length += rest.file().length();
    crc32c = Crc32c.combine(crc32c, rest.file().crc32c(), rest.file().length());
    return new FileStore.Durable(
        new NewFile(plan.spec().resultFile(), length, crc32c, extents), rest.chunks());
  }

  private FileStore.Durable prepare(FileName name, ResultCursor cursor)
      throws IOException, InterruptedException {
    try (InputStream in = new CursorStream(cursor)) {
      return files.prepare(name, in);
    }
  }
}
