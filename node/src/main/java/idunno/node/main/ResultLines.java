package idunno.node.main;

import idunno.core.files.FileName;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobId;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.ResultPart;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.node.api.ResultLine;
import idunno.node.files.FileStore;
import idunno.node.replica.ReplicatedState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Reads the lines of a job's results from where they are: in the store, or in the state. */
final class ResultLines {
  private final ReplicatedState state;
  private final FileStore files;
  private final ConcurrentMap<ModelKey, List<String>> labels = new ConcurrentHashMap<>();

  ResultLines(ReplicatedState state, FileStore files) {
    this.state = state;
    this.files = files;
  }

  /**
   * All lines of a job, in the order of queries.
   *
   * @param from those before this query may be left out
   */
  ResultCursor open(ResultPlan plan, long from) {
    List<ResultCursor> cursors = new ArrayList<>();
    plan.base().ifPresent(file -> cursors.add(new FileCursor(files.open(file))));
    for (ResultPlan.InRound round : plan.rounds()) {
      if (!round.isEmpty()) {
        cursors.add(open(plan, round, from));
      }
    }
    if (!plan.missing().isEmpty()) {
      cursors.add(missing(plan));
    }
    return switch (cursors.size()) {
      case 0 -> new ChainedCursor(List.of());
      case 1 -> cursors.getFirst();
      default -> new MergedCursor(cursors);
    };
  }

  private ResultCursor open(ResultPlan plan, ResultPlan.InRound round, long from) {
    List<ChainedCursor.Opening> openings = new ArrayList<>();
    for (ResultPart part : round.parts()) {
      if (plan.lastOf(part) >= from) {
        openings.add(() -> new FileCursor(files.open(part.version())));
      }
    }
    List<Integer> batches =
        round.batches().stream().filter(batch -> plan.cut().spanOf(batch).end() >= from).toList();
    openings.add(() -> ofBatches(plan.spec().id(), batches));
    return new ChainedCursor(openings);
  }

  private ResultCursor missing(ResultPlan plan) {
    return new RenderedCursor<>(
        List.copyOf(plan.missing().entrySet()),
        one ->
            List.of(
                line(
                    one.getKey(),
                    one.getValue(),
                    new QueryResult.Failed("missing: " + one.getValue() + " was deleted"),
                    List.of())));
  }

  /**
   * The lines of batches whose results the state has. Where it has them no longer the cursor fails
   * with an IOException.
   */
  ResultCursor ofBatches(JobId id, List<Integer> batches) {
    return new RenderedCursor<>(batches, batch -> render(id, batch));
  }

  private List<RenderedCursor.Line> render(JobId id, int batch) throws IOException {
    record Part(
        ModelKey model, List<Long> queries, List<Input> inputs, List<QueryResult> results) {}
    Part part =
        state
            .read(
                s ->
                    s.jobs()
                        .get(id)
                        .filter(job -> !job.resultsOf(batch).isEmpty())
                        .map(
                            job ->
                                new Part(
                                    job.spec().model(),
                                    job.cut().queriesOf(batch).numbers().boxed().toList(),
                                    job.inputsOf(batch),
                                    job.resultsOf(batch))))
            .orElseThrow(
                () ->
                    new IOException(
                        "results of batch "
                            + id
                            + "/"
                            + batch
                            + " are in the store by now, or the job is forgotten"));
    List<String> names = labelsOf(part.model());
    List<RenderedCursor.Line> lines = new ArrayList<>();
    for (int i = 0; i < part.queries().size(); i++) {
      lines.add(
          line(part.queries().get(i), part.inputs().get(i).name(), part.results().get(i), names));
    }
    return lines;
  }

  private static RenderedCursor.Line line(
      long query, FileName file, QueryResult result, List<String> names) {
    return new RenderedCursor.Line(query, ResultLine.of(query, file, result, names).toBytes());
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
