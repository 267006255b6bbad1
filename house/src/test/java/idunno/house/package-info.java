/** The rules of the house, as tests; each failure names what to write instead. */
@NullMarked
package idunno.house;

import org.jspecify.annotations.NullMarked;
