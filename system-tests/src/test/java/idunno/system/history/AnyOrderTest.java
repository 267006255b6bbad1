package idunno.system.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The check against one that has no clever idea at all: it tries every order. */
class AnyOrderTest {
  private static final int HISTORIES = Integer.getInteger("history.orders", 4_000);
  private static final int MAX_OPERATIONS = 7;

  /** A name of the store in the plainest way: the contents of its versions, and the last number. */
  private record Plain(List<Long> versions, int last) {
    int latest() {
      return versions.isEmpty() ? 0 : last;
    }

    Plain put(long content) {
      List<Long> more = new ArrayList<>(versions);
      more.add(content);
      return new Plain(more, last + 1);
    }

    Outcome answer(Action action) {
      return switch (action) {
        case Action.Put put when isRefused(put) -> new Outcome.Conflict(latest());
        case Action.Put _ -> new Outcome.Stored(last + 1);
        case Action.Get() ->
            versions.isEmpty() ? new Outcome.Absent() : new Outcome.Found(last, versions.getLast());
        case Action.Delete() ->
            versions.isEmpty() ? new Outcome.Absent() : new Outcome.Deleted(versions.size());
      };
    }

    Plain after(Action action) {
      return switch (action) {
        case Action.Put put -> isRefused(put) ? this : put(put.content());
        case Action.Get() -> this;
        case Action.Delete() -> new Plain(List.of(), last);
      };
    }

    private boolean isRefused(Action.Put put) {
      return put.onlyOver().isPresent() && put.onlyOver().getAsInt() != latest();
    }
  }

  private static boolean hasAnOrder(List<Operation> left, Plain state) {
    if (left.stream().allMatch(Operation::isUnknown)) {
      return true;
    }
    for (Operation first : left) {
      boolean mayBeFirst =
          left.stream().allMatch(o -> o.isUnknown() || o.returnedNanos() >= first.calledNanos());
      if (mayBeFirst
          && (first.isUnknown() || state.answer(first.action()).equals(first.outcome()))) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(first);
        if (hasAnOrder(rest, state.after(first.action()))) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<Operation> random(SplittableRandom random) {
    List<Operation> history = new ArrayList<>();
    int count = 2 + random.nextInt(MAX_OPERATIONS - 1);
    int unansweredOneOf = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      long called = random.nextInt(20);
      long returned = called + random.nextInt(12);
      Action action = action(random, i);
      history.add(
          new Operation(
              i,
              "n1",
              "a",
              action,
              outcome(random, action, count, unansweredOneOf),
              called,
              returned));
    }
    return history;
  }

  private static Action action(SplittableRandom random, int content) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> new Action.Put(content);
      case 3 -> new Action.Put(content, OptionalInt.of(random.nextInt(3)));
      case 4 -> new Action.Delete();
      default -> new Action.Get();
    };
  }

  private static Outcome outcome(
      SplittableRandom random, Action action, int contents, int unansweredOneOf) {
    if (random.nextInt(unansweredOneOf) == 0) {
      return new Outcome.Unknown("timeout");
    }
    return switch (action) {
      case Action.Put put when put.onlyOver().isPresent() && random.nextBoolean() ->
          new Outcome.Conflict(random.nextInt(3));
      case Action.Put _ -> new Outcome.Stored(1 + random.nextInt(3));
      case Action.Get() ->
          random.nextInt(4) == 0
              ? new Outcome.Absent()
              : new Outcome.Found(1 + random.nextInt(3), random.nextInt(contents));
      case Action.Delete() ->
          random.nextInt(3) == 0
              ? new Outcome.Absent()
              : new Outcome.Deleted(1 + random.nextInt(2));
    };
  }

  @Test
  void theVerdictIsThatOfTryingEveryOrder() {
    int good = 0;
    for (int seed = 0; seed < HISTORIES; seed++) {
      List<Operation> history = random(new SplittableRandom(seed));
      boolean expected = hasAnOrder(history, new Plain(List.of(), 0));
      Verdict found = new Linearizability(1_000_000).check(history);
      assertEquals(
          expected, found instanceof Verdict.Linearizable, "seed " + seed + ": " + history);
      good += expected ? 1 : 0;
    }
    assertTrue(good > HISTORIES / 50 && good < HISTORIES / 2, good + " of " + HISTORIES);
  }

  @Test
  void whatARegisterReallyAnsweredIsAlwaysGoodAndAnAnswerFromThePastNever() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Operation> history = answered(random, 400);
      assertTrue(
          new Linearizability(1_000_000).check(history) instanceof Verdict.Linearizable,
          "seed " + seed);
      List<Operation> bad = withStaleGet(history);
      assertTrue(
          new Linearizability(1_000_000).check(bad) instanceof Verdict.Violated, "seed " + seed);
    }
  }

  /** Clients at once; each operation happens at a moment within it, and a tenth has no answer. */
  private static List<Operation> answered(SplittableRandom random, int count) {
    List<Operation> history = new ArrayList<>();
    Plain state = new Plain(List.of(), 0);
    for (int i = 0; i < count; i++) {
      long atNanos = 10L * i + 1_000;
      Action action = action(random, i);
      Outcome outcome = state.answer(action);
      boolean lost = random.nextInt(10) == 0;
      if (!lost || random.nextBoolean()) {
        state = state.after(action);
      }
      history.add(
          new Operation(
              i % 8,
              "n1",
              "a",
              action,
              lost ? new Outcome.Unknown("timeout") : outcome,
              atNanos - random.nextInt(60),
              atNanos + random.nextInt(60)));
    }
    return history;
  }

  /** Repeats the first get that read something, long after another put was answered. */
  private static List<Operation> withStaleGet(List<Operation> history) {
    Operation get =
        history.stream()
            .filter(operation -> operation.outcome() instanceof Outcome.Found)
            .findFirst()
            .orElseThrow();
    long end = history.stream().mapToLong(Operation::returnedNanos).max().orElseThrow();
    List<Operation> more = new ArrayList<>(history);
    more.add(
        new Operation(9, "n1", "a", get.action(), get.outcome(), end + 1_000_000, end + 1_000_001));
    return more;
  }
}
