package idunno.node.client;

/**
 * How long a call is tried again before it is given up. All in milliseconds, each counted from the
 * first failure of the call.
 *
 * @param nobodyMs while every address refuses the connection: for reads, and for whatever is asked
 *     before any node was ever reached
 * @param readMs while reads fail in another way, or no coordinator can be had
 * @param changeMs while calls that change something fail; they are repeated under one id, so that
 *     they are applied once
 * @param attemptMs how long one node may be silent before the next one is tried
 */
public record Patience(long nobodyMs, long readMs, long changeMs, long attemptMs) {
  /** For people and scripts: a change of coordinator passes unnoticed. */
  public static final Patience USUAL = new Patience(500, 10_000, 30_000, 10_000);

  /** For a look that must not make anybody wait: one try at each address. */
  public static final Patience NONE = new Patience(0, 0, 0, 1_000);
}
