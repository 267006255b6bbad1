/** Configuration and wiring: the one place that knows every edge. */
@NullMarked
package idunno.node.main;

import org.jspecify.annotations.NullMarked;
