package idunno.system.history;

import java.util.Locale;

/**
 * One operation of a history.
 *
 * @param client who asked
 * @param node whom it asked, the last one where it asked several
 * @param name the name that it was about
 * @param action what it asked
 * @param outcome what it was told
 * @param calledNanos when it asked, by the one monotonic clock of the history
 * @param returnedNanos when it was told, or gave up
 */
public record Operation(
    int client,
    String node,
    String name,
    Action action,
    Outcome outcome,
    long calledNanos,
    long returnedNanos) {
  /**
   * Checks the order of times and that the outcome is one of the action's.
   *
   * @throws IllegalArgumentException if either is wrong
   */
  public Operation {
    boolean fits =
        switch (outcome) {
          case Outcome.Stored _, Outcome.Conflict _ -> action instanceof Action.Put;
          case Outcome.Found _ -> action instanceof Action.Get;
          case Outcome.Absent _ -> !(action instanceof Action.Put);
          case Outcome.Deleted _ -> action instanceof Action.Delete;
          case Outcome.Failed _, Outcome.Unknown _ -> true;
        };
    if (!fits || returnedNanos < calledNanos) {
      throw new IllegalArgumentException(
          "expected an outcome of the action, after its call; found "
              + outcome
              + " of "
              + action
              + ", "
              + (returnedNanos - calledNanos)
              + " ns later");
    }
  }

  boolean isUnknown() {
    return outcome instanceof Outcome.Unknown;
  }

  /** One line for people, times in ms since that moment. */
  String toLine(long zeroNanos) {
    return String.format(
        Locale.ROOT,
        "%10.3f to %s ms, client %2d at %s: %s -> %s",
        (calledNanos - zeroNanos) / 1e6,
        isUnknown()
            ? "      ever"
            : String.format(Locale.ROOT, "%10.3f", (returnedNanos - zeroNanos) / 1e6),
        client,
        node,
        asked(),
        told());
  }

  private String asked() {
    return switch (action) {
      case Action.Put(long content, var onlyOver) ->
          "put #" + content + (onlyOver.isPresent() ? " over " + onlyOver.getAsInt() : "");
      case Action.Get() -> "get";
      case Action.Delete() -> "delete";
    };
  }

  private String told() {
    return switch (outcome) {
      case Outcome.Stored(int version) -> "version " + version;
      case Outcome.Conflict(int found) -> "conflict with version " + found;
      case Outcome.Found(int version, long content) -> "version " + version + ", #" + content;
      case Outcome.Absent() -> "no such file";
      case Outcome.Deleted(int versions) -> versions + " versions";
      case Outcome.Failed(String why) -> "not done (" + why + ")";
      case Outcome.Unknown(String why) -> "unknown (" + why + ")";
    };
  }
}
