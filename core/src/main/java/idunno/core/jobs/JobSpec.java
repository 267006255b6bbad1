package idunno.core.jobs;

import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.models.ModelKey;
import java.util.Locale;

/**
 * What a job is, fixed when it is submitted.
 *
 * @param id its number
 * @param model the model's revision that it runs
 * @param dataset the folder whose files, sorted by name, are numbered 0, 1, 2 ...
 * @param range the queries, both ends included
 * @param batchSize queries a batch, the last one may have fewer; 1 or more
 * @param weight its share against other jobs, 1 to 1,000
 * @param submittedMs when it was submitted, milliseconds since 1970
 * @param conditions when it begins, and when it is given up
 */
public record JobSpec(
    JobId id,
    ModelKey model,
    FileName dataset,
    Range range,
    int batchSize,
    int weight,
    long submittedMs,
    Conditions conditions) {
  /** The largest weight. */
  public static final int MAX_WEIGHT = 1000;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException saying what was expected and found
   */
  public JobSpec {
    if (batchSize < 1 || weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "job "
              + id
              + ": expected a batch size of 1 or more and a weight of 1 to "
              + MAX_WEIGHT
              + ", found "
              + batchSize
              + " and "
              + weight);
    }
  }

  /** A job that begins at once and goes on to its end. */
  public JobSpec(
      JobId id,
      ModelKey model,
      FileName dataset,
      Range range,
      int batchSize,
      int weight,
      long submittedMs) {
    this(id, model, dataset, range, batchSize, weight, submittedMs, Conditions.NONE);
  }

  /** How many batches the range is cut in, before anything is run again; see {@link Cut}. */
  public int batches() {
    return Math.toIntExact((range.size() + batchSize - 1) / batchSize);
  }

  /** The queries of one of those batches. */
  public Range queriesOf(int batch) {
    long start = range.start() + (long) batch * batchSize;
    return new Range(start, Math.min(range.end(), start + batchSize - 1));
  }

  /** How many queries one of those batches has. */
  public int sizeOf(int batch) {
    return Math.toIntExact(queriesOf(batch).size());
  }

  /** Where the job's results are in the store once it is done. */
  public FileName resultFile() {
    return resultFile(id);
  }

  /** The same, of the job of that number. */
  static FileName resultFile(JobId id) {
    return new FileName("results/job-" + id + ".jsonl");
  }

  /**
   * Where a part of the job's results is in the store while it goes on.
   *
   * @param number 1, 2, 3 ... in the order in which they are written
   */
  public FileName partFile(int number) {
    return new FileName(String.format(Locale.ROOT, "results/job-%s/part-%05d.jsonl", id, number));
  }
}
