package idunno.core.coordinator;

import idunno.core.jobs.BatchResult;
import idunno.core.state.Command;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the results of some beats for one entry of the log: group commit, as databases do it
 * (DeWitt et al., 1984). An entry costs every voter some milliseconds of a core whatever is in it,
 * more than a small batch's results themselves; so there are a few a second, and not one a batch.
 *
 * <p>The price: a result is committed up to half a second later. A job's last results aren't held
 * back, nor are those that come after a pause.
 *
 * <p>Soft state: what is gathered and not committed the workers still have, and report to the next
 * coordinator.
 */
final class GroupCommit {
  /**
   * More queries than that don't wait for others: it keeps entries small beside what one may be.
   */
  static final int MOST_QUERIES = 2_000;

  /** From one entry of few queries to the next, at least: who waits for results looks as often. */
  static final long APART_MS = 400;

  /**
   * So many queries go with the next tick in any case: workers say results again in each beat until
   * they are committed, and those of small, fast batches would be many by then.
   */
  static final int MANY_QUERIES = 128;

  private final List<BatchResult> gathered = new ArrayList<>();
  private int queries;
  private long nextMs = Long.MIN_VALUE;

  /** Adds a batch's results. */
  void add(BatchResult result) {
    gathered.add(result);
    queries += result.results().size();
  }

  /** Whether there are so many results that they should be put forward now. */
  boolean isFull() {
    return queries >= MOST_QUERIES;
  }

  /** Puts forward what was gathered, unless it is little and the last time only just past. */
  void tick(long nowMs, List<Effect> effects) {
    if (nowMs >= nextMs || queries >= MANY_QUERIES) {
      propose(nowMs, effects);
    }
  }

  /** Puts forward what was gathered, if anything was. */
  void propose(long nowMs, List<Effect> effects) {
    if (gathered.isEmpty()) {
      return;
    }
    effects.add(new Effect.Propose(new Command.CompleteBatches(gathered, nowMs)));
    gathered.clear();
    queries = 0;
    nextMs = nowMs + APART_MS;
  }
}
