/**
 * Replicates opaque entries over a group of nodes by Raft, through Apache Ratis. Knows nothing of
 * what the entries mean: that is behind {@link idunno.node.consensus.Replicated}. {@link
 * idunno.node.consensus.Consensus} is the way in.
 */
package idunno.node.consensus;
