package idunno.core.membership;

import idunno.core.base.NodeId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells from beats, broken connections and the time who is suspect and who has failed.
 *
 * <p>Intuition: a live node beats several times a second. Silence makes it suspect, longer silence
 * failed. A killed process says more than silence: its machine resets its connections, and then
 * refuses new ones. So a broken connection makes a node suspect at once and asks for a probe, and a
 * refused probe is proof of death; nobody needs to wait for the silence to grow long. A machine may
 * take some tenths of a second to clear a dead process away, and answers nothing of use meanwhile,
 * so a suspect is probed again and again.
 *
 * <p>The rule: suspect after {@code suspectAfterMs} without a beat or on a broken connection;
 * failed after {@code failAfterMs} without a beat, or on a refused probe; alive again on any beat
 * before that.
 *
 * <p>Rejected: phi accrual (Hayashibara et al., 2004), which adapts to a network's jitter but takes
 * a history per node to do so; beats here are answered by the one coordinator, a miss costs a batch
 * run twice and nothing else, and a fixed bound is what an operator can reason about.
 *
 * <p>Soft state: a new coordinator starts with every member just heard, so at fail-over detection
 * by silence takes up to {@code failAfterMs} once more. But one that was not heard at all within
 * some tenths of a second is probed, though it isn't suspected yet: those who were killed together
 * with the old coordinator are found out at once.
 */
public final class FailureDetector {
  private static final long PROBE_EVERY_MS = 250;

  /** By then a live node has beaten a new coordinator; one that has not is probed. */
  private static final long FIRST_BEAT_WITHIN_MS = 400;

  private final DetectionRule rule;

  /** By hash, since each beat asks; in the order in which the watch over them began. */
  private final Map<NodeId, Watch> watched = new LinkedHashMap<>();

  private static final class Watch {
    long heardMs;
    boolean wasHeard;
    long suspectSinceMs = -1;
    long probedMs;
    boolean refused;
  }

  /** What is new of a node. */
  public sealed interface Verdict {
    /** Silent, or its connection broke: probe it. */
    record Suspected(NodeId node, String why) implements Verdict {}

    /** Still silent: probe it once more. */
    record Doubted(NodeId node) implements Verdict {}

    /** Heard again before it was declared failed. */
    record Cleared(NodeId node) implements Verdict {}

    /** Dead, as far as can be known. */
    record Failed(NodeId node, String why) implements Verdict {}
  }

  /** A detector that watches nobody yet. */
  public FailureDetector(DetectionRule rule) {
    this.rule = rule;
  }

  /** Begins to watch a node, as heard at {@code nowMs}; a node that is watched already stays. */
  public void watch(NodeId node, long nowMs) {
    if (!watched.containsKey(node)) {
      Watch watch = new Watch();
      watch.heardMs = nowMs;
      watched.put(node, watch);
    }
  }

  /** Whether the node is watched. */
  public boolean watches(NodeId node) {
    return watched.containsKey(node);
  }

  /** Ends the watch over a node. */
  public void forget(NodeId node) {
    watched.remove(node);
  }

  /** A beat arrived. */
  public Optional<Verdict> heard(NodeId node, long nowMs) {
    Watch watch = watched.get(node);
    if (watch == null) {
      return Optional.empty();
    }
    boolean wasSuspect = watch.suspectSinceMs >= 0;
    watch.heardMs = nowMs;
    watch.wasHeard = true;
    watch.suspectSinceMs = -1;
    watch.refused = false;
    return wasSuspect ? Optional.of(new Verdict.Cleared(node)) : Optional.empty();
  }

  /** A connection from or to the node broke. */
  public Optional<Verdict> connectionLost(NodeId node, long nowMs) {
    Watch watch = watched.get(node);
    if (watch == null || watch.suspectSinceMs >= 0) {
      return Optional.empty();
    }
    watch.suspectSinceMs = nowMs;
    watch.probedMs = nowMs;
    return Optional.of(new Verdict.Suspected(node, "its connection broke"));
  }

  /** A probe of the node was refused: nobody listens at its address. */
  public void probeRefused(NodeId node) {
    Watch watch = watched.get(node);
    if (watch != null && (watch.suspectSinceMs >= 0 || !watch.wasHeard)) {
      watch.refused = true;
    }
  }

  /**
   * The watcher itself stood still until now: whoever was to be heard meanwhile gets the time anew.
   */
  public void excuse(long nowMs) {
    watched.values().forEach(watch -> watch.heardMs = nowMs);
  }

  /** Whether the node is suspect now. */
  public boolean isSuspect(NodeId node) {
    Watch watch = watched.get(node);
    return watch != null && watch.suspectSinceMs >= 0;
  }

  /** How long the node has been silent, in milliseconds; 0 for one that isn't watched. */
  public long silentMs(NodeId node, long nowMs) {
    Watch watch = watched.get(node);
    return watch == null ? 0 : Math.max(0, nowMs - watch.heardMs);
  }

  /** Every node that is watched. */
  public List<NodeId> watchedNodes() {
    return List.copyOf(watched.keySet());
  }

  /** What is new at {@code nowMs}. A failed node is forgotten, so each failure is told once. */
  public List<Verdict> judge(long nowMs) {
    List<Verdict> verdicts = new ArrayList<>();
    Iterator<Map.Entry<NodeId, Watch>> all = watched.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<NodeId, Watch> entry = all.next();
      NodeId node = entry.getKey();
      Watch watch = entry.getValue();
      long silentMs = nowMs - watch.heardMs;
      if (watch.refused) {
        verdicts.add(new Verdict.Failed(node, "its machine refuses connections to it"));
        all.remove();
      } else if (silentMs >= rule.failAfterMs()) {
        verdicts.add(new Verdict.Failed(node, "silent for " + silentMs + " ms"));
        all.remove();
      } else if (silentMs >= rule.suspectAfterMs() && watch.suspectSinceMs < 0) {
        watch.suspectSinceMs = nowMs;
        watch.probedMs = nowMs;
        verdicts.add(new Verdict.Suspected(node, "silent for " + silentMs + " ms"));
      } else if (isDoubtful(watch, silentMs) && nowMs - watch.probedMs >= PROBE_EVERY_MS) {
        watch.probedMs = nowMs;
        verdicts.add(new Verdict.Doubted(node));
      }
    }
    return verdicts;
  }

  private static boolean isDoubtful(Watch watch, long silentMs) {
    return watch.suspectSinceMs >= 0 || (!watch.wasHeard && silentMs >= FIRST_BEAT_WITHIN_MS);
  }
}
