package idunno.node.main;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.jobs.Cut;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.ResultPart;
import idunno.core.jobs.Round;
import idunno.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a job's results are at one moment: in the result file, in parts of it, in the state.
 *
 * @param shape while it is the same, what is planned is where it was
 * @param base the result file as it was before the last round, if there was one
 * @param rounds oldest first; the lines of a later one replace those of earlier ones
 * @param missing the queries that can't be run again since their pictures are gone
 */
record ResultPlan(
    JobSpec spec,
    Cut cut,
    Shape shape,
    Optional<FileVersion> base,
    List<InRound> rounds,
    NavigableMap<Long, FileName> missing) {
  /** What changes when results come to lie somewhere else. */
  record Shape(JobState state, int batches, int parts) {
    static Shape of(Progress job) {
      return new Shape(job.state(), job.cut().batches(), job.written().size());
    }
  }

  /** The results of one round, in the order of their queries: parts, then what the state has. */
  record InRound(List<ResultPart> parts, List<Integer> batches) {
    boolean isEmpty() {
      return parts.isEmpty() && batches.isEmpty();
    }
  }

  static ResultPlan of(Progress job) {
    Cut cut = job.cut();
    List<Integer> firsts = new ArrayList<>(List.of(0));
    cut.again().stream().map(Round::firstBatch).forEach(firsts::add);
    firsts.add(cut.batches());
    List<InRound> rounds = new ArrayList<>();
    for (int i = 0; i + 1 < firsts.size(); i++) {
      int first = firsts.get(i);
      int end = firsts.get(i + 1);
      rounds.add(
          new InRound(
              job.written().stream()
                  .filter(part -> part.firstBatch() >= first && part.firstBatch() < end)
                  .toList(),
              job.batchesWithResults().stream()
                  .filter(batch -> batch >= first && batch < end)
                  .toList()));
    }
    NavigableMap<Long, FileName> missing = new TreeMap<>();
    if (!cut.again().isEmpty()) {
      missing.putAll(job.failed().orElseGet(TreeMap::new));
      missing.keySet().removeIf(query -> cut.again().getLast().queries().has(query));
    }
    return new ResultPlan(job.spec(), cut, Shape.of(job), job.base(), rounds, missing);
  }

  /** Whether nothing was run again: what there is lies one behind the other. */
  boolean isOneRound() {
    return cut.again().isEmpty();
  }

  /** A file of it that is in the store no longer, once nobody keeps it for the job. */
  Optional<FileName> lost(ClusterState state) {
    if (!shape.state().isEnd()) {
      return Optional.empty();
    }
    Optional<FileName> part =
        rounds.stream()
            .flatMap(round -> round.parts().stream())
            .filter(one -> isLost(state, one.name(), one.version()))
            .map(ResultPart::name)
            .findFirst();
    return part.or(
        () ->
            base.filter(file -> isLost(state, spec.resultFile(), file))
                .map(_ -> spec.resultFile()));
  }

  private static boolean isLost(ClusterState state, FileName name, FileVersion version) {
    return state.files().version(name, version.number()).filter(version::equals).isEmpty();
  }

  /** The last query that a part has a line of. */
  long lastOf(ResultPart part) {
    return cut.spanOf(part.endBatch() - 1).end();
  }
}
