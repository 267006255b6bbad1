package idunno.core.jobs;

/**
 * Queries of a job that are run again, under batch numbers that were never used: so a late result
 * of an earlier batch is never taken for one of theirs.
 *
 * @param firstBatch the number of the first of its batches; those before it are wanted no longer
 * @param queries what is run again, in order; cut in batches of the job's batch size
 * @param recounted how many fewer queries counted as finished, and as failed, when it began
 * @param atMs when it began, milliseconds since 1970
 */
public record Round(int firstBatch, Queries queries, long recounted, long atMs) {}
