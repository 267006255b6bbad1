package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A node that a chunk may be placed on.
 *
 * @param node its name
 * @param zone what it shares with others that may fail together with it, such as a rack; nodes
 *     without a label are a zone of their own, all together
 * @param room what its disk has room for
 */
public record Candidate(NodeName node, String zone, DiskRoom room) {
  /** The names of several. */
  public static NavigableSet<NodeName> names(Collection<Candidate> candidates) {
    NavigableSet<NodeName> names = new TreeSet<>();
    candidates.forEach(candidate -> names.add(candidate.node()));
    return names;
  }
}
