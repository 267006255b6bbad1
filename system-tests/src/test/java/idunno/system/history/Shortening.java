package idunno.system.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes a history that no order explains as short as it goes while none does, so that people can
 * see why: first its end is brought forward, then its beginning, and then gets are left out that
 * don't matter.
 */
final class Shortening {
  private static final int MAX_LINES = 60;

  private final Linearizability check;
  private final List<Operation> history;

  Shortening(Linearizability check, List<Operation> history) {
    this.check = check;
    this.history = history;
  }

  /** The shortest stretch. */
  Verdict.Violated shortest() {
    List<Long> times =
        history.stream()
            .filter(operation -> !operation.isUnknown())
            .map(Operation::returnedNanos)
            .sorted()
            .distinct()
            .collect(Collectors.toCollection(ArrayList::new));
    long toNanos = times.get(firstBadEnd(times));
    times.removeIf(time -> time > toNanos);
    times.addFirst(Long.MIN_VALUE);
    long fromNanos = times.get(lastBadBeginning(times, toNanos));
    List<Operation> left = withoutIdleGets(fromNanos, toNanos);
    List<Operation> window =
        left.stream()
            .filter(operation -> !(operation.outcome() instanceof Outcome.Failed))
            .filter(operation -> operation.calledNanos() <= toNanos)
            .filter(operation -> operation.isUnknown() || operation.returnedNanos() >= fromNanos)
            .sorted(Comparator.comparingLong(Operation::calledNanos))
            .toList();
    return new Verdict.Violated(window, text(window, fromNanos));
  }

  private boolean isBad(List<Operation> operations, long fromNanos, long toNanos) {
    return check.isViolatedBy(Stretch.cut(operations, fromNanos, toNanos));
  }

  /** A stretch that ends later has all that one that ends earlier has, and so is bad too. */
  private int firstBadEnd(List<Long> times) {
    int low = 0;
    int high = times.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBad(history, Long.MIN_VALUE, times.get(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private int lastBadBeginning(List<Long> times, long toNanos) {
    int low = 0;
    int high = times.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (isBad(history, times.get(middle), toNanos)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private List<Operation> withoutIdleGets(long fromNanos, long toNanos) {
    List<Operation> left = new ArrayList<>(history);
    left.removeIf(
        operation ->
            operation.action() instanceof Action.Get
                && (operation.isUnknown()
                    || operation.returnedNanos() < fromNanos
                    || operation.returnedNanos() > toNanos));
    for (Operation get : List.copyOf(left)) {
      if (get.action() instanceof Action.Get) {
        List<Operation> without = new ArrayList<>(left);
        without.remove(get);
        if (isBad(without, fromNanos, toNanos)) {
          left = without;
        }
      }
    }
    return left;
  }

  private String text(List<Operation> window, long fromNanos) {
    long zeroNanos = history.stream().mapToLong(Operation::calledNanos).min().orElse(0);
    List<Operation> lines =
        window.stream()
            .filter(operation -> !operation.isUnknown() || operation.calledNanos() >= fromNanos)
            .toList();
    int before = window.size() - lines.size();
    StringBuilder text = new StringBuilder();
    text.append(
        "no order explains these %d of the %d operations on %s%s%s:\n"
            .formatted(
                lines.size(),
                history.size(),
                window.getFirst().name(),
                fromNanos == Long.MIN_VALUE
                    ? ", which was new before"
                    : ", whatever was there before",
                before == 0 ? "" : " (" + before + " unanswered ones from before may happen too)"));
    lines.stream()
        .limit(MAX_LINES)
        .forEach(operation -> text.append(operation.toLine(zeroNanos)).append('\n'));
    if (lines.size() > MAX_LINES) {
      text.append("and %d more\n".formatted(lines.size() - MAX_LINES));
    }
    return text.toString();
  }
}
