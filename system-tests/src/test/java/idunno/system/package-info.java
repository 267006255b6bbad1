/** The whole program as its users run it: processes, sockets, disks, and faults in all of them. */
@NullMarked
package idunno.system;

import org.jspecify.annotations.NullMarked;
