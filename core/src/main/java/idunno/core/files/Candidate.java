package idunno.core.files;

import idunno.core.base.NodeName;

/**
 * A node that a chunk may be placed on.
 *
 * @param node its name
 * @param zone what it shares with others that may fail together with it, such as a rack; nodes
 *     without a label are a zone of their own, all together
 * @param room what its disk has room for
 */
public record Candidate(NodeName node, String zone, DiskRoom room) {}
