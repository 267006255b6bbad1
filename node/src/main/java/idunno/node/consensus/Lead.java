package idunno.node.consensus;

/**
 * Who leads, and in which term.
 *
 * @param replica the leader's id
 */
public record Lead(String replica, long term) {}
