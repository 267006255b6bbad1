package idunno.node.main;

import idunno.core.base.Range;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.ResultLine;
import idunno.node.files.FileStore;
import idunno.node.gateway.NotFound;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/** The results of jobs as text: what c4 shows while a job runs, and the file at its end. */
final class Results {
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(30);

  private final ReplicatedState state;
  private final FileStore files;
  private final Proposer proposer;
  private final LongSupplier clockMs;
  private final ConcurrentMap<ModelKey, List<String>> labels = new ConcurrentHashMap<>();

  Results(ReplicatedState state, FileStore files, Proposer proposer, LongSupplier clockMs) {
    this.state = state;
    this.files = files;
    this.proposer = proposer;
    this.clockMs = clockMs;
  }

  /**
   * Writes the results that a job has so far.
   *
   * @param from the first query whose result is wanted
   */
  void write(JobId id, long from, OutputStream out) throws IOException {
    JobState at =
        state
            .read(s -> s.jobs().get(id).map(Progress::state))
            .orElseThrow(() -> new NotFound("no job " + id + "; 'jobs' lists those there are"));
    if (at == JobState.DONE) {
      var file = state.read(s -> s.jobs().get(id).orElseThrow().spec().resultFile());
      var version =
          files
              .find(file, Optional.empty())
              .orElseThrow(() -> new NotFound(file + ": the results were deleted"));
      long first = state.read(s -> s.jobs().get(id).orElseThrow().spec().range().start());
      files.copy(version, new WithoutLines(Math.max(0, from - first), out));
    } else {
      try (InputStream lines = lines(id, from)) {
        lines.transferTo(out);
      }
    }
    out.flush();
  }

  /** Writes the result file, and marks the job as done together with it. */
  void publish(JobId id) throws Exception {
    JobSpec spec = state.read(s -> s.jobs().get(id).orElseThrow().spec());
    FileStore.Durable file;
    try (InputStream lines = lines(id, 0)) {
      file = files.prepare(spec.resultFile(), lines);
    }
    Reply reply =
        proposer.submit(
            new Command.PublishResults(id, file.file(), file.chunks(), clockMs.getAsLong()),
            PUBLISH_WITHIN);
    if (reply instanceof Reply.Refused refused && !isDone(id)) {
      throw new IOException("results of job " + id + ": " + refused.reason());
    }
  }

  private boolean isDone(JobId id) {
    return state
        .read(s -> s.jobs().get(id).filter(job -> job.state() == JobState.DONE))
        .isPresent();
  }

  /** The results so far, one batch in memory at a time. */
  @SuppressWarnings("JdkObsolete") // SequenceInputStream takes nothing but an Enumeration
  private InputStream lines(JobId id, long from) throws IOException {
    JobSpec spec = state.read(s -> s.jobs().get(id).orElseThrow().spec());
    List<String> names = labelsOf(spec.model());
    Iterator<Integer> batches =
        state.read(s -> s.jobs().get(id).orElseThrow().batchesWithResults()).stream()
            .filter(batch -> spec.queriesOf(batch).end() >= from)
            .iterator();
    return new SequenceInputStream(
        new Enumeration<InputStream>() {
          @Override
          public boolean hasMoreElements() {
            return batches.hasNext();
          }

          @Override
          public InputStream nextElement() {
            return new ByteArrayInputStream(render(id, batches.next(), from, names));
          }
        });
  }

  private byte[] render(JobId id, int batch, long from, List<String> names) {
    record Part(Range queries, List<Input> inputs, List<QueryResult> results) {}
    Part part =
        state.read(
            s -> {
              Progress job = s.jobs().get(id).orElseThrow();
              return new Part(
                  job.spec().queriesOf(batch), job.inputsOf(batch), job.resultsOf(batch));
            });
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int first = (int) Math.max(0, from - part.queries().start());
    for (int i = first; i < part.results().size(); i++) {
      out.writeBytes(
          ResultLine.of(
                  part.queries().start() + i,
                  part.inputs().get(i).name(),
                  part.results().get(i),
                  names)
              .toBytes());
    }
    return out.toByteArray();
  }

  private List<String> labelsOf(ModelKey key) throws IOException {
    List<String> known = labels.get(key);
    if (known != null) {
      return known;
    }
    Model model =
        state
            .read(s -> s.models().get(key))
            .orElseThrow(() -> new IOException("model " + key + " is gone"));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    files.copy(Objects.requireNonNull(model.files().get(ModelCard.LABELS_FILE)), text);
    List<String> read = text.toString(StandardCharsets.UTF_8).lines().toList();
    labels.put(key, read);
    return read;
  }
}
