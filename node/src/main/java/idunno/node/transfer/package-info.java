/**
 * The bytes of files become chunks on nodes, and back. It runs in a node and in a client alike: a
 * client of the cluster writes to the nodes that shall hold a chunk, and reads from those that do,
 * without a detour.
 */
@NullMarked
package idunno.node.transfer;

import org.jspecify.annotations.NullMarked;
