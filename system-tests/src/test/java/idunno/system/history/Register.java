package idunno.system.history;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One name of the store, as if there were one client and no fault: the model that histories are
 * compared with. A value; each step gives the next, or nothing where that can't have been the
 * answer.
 *
 * <p>What isn't known at the beginning of a window of a history is {@code ANY}, until an answer
 * tells it.
 *
 * @param last the number that was used last, 0 for none yet
 * @param visible how many versions there are; {@link #SOME} for one or more
 * @param content the latest version's, where there is one
 */
record Register(int last, int visible, long content) {
  static final int ANY = -1;

  /** One or more. */
  static final int SOME = -2;

  /** The content of a put that nobody ever read. */
  static final long UNSEEN = -3;

  /** A name that was never used. */
  static final Register NEW = new Register(0, 0, UNSEEN);

  /** A name of which nothing is known. */
  static final Register UNKNOWN = new Register(ANY, ANY, ANY);

  /** The state after an operation that was answered so; empty if it can't have been. */
  Optional<Register> after(Action action, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Stored(int version) when action instanceof Action.Put put ->
          over(put.onlyOver()).filter(r -> r.mayBeNext(version)).map(r -> r.with(version, put));
      case Outcome.Conflict(int found)
          when action instanceof Action.Put(long _, OptionalInt wanted) ->
          wanted.isPresent() && wanted.getAsInt() == found
              ? Optional.empty()
              : over(OptionalInt.of(found));
      case Outcome.Found(int version, long read) -> found(version, read);
      case Outcome.Absent() -> over(OptionalInt.of(0));
      case Outcome.Deleted(int versions) ->
          versions > 0 && (visible < 0 || visible == versions)
              ? Optional.of(new Register(last, 0, UNSEEN))
              : Optional.empty();
      case Outcome.Unknown _ -> hidden(action);
      case Outcome.Stored _, Outcome.Conflict _, Outcome.Failed _ -> Optional.empty();
    };
  }

  /** The state after an operation without an answer that took effect; empty if it has none. */
  private Optional<Register> hidden(Action action) {
    return switch (action) {
      case Action.Put put -> over(put.onlyOver()).map(r -> r.withUnseen());
      case Action.Delete() ->
          visible == 0 ? Optional.empty() : Optional.of(new Register(last, 0, UNSEEN));
      case Action.Get() -> Optional.empty();
    };
  }

  /** This state, where that is the number of its latest version; 0 for no version. */
  private Optional<Register> over(OptionalInt latest) {
    if (latest.isEmpty()) {
      return Optional.of(this);
    }
    int number = latest.getAsInt();
    if (number == 0) {
      return visible == 0 || visible == ANY
          ? Optional.of(new Register(last, 0, UNSEEN))
          : Optional.empty();
    }
    return visible != 0 && (last == ANY || last == number)
        ? Optional.of(new Register(number, visible == ANY ? SOME : visible, content))
        : Optional.empty();
  }

  private Optional<Register> found(int version, long read) {
    return over(OptionalInt.of(version))
        .filter(r -> version > 0 && (r.content == ANY || r.content == read))
        .map(r -> new Register(r.last, r.visible, read));
  }

  private boolean mayBeNext(int version) {
    return last == ANY ? version > 0 : version == last + 1;
  }

  private Register with(int version, Action.Put put) {
    return new Register(version, visible < 0 ? SOME : visible + 1, put.content());
  }

  private Register withUnseen() {
    return new Register(last == ANY ? ANY : last + 1, visible < 0 ? SOME : visible + 1, UNSEEN);
  }
}
