package idunno.benchmarks.store;

/** What is measured of a store. */
enum Measure {
  PUT("put %s", "MB/s"),
  GET("get %s to a file", "MB/s"),
  DRAIN("get %s, thrown away", "MB/s"),
  PUT_ALL("put %s", "files/s"),
  GET_ALL("get %s", "files/s");

  private final String what;
  private final String unit;

  Measure(String what, String unit) {
    this.what = what;
    this.unit = unit;
  }

  boolean isOfManyFiles() {
    return this == PUT_ALL || this == GET_ALL;
  }

  /** The head of its row. */
  String title(Workload load) {
    return what.formatted(isOfManyFiles() ? load.small() : load.large()) + ", " + unit;
  }

  /** The whole of it in its unit. */
  double amount(Workload load) {
    return isOfManyFiles() ? load.files() : load.largeBytes() / 1e6;
  }
}
