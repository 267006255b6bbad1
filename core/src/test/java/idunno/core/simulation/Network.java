package idunno.core.simulation;

import java.util.Random;

/**
 * Carries messages: each takes its own time, so that they overtake one another; while the network
 * is noisy, some are lost and some arrive twice.
 */
final class Network {
  private final Timeline timeline;
  private final Random random;
  private final long quietFromMs;
  private long stormUntilMs;

  Network(Timeline timeline, Random random, long quietFromMs) {
    this.timeline = timeline;
    this.random = random;
    this.quietFromMs = quietFromMs;
  }

  /** Loses many messages for a while. */
  void storm(long lastsMs) {
    stormUntilMs = Math.max(stormUntilMs, timeline.nowMs() + lastsMs);
  }

  /** Has a process receive a message some time later: once, never or twice. */
  void send(SimulatedNode to, Runnable received) {
    if (isQuiet()) {
      to.later(1 + random.nextInt(4), received);
      return;
    }
    int lostPercent = isStormy() ? 30 : 2;
    if (random.nextInt(100) >= lostPercent) {
      to.later(delayMs(), received);
    }
    if (random.nextInt(100) < 3) {
      to.later(delayMs(), received);
    }
  }

  /** Whether nothing goes wrong any more. */
  boolean isQuiet() {
    return timeline.nowMs() >= quietFromMs;
  }

  /** Whether much goes wrong just now. */
  boolean isStormy() {
    return timeline.nowMs() < stormUntilMs;
  }

  private long delayMs() {
    return random.nextInt(20) == 0 ? random.nextInt(1_500) : 1 + random.nextInt(15);
  }
}
