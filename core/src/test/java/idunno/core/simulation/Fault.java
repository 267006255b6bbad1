package idunno.core.simulation;

/**
 * One thing that goes wrong.
 *
 * @param atMs when it begins
 * @param kind what it is
 * @param machine whom it hits, by number; not used where the kind says whom
 * @param lastsMs how long it lasts
 */
record Fault(long atMs, Kind kind, int machine, long lastsMs) {
  /** What can go wrong. */
  enum Kind {
    /** A process is killed, and started again later. */
    CRASH,
    /** The coordinator's process is killed, and started again later. */
    CRASH_COORDINATOR,
    /** A process stands still and goes on later, unaware of it. */
    PAUSE,
    /** The coordinator's process stands still; another is elected meanwhile. */
    PAUSE_COORDINATOR,
    /** A node can't run any model for a while. */
    REFUSE,
    /** A node leaves for good. */
    LEAVE,
    /** Many messages are lost, and a connection breaks though nobody died. */
    NOISE
  }
}
