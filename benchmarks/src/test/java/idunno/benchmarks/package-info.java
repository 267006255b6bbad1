/**
 * Benchmarks: end to end, each beside the limit that the machine sets, measured in the same run,
 * alternating, as medians. They are named {@code XBenchmark} and run only when they are asked for.
 */
package idunno.benchmarks;
