/**
 * The file store beside other stores on the same machine: HDFS as Maven brings it, MooseFS where it
 * is installed, and the machine's own speed. {@link idunno.benchmarks.store.StoreBenchmark} is the
 * way in.
 */
@NullMarked
package idunno.benchmarks.store;

import org.jspecify.annotations.NullMarked;
