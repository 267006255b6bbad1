/**
 * Histories of a store under test, and the proof that one of them is as if every operation had
 * happened at one moment between its call and its return.
 */
@NullMarked
package idunno.system.history;

import org.jspecify.annotations.NullMarked;
