package idunno.core.simulation;

import java.util.Random;

/**
 * How big a scenario is, and how long each part of it lasts.
 *
 * @param machines how many machines there are
 * @param jobs how many jobs are submitted
 * @param submittedWithinMs the jobs are submitted within so long, after {@link #FIRST_SUBMIT_MS}
 * @param faults how many faults there are
 * @param faultyFromMs when the first may happen
 * @param faultyUntilMs when the last has happened
 * @param workMs how long all machines together would take for all jobs
 * @param leastCostMs what a query costs at least, on a machine of slowness 1
 * @param mostCostMs what it costs at most
 * @param leastBatch the fewest queries a batch
 * @param settleMs how long it must be quiet before replicas are given up
 * @param cleanUpMs how long all is given at the end, after that: for members to be admitted again,
 *     chunks to be copied, and what is too much to be dropped
 * @param largestGap how far apart rates may be in a window
 */
record Scale(
    int machines,
    int jobs,
    int submittedWithinMs,
    int faults,
    int faultyFromMs,
    int faultyUntilMs,
    int workMs,
    int leastCostMs,
    int mostCostMs,
    int leastBatch,
    long settleMs,
    long cleanUpMs,
    double largestGap) {
  static final int FIRST_SUBMIT_MS = 2_000;

  /** So long that enough is left to judge the rates by when nothing goes wrong any more. */
  private static final int LONG_WORK_MS = 75_000;

  /** So short that jobs end while everything goes wrong. */
  private static final int SHORT_WORK_MS = 20_000;

  private static final long CLEAN_UP_MS = 20_000;

  /** What rates are held to where a job has many batches for each machine. */
  private static final double WANTED_GAP = 0.10;

  /**
   * What is promised. Where a job has but few batches for each machine, as among fifty jobs on a
   * thousand of them, chance alone makes more than a tenth between the best served of all and the
   * worst: in ten seconds the jobs of large batches have a hundred.
   */
  private static final double PROMISED_GAP = 0.20;

  /** One seed of so many has some hundreds of machines. */
  private static final int BIG_EVERY = 100;

  /**
   * Most often five to nine machines and a few jobs, at times up to thirty and ten, now and then
   * some hundreds.
   */
  static Scale ordinary(long seed, Random random) {
    int workMs = random.nextBoolean() ? SHORT_WORK_MS : LONG_WORK_MS;
    if (seed % BIG_EVERY == BIG_EVERY / 2) {
      int machines = 100 + random.nextInt(200);
      int jobs = 5 + random.nextInt(16);
      return new Scale(
          machines,
          jobs,
          4_000,
          15,
          3_000,
          15_000,
          2 * SHORT_WORK_MS,
          30,
          300,
          1,
          10_000,
          CLEAN_UP_MS,
          PROMISED_GAP);
    }
    boolean isSmall = random.nextBoolean();
    int machines = isSmall ? 5 + random.nextInt(5) : 10 + random.nextInt(21);
    int jobs = 2 + random.nextInt(isSmall ? 3 : 9);
    int faults = 5 + random.nextInt(8);
    return new Scale(
        machines,
        jobs,
        8_000,
        faults,
        3_000,
        40_000,
        workMs,
        5,
        60,
        4,
        30_000,
        CLEAN_UP_MS,
        WANTED_GAP);
  }

  /**
   * A thousand machines and up to fifty jobs, each batch a third of a second or so. Seed 0 is so
   * short that every build can run it; its rates can't be judged.
   */
  static Scale large(long seed, Random random) {
    int jobs = 41 + random.nextInt(10);
    return seed == 0
        ? new Scale(1_000, 50, 1_000, 30, 2_500, 5_000, 7_000, 25, 300, 1, 1_000, 6_000, 0)
        : new Scale(
            1_000,
            jobs,
            2_000,
            50,
            2_500,
            8_000,
            26_000,
            25,
            300,
            1,
            5_000,
            CLEAN_UP_MS,
            PROMISED_GAP);
  }
}
