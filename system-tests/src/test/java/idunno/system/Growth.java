package idunno.system;

import idunno.system.Vitals.Role;
import idunno.system.Vitals.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * How something that a process holds grew: its median in the first third of the time that was
 * looked at, and in the last. Medians, so that a moment's work in between says nothing; thirds, so
 * that what grows with every job or fault has two thirds of them all to show.
 *
 * @param what it is
 * @param first its median in the first third
 * @param last its median in the last third
 * @param most by how much it may have grown
 */
record Growth(String what, long first, long last, long most) {
  private static final long MIB = 1 << 20;

  /** In the first seconds of its life a process gets its threads and connections. */
  private static final long WARM_UP_NANOS = 20_000_000_000L;

  /** For longer than that it loads and compiles: 1 of this many parts of its life. */
  private static final int WARM_UP_PART = 5;

  /** How many looks there must be for medians of thirds to mean anything. */
  private static final int ENOUGH = 12;

  /** A role held for less than 1 of this many parts of a life shows what comes first, no growth. */
  private static final int ROLE_PART = 4;

  /**
   * Connections and carriers come and go, ten or so; one more a fault would be two dozen in ten
   * minutes.
   */
  private static final int MOST_HANDLES = 16;

  /**
   * What of the heap is in use right after a collection. A finished job keeps its batches' records,
   * which are some 4 MiB for the jobs of ten minutes; a megabyte a job would be a hundred.
   */
  private static final long MOST_LIVE_BYTES = 16 * MIB;

  /** Heap, compiled code, malloc's arenas, pages of files. */
  private static final long MOST_RESIDENT_BYTES = 48 * MIB;

  boolean isTooMuch() {
    return last - first > most;
  }

  /** Of descriptors and threads, over a process's life, for each of its roles. */
  static List<Growth> ofHandles(List<Sample> life) {
    List<Growth> growths = new ArrayList<>();
    for (Role role : Role.values()) {
      List<Sample> warm =
          life.stream()
              .filter(one -> one.atNanos() - life.getFirst().atNanos() > WARM_UP_NANOS)
              .filter(one -> one.role() == role)
              .toList();
      if (warm.size() >= Math.max(ENOUGH, life.size() / ROLE_PART)) {
        String as = " as " + role.name().toLowerCase(Locale.ROOT);
        growths.add(of("descriptors" + as, warm, Sample::descriptors, MOST_HANDLES));
        growths.add(of("threads" + as, warm, Sample::threads, MOST_HANDLES));
      }
    }
    return growths;
  }

  /** Of memory, to be looked at and not judged: before a collection it says little. */
  static List<Growth> ofFootprint(List<Sample> life) {
    return life.size() < ENOUGH
        ? List.of()
        : List.of(of("resident in between", life, Sample::residentBytes, Long.MAX_VALUE));
  }

  /** Of memory, over those moments of a process's life at which its garbage was collected. */
  static List<Growth> ofMemory(List<Sample> life) {
    List<Sample> collected = life.stream().filter(one -> one.liveBytes().isPresent()).toList();
    List<Sample> warm = collected.subList(collected.size() / WARM_UP_PART, collected.size());
    if (warm.size() < ENOUGH) {
      return List.of();
    }
    return List.of(
        of("live heap", warm, one -> one.liveBytes().orElseThrow(), MOST_LIVE_BYTES),
        of("resident", warm, Sample::residentBytes, MOST_RESIDENT_BYTES),
        of("anonymous", warm, Sample::anonymousBytes, MOST_RESIDENT_BYTES));
  }

  private static Growth of(String what, List<Sample> warm, ToLongFunction<Sample> size, long most) {
    int third = warm.size() / 3;
    return new Growth(
        what,
        median(warm.subList(0, third), size),
        median(warm.subList(warm.size() - third, warm.size()), size),
        most);
  }

  private static long median(List<Sample> samples, ToLongFunction<Sample> size) {
    long[] sorted = samples.stream().mapToLong(size).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  @Override
  public String toString() {
    return most >= MIB
        ? String.format(
            Locale.ROOT, "%s %.1f -> %.1f MiB", what, (double) first / MIB, (double) last / MIB)
        : "%s %d -> %d".formatted(what, first, last);
  }
}
