package idunno.core.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The same as {@link CoordinatorSimulation} with a thousand machines and up to fifty jobs, and what
 * the coordinator takes of a real processor for them.
 *
 * <p>{@code -Dsimulation.large.seed=N} runs one seed, and shows more of its transcript if it fails;
 * {@code -Dsimulation.large=N} runs the seeds 1 to N. Seed 0, which each build runs, is a short
 * one.
 */
final class LargeClusterSimulation {
  private static final Optional<Long> ONE_SEED =
      Optional.ofNullable(Long.getLong("simulation.large.seed"));
  private static final int LINES_SHOWN = 60;

  private static List<Long> seeds() {
    long count = Long.getLong("simulation.large", 0);
    return ONE_SEED
        .map(List::of)
        .orElseGet(() -> LongStream.rangeClosed(Math.min(1, count), count).boxed().toList());
  }

  @Test
  void aThousandNodesRunFiftyJobsEvenlyAndNoQueryIsLostOrCountedTwice() {
    for (long seed : seeds()) {
      Scenario scenario = Scenario.large(seed);
      Run run = Run.of(scenario, ONE_SEED.isPresent() ? Integer.MAX_VALUE : LINES_SHOWN);
      System.out.printf(
          Locale.ROOT,
          "large simulation: seed %d, %d nodes, %d jobs, gaps between rates%s; the coordinator"
              + " took %s%n",
          seed,
          scenario.machines().size(),
          scenario.jobs().size(),
          gaps(run.windows()),
          run.load());
    }
  }

  private static String gaps(List<Rates.Window> windows) {
    StringBuilder gaps = new StringBuilder();
    for (Rates.Window window : windows) {
      gaps.append(String.format(Locale.ROOT, " %.1f %%", 100 * window.gap()));
    }
    return windows.isEmpty() ? " not judged" : gaps.toString();
  }
}
