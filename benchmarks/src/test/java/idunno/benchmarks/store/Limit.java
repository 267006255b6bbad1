package idunno.benchmarks.store;

/** What the machine itself can do; no store that keeps four copies on this disk can do more. */
enum Limit {
  PLAIN("4 plain writes of the large file at once, no fsync", "MB/s of user data"),
  SYNCED("the same, each with one fsync at its end", "MB/s of user data"),
  SYNCED_OFTEN("the same, each with an fsync every 4 MiB", "MB/s of user data"),
  FILES_PLAIN("4 plain files for each small one, no fsync", "files/s"),
  FILES_SYNCED("the same, each with an fsync", "files/s"),
  LOG_SYNCED("small files appended to 4 logs, an fsync each", "files/s"),
  LOG_GROUPED("the same, one fsync for all that wait", "files/s"),
  CACHE("reading the large file from the page cache", "MB/s"),
  LOOPBACK("one TCP stream over loopback", "MB/s"),
  CRC("CRC32C on one core", "MB/s"),
  CALIBRATION("additions on all cores", "rounds/s");

  private final String title;
  private final String unit;

  Limit(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  String title() {
    return title + ", " + unit;
  }
}
