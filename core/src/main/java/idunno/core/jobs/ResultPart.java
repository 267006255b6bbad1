package idunno.core.jobs;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;

/**
 * Results of a job that are in the store while it goes on: the lines of some batches in a row.
 *
 * @param firstBatch the first batch
 * @param endBatch the batch behind the last
 * @param name the file that holds the lines
 * @param version the version of it
 */
public record ResultPart(int firstBatch, int endBatch, FileName name, FileVersion version) {}
