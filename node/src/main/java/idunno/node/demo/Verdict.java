package idunno.node.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the demo proves, counted from the result files alone.
 *
 * @param asked how many queries were asked, over all jobs
 * @param answered how many have an answer, or a recorded failure
 * @param lost how many have neither
 * @param twice how many have more than one
 * @param broken what else is wrong, in words; empty if nothing is
 */
record Verdict(long asked, long answered, long lost, long twice, List<String> broken) {
  Verdict {
    broken = List.copyOf(broken);
  }

  /**
   * One job as it was asked and answered.
   *
   * @param name for people
   * @param queries how many were asked: 0, 1, 2 ...
   * @param results the result file, in its order
   */
  record Answers(String name, long queries, List<Result> results) {
    Answers {
      results = List.copyOf(results);
    }
  }

  /**
   * One line of a result file.
   *
   * @param query the query's number
   * @param label the best guess; absent for a failed query
   * @param score its probability, 0 to 1
   */
  record Result(long query, String file, Optional<String> label, double score) {}

  /**
   * Counts.
   *
   * @param survived what the cluster had to survive, and whether it did
   */
  static Verdict of(List<Answers> jobs, List<Survived> survived) {
    long asked = 0;
    long answered = 0;
    long lost = 0;
    long twice = 0;
    List<String> broken = new ArrayList<>();
    for (Answers job : jobs) {
      TreeMap<Long, Integer> times = new TreeMap<>();
      job.results().forEach(result -> times.merge(result.query(), 1, Integer::sum));
      asked += job.queries();
      for (long query = 0; query < job.queries(); query++) {
        int found = times.getOrDefault(query, 0);
        answered += found > 0 ? 1 : 0;
        lost += found == 0 ? 1 : 0;
        twice += found > 1 ? 1 : 0;
      }
      long failed = job.results().stream().filter(one -> one.label().isEmpty()).count();
      if (failed > 0) {
        broken.add(job.name() + ": " + failed + " queries failed, though every picture is well");
      }
      if (!times.isEmpty() && (times.firstKey() < 0 || times.lastKey() >= job.queries())) {
        broken.add(job.name() + ": results of queries that nobody asked");
      }
    }
    for (Survived one : survived) {
      if (!one.did()) {
        broken.add(one.what() + ": not survived");
      }
    }
    return new Verdict(asked, answered, lost, twice, broken);
  }

  /**
   * A death in the cluster.
   *
   * @param what for people
   * @param did whether batches went on, and the lost ones were run elsewhere
   */
  record Survived(String what, boolean did) {}

  /** Whether all is as it was promised. */
  boolean holds() {
    return asked > 0 && lost == 0 && twice == 0 && broken.isEmpty();
  }

  /** In one line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%,d queries asked, %,d answered, %d lost, %d counted twice",
        asked,
        answered,
        lost,
        twice);
  }
}
