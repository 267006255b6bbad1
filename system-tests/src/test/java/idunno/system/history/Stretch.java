package idunno.system.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A stretch of one name's history, made ready for the search.
 *
 * <p>What returns after the stretch counts as unanswered. Unanswered operations would make the
 * search explode, since each may happen at any time or never. So:
 *
 * <ul>
 *   <li>a put whose content a get was given has happened, with that number, before that get
 *       returned: it counts as answered by then;
 *   <li>of the others, nobody can tell apart two deletes, or two puts with the same condition.
 *       Whenever one of them happens, it may as well be the one that was called first: if another
 *       did, the two can change places, as neither has an end. So only how many of a kind have
 *       happened matters.
 * </ul>
 *
 * @param start the state before it
 * @param must what has happened, by call
 * @param may what may have happened and nobody saw, by kind, and by call within each
 */
record Stretch(Register start, List<Operation> must, List<List<Operation>> may) {
  private static final Comparator<Operation> BY_CALL =
      Comparator.comparingLong(Operation::calledNanos);

  /**
   * Cuts a stretch out of a history.
   *
   * @param fromNanos what returned before is left out, and the state is unknown; at {@link
   *     Long#MIN_VALUE} it is the beginning, and the name is new
   * @param toNanos what was called after is left out
   */
  static Stretch cut(List<Operation> history, long fromNanos, long toNanos) {
    Map<Long, Operation> readBy = new HashMap<>();
    for (Operation operation : history) {
      if (isWithin(operation, fromNanos, toNanos)
          && operation.outcome() instanceof Outcome.Found(int _, long content)) {
        readBy.merge(content, operation, (a, b) -> a.returnedNanos() <= b.returnedNanos() ? a : b);
      }
    }
    List<Operation> must = new ArrayList<>();
    Map<String, List<Operation>> may = new TreeMap<>();
    for (Operation operation : history) {
      if (operation.outcome() instanceof Outcome.Failed || operation.calledNanos() > toNanos) {
        continue;
      }
      if (isWithin(operation, fromNanos, toNanos)) {
        must.add(operation);
      } else if (operation.isUnknown() || operation.returnedNanos() > toNanos) {
        unanswered(operation, readBy, must, may);
      }
    }
    must.sort(BY_CALL);
    may.values().forEach(kind -> kind.sort(BY_CALL));
    return new Stretch(
        fromNanos == Long.MIN_VALUE ? Register.NEW : Register.UNKNOWN,
        must,
        List.copyOf(may.values()));
  }

  /** Whether it was answered within the stretch. */
  private static boolean isWithin(Operation operation, long fromNanos, long toNanos) {
    return !operation.isUnknown()
        && !(operation.outcome() instanceof Outcome.Failed)
        && operation.returnedNanos() >= fromNanos
        && operation.returnedNanos() <= toNanos;
  }

  private static void unanswered(
      Operation operation,
      Map<Long, Operation> readBy,
      List<Operation> must,
      Map<String, List<Operation>> may) {
    switch (operation.action()) {
      case Action.Get() -> {
        // It changes nothing, whatever it would have read.
      }
      case Action.Delete() -> addTo(may, "delete", operation);
      case Action.Put put -> {
        Operation get = readBy.get(put.content());
        if (get != null && get.outcome() instanceof Outcome.Found(int version, long _)) {
          // A get that returned before the put was called leaves a put that no order explains: the
          // times are kept as they are for it.
          must.add(
              with(
                  operation,
                  new Outcome.Stored(version),
                  Math.max(get.returnedNanos(), operation.calledNanos())));
        } else {
          addTo(may, "put over " + put.onlyOver(), operation);
        }
      }
    }
  }

  private static void addTo(Map<String, List<Operation>> may, String kind, Operation operation) {
    may.computeIfAbsent(kind, ignored -> new ArrayList<>())
        .add(with(operation, new Outcome.Unknown("unanswered"), operation.returnedNanos()));
  }

  private static Operation with(Operation operation, Outcome outcome, long returnedNanos) {
    return new Operation(
        operation.client(),
        operation.node(),
        operation.name(),
        operation.action(),
        outcome,
        operation.calledNanos(),
        returnedNanos);
  }
}
