package idunno.benchmarks.store;

/**
 * How much is measured, as said by system properties.
 *
 * @param rounds how often everything is measured after a first time that warms up; {@code
 *     store.rounds}
 * @param largeBytes the length of the large file; {@code store.mib}, in MiB
 * @param files how many small files; {@code store.files}
 * @param fileBytes the length of a small file; {@code store.fileBytes}
 * @param threads how many of the client's threads share the small files; {@code store.threads}
 */
record Workload(int rounds, long largeBytes, int files, int fileBytes, int threads) {
  /** How many copies of everything each store keeps. */
  static final int COPIES = 4;

  private static final int MIB = 1 << 20;

  static Workload fromProperties() {
    return new Workload(
        Integer.getInteger("store.rounds", 5),
        (long) Integer.getInteger("store.mib", 1024) * MIB,
        Integer.getInteger("store.files", 2000),
        Integer.getInteger("store.fileBytes", 110_000),
        Integer.getInteger("store.threads", 8));
  }

  /** The small file of that number, in whatever folder. */
  static String smallName(int number) {
    return "f%06d".formatted(number);
  }

  /** All small files together. */
  long smallBytes() {
    return (long) files * fileBytes;
  }

  String large() {
    return largeBytes % (1L << 30) == 0 ? (largeBytes >> 30) + " GiB" : (largeBytes >> 20) + " MiB";
  }

  String small() {
    return "%,d files of %d KB".formatted(files, fileBytes / 1000);
  }
}
