/** Jobs: how fast one node goes beside what its cores could do, and how evenly several jobs go. */
@org.jspecify.annotations.NullMarked
package idunno.benchmarks.jobs;
