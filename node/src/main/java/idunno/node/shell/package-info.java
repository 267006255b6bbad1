/**
 * Every command as a value: the interactive shell and the command line are two faces of one table.
 */
@NullMarked
package idunno.node.shell;

import org.jspecify.annotations.NullMarked;
