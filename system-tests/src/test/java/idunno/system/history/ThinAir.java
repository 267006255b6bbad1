package idunno.system.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Contents that a get can't have been given, whatever the order: the search would find no order
 * either, but couldn't say why in two lines.
 */
final class ThinAir {
  private ThinAir() {}

  static Optional<Verdict.Violated> find(List<Operation> history) {
    Map<Long, Operation> puts = new HashMap<>();
    for (Operation operation : history) {
      if (operation.action() instanceof Action.Put put) {
        Operation before = puts.put(put.content(), operation);
        if (before != null) {
          throw new IllegalArgumentException("expected contents of one put each: " + operation);
        }
      }
    }
    return history.stream().flatMap(get -> judge(get, puts).stream()).findFirst();
  }

  private static Optional<Verdict.Violated> judge(Operation get, Map<Long, Operation> puts) {
    if (!(get.outcome() instanceof Outcome.Found(int version, long content))) {
      return Optional.empty();
    }
    Operation put = puts.get(content);
    if (put == null) {
      return Optional.of(violated(get, null, "was given bytes that nobody put"));
    }
    return switch (put.outcome()) {
      case Outcome.Failed _ ->
          Optional.of(violated(get, put, "was given bytes of a put that had failed"));
      case Outcome.Conflict _ ->
          Optional.of(violated(get, put, "was given bytes of a put that was refused"));
      case Outcome.Stored(int number) when number != version ->
          Optional.of(violated(get, put, "was given these bytes under another number"));
      case Outcome.Stored _,
          Outcome.Unknown _,
          Outcome.Found _,
          Outcome.Absent _,
          Outcome.Deleted _ ->
          put.calledNanos() > get.returnedNanos()
              ? Optional.of(violated(get, put, "was given bytes before they were put"))
              : Optional.empty();
    };
  }

  private static Verdict.Violated violated(Operation get, @Nullable Operation put, String why) {
    List<Operation> window = put == null ? List.of(get) : List.of(put, get);
    long zeroNanos = window.stream().mapToLong(Operation::calledNanos).min().orElse(0);
    String lines =
        window.stream()
            .map(operation -> operation.toLine(zeroNanos) + "\n")
            .collect(Collectors.joining());
    return new Verdict.Violated(window, "a get of " + get.name() + " " + why + ":\n" + lines);
  }
}
