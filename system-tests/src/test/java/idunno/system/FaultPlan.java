package idunno.system;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Faults drawn of a seed: in each round a worker is killed, the coordinator is killed, and a worker
 * is frozen until the others have found it to be failed, in any order; from the second round on
 * there are as many more of any kind among them.
 */
final class FaultPlan {
  private final Random random;
  private final List<Planned> round = new ArrayList<>();
  private boolean isFirst = true;

  /** Whom a fault strikes. */
  enum Aim {
    WORKER,
    COORDINATOR,
    /** The coordinator, and a worker at the same moment. */
    COORDINATOR_AND_WORKER,
    TWO_WORKERS
  }

  /**
   * A fault to come.
   *
   * @param pick which worker, of those that may be struck: a number from 0 to 1
   * @param afterMs how long after the one before, milliseconds
   * @param forMs how long until it is mended, milliseconds
   * @param atOnce whether it comes without waiting until those struck before it are used again
   */
  record Planned(Fault.Kind kind, Aim aim, double pick, int afterMs, int forMs, boolean atOnce) {}

  FaultPlan(long seed) {
    this.random = new Random(seed);
  }

  /** The next fault of this round, or the first of the next one. */
  Planned next() {
    if (round.isEmpty()) {
      fill();
    }
    return round.removeLast();
  }

  /** Whether a round is over. */
  boolean isBetweenRounds() {
    return round.isEmpty();
  }

  private void fill() {
    round.add(planned(Fault.Kind.KILL, Aim.WORKER));
    round.add(planned(Fault.Kind.KILL, Aim.COORDINATOR));
    round.add(planned(Fault.Kind.OUTLIVE, Aim.WORKER));
    for (int i = 0; !isFirst && i < 3; i++) {
      round.add(
          planned(any(Fault.Kind.KILL, Fault.Kind.FREEZE, Fault.Kind.OUTLIVE), any(Aim.values())));
    }
    isFirst = false;
    Collections.shuffle(round, random);
  }

  private Planned planned(Fault.Kind kind, Aim aim) {
    int forMs =
        switch (kind) {
          case KILL -> random.nextInt(3_000);
          // Long enough, half of the time, for others to have run what the victim was running.
          case OUTLIVE ->
              random.nextBoolean() ? random.nextInt(2_000) : 6_000 + random.nextInt(4_000);
          // Too short for anybody to be suspected.
          case FREEZE, CUT -> 300 + random.nextInt(1_000);
        };
    return new Planned(
        kind, aim, random.nextDouble(), 300 + random.nextInt(2_500), forMs, random.nextBoolean());
  }

  @SafeVarargs
  private <T> T any(T... of) {
    return of[random.nextInt(of.length)];
  }
}
