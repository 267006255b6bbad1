/** Typed calls to a cluster over its HTTP API: what the shell, the command line and tests use. */
@NullMarked
package idunno.node.client;

import org.jspecify.annotations.NullMarked;
