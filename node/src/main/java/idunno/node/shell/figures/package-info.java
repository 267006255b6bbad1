/**
 * The statistics: pure functions from a coordinator's report to the figures of c1, c2, cvm and cq.
 *
 * <p>Every figure is measured or counted from what was measured; none is derived from another kind
 * of figure. Each record is also what {@code --json} prints.
 */
@NullMarked
package idunno.node.shell.figures;

import org.jspecify.annotations.NullMarked;
