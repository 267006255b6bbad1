package idunno.core.base;

import java.util.Comparator;

/**
 * One life of a node: a restart is a new incarnation of the same name, so that nothing said of the
 * life before is mistaken for this one.
 *
 * @param name the machine's name
 * @param incarnation 1, 2, 3 ... counted by the cluster at each admission of that name
 */
public record NodeId(NodeName name, long incarnation) implements Comparable<NodeId> {
  private static final Comparator<NodeId> ORDER =
      Comparator.comparing(NodeId::name).thenComparingLong(NodeId::incarnation);

  /**
   * Checks the incarnation.
   *
   * @throws IllegalArgumentException if the incarnation is less than 1
   */
  public NodeId {
    if (incarnation < 1) {
      throw new IllegalArgumentException("incarnation: expected 1 or more, found " + incarnation);
    }
  }

  @Override
  public int compareTo(NodeId other) {
    return ORDER.compare(this, other);
  }

  /** The name, a hash sign and the incarnation: {@code n1#3}. */
  @Override
  public String toString() {
    return name + "#" + incarnation;
  }
}
