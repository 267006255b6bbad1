package idunno.core.coordinator;

import idunno.core.jobs.BatchResult;
import idunno.core.state.Command;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the results of some beats for one entry of the log: group commit, as databases do it
 * (DeWitt et al., 1984). An entry costs every voter some milliseconds of a core whatever is in it,
 * more than a small batch's results themselves; so there is one a tick, and not one a batch.
 *
 * <p>The price: a result is committed up to a tick later. A job's last results aren't held back.
 *
 * <p>Soft state: what is gathered and not committed the workers still have, and report to the next
 * coordinator.
 */
final class GroupCommit {
  /**
   * More queries than that don't wait for others: it keeps entries small beside what one may be.
   */
  static final int MOST_QUERIES = 2_000;

  private final List<BatchResult> gathered = new ArrayList<>();
  private int queries;

  /** Adds a batch's results. */
  void add(BatchResult result) {
    gathered.add(result);
    queries += result.results().size();
  }

  /** Whether there are so many results that they should be put forward now. */
  boolean isFull() {
    return queries >= MOST_QUERIES;
  }

  /** Puts forward what was gathered, if anything was. */
  void propose(long nowMs, List<Effect> effects) {
    if (gathered.isEmpty()) {
      return;
    }
    effects.add(new Effect.Propose(new Command.CompleteBatches(gathered, nowMs)));
    gathered.clear();
    queries = 0;
  }
}
