package idunno.core.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The coordinator and the workers in clusters where everything goes wrong, each on one thread and
 * in virtual time: what a seed brings once, it brings each time.
 *
 * <p>{@code -Dsimulation.seed=N} runs one seed, and shows its whole transcript if it fails; {@code
 * -Dsimulation.seeds=N} runs the seeds 1 to N.
 */
final class CoordinatorSimulation {
  private static final Optional<Long> ONE_SEED =
      Optional.ofNullable(Long.getLong("simulation.seed"));
  private static final int DEFAULT_SEEDS = 40;
  private static final int LINES_SHOWN = 60;

  /** What must have happened at least once in as many seeds as are run by default. */
  private static final List<String> MUST_HAPPEN =
      List.of(
          "kind=CRASH,",
          "kind=CRASH_COORDINATOR,",
          "kind=PAUSE,",
          "kind=PAUSE_COORDINATOR,",
          "kind=REFUSE,",
          "kind=LEAVE,",
          "kind=NOISE,",
          "is elected in term 3",
          "STRANGER",
          "has left",
          "MemberSuspected",
          "MemberCleared",
          "silent for",
          "refuses connections",
          "no memory for",
          "not on its desk",
          "DuplicateDropped",
          "Completed[counted=0, duplicates=1]",
          "has no results to publish",
          "PublishPart[",
          "awaits no results of batches",
          "AddReplica",
          "ReplicaShed",
          "ShedReplica[chunk=",
          "state=EVEN");

  /** A job has 123 machines for itself, and then sixteen others come: it once fell far behind. */
  private static final long ALONE_AT_FIRST = 450;

  private static List<Long> seeds() {
    return ONE_SEED
        .map(List::of)
        .orElseGet(
            () ->
                LongStream.concat(
                        LongStream.rangeClosed(1, Long.getLong("simulation.seeds", DEFAULT_SEEDS)),
                        LongStream.of(ALONE_AT_FIRST))
                    .distinct()
                    .boxed()
                    .toList());
  }

  private static int linesShown() {
    return ONE_SEED.isPresent() ? Integer.MAX_VALUE : LINES_SHOWN;
  }

  /**
   * What came of one seed.
   *
   * @param failure what went wrong, if anything did
   * @param happened what of all that must happen once did
   */
  private record Outcome(
      Optional<String> failure, List<Rates.Window> windows, List<String> happened) {
    static Outcome of(long seed) {
      try {
        Run disturbed = Run.of(Scenario.draw(seed), linesShown());
        Run undisturbed = Run.of(Scenario.draw(seed).withoutFaults(), linesShown());
        List<Rates.Window> windows = new ArrayList<>(disturbed.windows());
        windows.addAll(undisturbed.windows());
        return new Outcome(
            disturbed.results().equals(undisturbed.results())
                ? Optional.empty()
                : Optional.of("seed " + seed + ": the results are others than without faults"),
            windows,
            MUST_HAPPEN.stream()
                .filter(what -> disturbed.lines().stream().anyMatch(line -> line.contains(what)))
                .toList());
      } catch (AssertionError failed) {
        return new Outcome(Optional.of(String.valueOf(failed.getMessage())), List.of(), List.of());
      }
    }
  }

  @Test
  void noQueryIsLostOrCountedTwiceAndAllJobsAreServedEvenly() {
    // Each seed has a world of its own; as many are run at once as there are processors.
    List<Outcome> outcomes = seeds().parallelStream().map(Outcome::of).toList();
    List<String> failures = outcomes.stream().flatMap(one -> one.failure().stream()).toList();
    List<Rates.Window> windows = outcomes.stream().flatMap(one -> one.windows().stream()).toList();
    TreeSet<String> missing = new TreeSet<>(MUST_HAPPEN);
    outcomes.forEach(one -> missing.removeAll(one.happened()));
    int count = seeds().size();
    System.out.printf(
        "simulation: %d seeds, %d windows of 10 s or more, largest gap between rates %.1f %%,"
            + " over 5 %% in %d%n",
        count,
        windows.size(),
        100 * windows.stream().mapToDouble(Rates.Window::gap).max().orElse(0),
        windows.stream().filter(window -> window.gap() > 0.05).count());
    if (!failures.isEmpty()) {
      throw new AssertionError(
          failures.size() + " of " + count + " seeds failed\n" + String.join("\n", failures));
    }
    assertTrue(
        count < DEFAULT_SEEDS || windows.size() >= count,
        () -> "rates could be judged in only " + windows.size() + " windows");
    assertTrue(
        count < DEFAULT_SEEDS || missing.isEmpty(),
        () -> "the scenarios are too tame, it never came to: " + missing);
  }

  @Test
  void oneSeedRunTwiceGivesTheSameTranscriptLineByLine() {
    long seed = ONE_SEED.orElse(1L);
    List<String> first = Run.of(Scenario.draw(seed), linesShown()).lines();
    List<String> second = Run.of(Scenario.draw(seed), linesShown()).lines();
    for (int line = 0; line < Math.min(first.size(), second.size()); line++) {
      assertEquals(first.get(line), second.get(line), "seed " + seed + ", line " + line);
    }
    assertEquals(first.size(), second.size(), "lines of seed " + seed);
  }
}
