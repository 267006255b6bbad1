package idunno.core.coordinator;

import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import java.util.List;
import java.util.OptionalLong;

/**
 * Has deleted files reclaimed when their time has come, by the coordinator's clock.
 *
 * <p>The log is only written to when something is due; what a command leaves over goes with the
 * next.
 */
final class Reclaiming {
  private static final long EVERY_MS = 60_000;

  private long lastMs;

  Reclaiming(long nowMs) {
    this.lastMs = nowMs;
  }

  /** Looks for what is due, if it is time to. */
  void tick(ClusterState state, long nowMs, List<Effect> effects) {
    if (nowMs - lastMs < EVERY_MS) {
      return;
    }
    lastMs = nowMs;
    OptionalLong firstDueMs = state.files().firstDueMs();
    if (firstDueMs.isPresent() && firstDueMs.getAsLong() <= nowMs) {
      effects.add(new Effect.Propose(new Command.ReclaimDeleted(nowMs)));
    }
  }
}
