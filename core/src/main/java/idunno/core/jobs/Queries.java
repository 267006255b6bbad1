package idunno.core.jobs;

import idunno.core.base.Range;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Some of a job's queries, in order: those of a batch, or all that are run again.
 *
 * @param runs their numbers as ranges, in order, none touching the next; one or more
 */
public record Queries(List<Range> runs) {
  /**
   * Keeps its own copy of the list.
   *
   * @throws IllegalArgumentException if there is none, or they are out of order
   */
  public Queries {
    runs = List.copyOf(runs);
    for (int i = 1; i < runs.size(); i++) {
      if (runs.get(i).start() <= runs.get(i - 1).end() + 1) {
        throw new IllegalArgumentException(
            "queries: expected ranges in order that don't touch, found " + runs);
      }
    }
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("queries: expected one or more, found none");
    }
  }

  /** All queries of a range. */
  public static Queries of(Range range) {
    return new Queries(List.of(range));
  }

  /** The queries of those numbers, which are in order, none twice. */
  public static Queries of(Collection<Long> numbers) {
    List<Range> runs = new ArrayList<>();
    for (long number : numbers) {
      boolean goesOn = !runs.isEmpty() && runs.getLast().end() == number - 1;
      long start = goesOn ? runs.removeLast().start() : number;
      runs.add(new Range(start, number));
    }
    return new Queries(runs);
  }

  /** How many they are. */
  public long size() {
    return runs.stream().mapToLong(Range::size).sum();
  }

  /** From the first to the last of them, whatever lies between. */
  public Range span() {
    return new Range(runs.getFirst().start(), runs.getLast().end());
  }

  /** Whether a query is one of them. */
  public boolean has(long query) {
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (runs.get(middle).end() < query) {
        low = middle + 1;
      } else if (runs.get(middle).start() > query) {
        high = middle - 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /**
   * Some of them.
   *
   * @param skipped how many of the first are left out
   * @param most how many are taken at the most, 1 or more
   */
  public Queries slice(long skipped, long most) {
    List<Range> taken = new ArrayList<>();
    long before = skipped;
    long left = most;
    for (Range run : runs) {
      if (before >= run.size()) {
        before -= run.size();
      } else if (left > 0) {
        long start = run.start() + before;
        long end = Math.min(run.end(), start + left - 1);
        taken.add(new Range(start, end));
        left -= end - start + 1;
        before = 0;
      }
    }
    return new Queries(taken);
  }

  /** Their numbers, in order. */
  public LongStream numbers() {
    return runs.stream().flatMapToLong(run -> LongStream.rangeClosed(run.start(), run.end()));
  }

  /** As logs have it: {@code 0..7}, or {@code 3..3,17..19}. */
  @Override
  public String toString() {
    return runs.stream()
        .map(run -> run.start() + ".." + run.end())
        .collect(Collectors.joining(","));
  }
}
