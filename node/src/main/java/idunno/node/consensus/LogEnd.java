package idunno.node.consensus;

import java.util.Comparator;

/**
 * The last entry of a replica's log. Of two the greater is the more up to date, and who is behind
 * doesn't get the other's vote (Ongaro and Ousterhout, In Search of an Understandable Consensus
 * Algorithm, 5.4.1).
 *
 * @param term the term in which the entry was made; 0 in an empty log
 * @param index its place in the log; -1 in an empty one
 */
public record LogEnd(long term, long index) implements Comparable<LogEnd> {
  static final LogEnd EMPTY = new LogEnd(0, -1);

  private static final Comparator<LogEnd> ORDER =
      Comparator.comparingLong(LogEnd::term).thenComparingLong(LogEnd::index);

  @Override
  public int compareTo(LogEnd other) {
    return ORDER.compare(this, other);
  }
}
