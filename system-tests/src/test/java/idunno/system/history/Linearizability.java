package idunno.system.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a history of one name is linearizable: whether each operation can be given one moment
 * between its call and its return so that, in the order of these moments, all answers are those of
 * a {@link Register}. A store is linearizable if and only if each of its names is (Herlihy and
 * Wing, "Linearizability: a correctness condition for concurrent objects", 1990).
 *
 * <p>The search is that of Wing and Gong ("Testing and verifying concurrent objects", 1993): take
 * any operation that was called before all others that are left have returned, see whether the
 * model may answer so, and go on from there. It is made feasible by Lowe's addition ("Testing for
 * linearizability", 2017): a configuration, what was taken and the state that it led to, is looked
 * at once, however it was reached.
 */
public final class Linearizability {
  private final int maxConfigurations;

  /**
   * A check with bounded memory.
   *
   * @param maxConfigurations how many are remembered, of some 200 bytes each, before the check
   *     gives up
   */
  public Linearizability(int maxConfigurations) {
    this.maxConfigurations = maxConfigurations;
  }

  /**
   * What was taken, and the state then.
   *
   * @param first the first of the answered ones that is left, by call; all before it are taken
   * @param more those behind it that are taken as well, counted from it
   * @param hidden how many of each kind of the unanswered ones are taken
   */
  private record Configuration(int first, BitSet more, List<Integer> hidden, Register state) {
    Seen.Place place() {
      return new Seen.Place(first, more, state);
    }
  }

  private sealed interface Found {
    record Order(int configurations) implements Found {}

    record NoOrder() implements Found {}

    record TooMany() implements Found {}
  }

  /** Checks all operations on one name. */
  public Verdict check(List<Operation> history) {
    Optional<Verdict.Violated> fromNowhere = ThinAir.find(history);
    if (fromNowhere.isPresent()) {
      return fromNowhere.get();
    }
    return switch (search(Stretch.cut(history, Long.MIN_VALUE, Long.MAX_VALUE))) {
      case Found.Order(int configurations) -> new Verdict.Linearizable(configurations);
      case Found.TooMany() -> new Verdict.Undecided(maxConfigurations);
      case Found.NoOrder() -> new Shortening(this, history).shortest();
    };
  }

  /** Whether it is proven that no order explains a stretch. */
  boolean isViolatedBy(Stretch stretch) {
    return search(stretch) instanceof Found.NoOrder;
  }

  private Found search(Stretch stretch) {
    List<Operation> must = stretch.must();
    Set<Integer> numbers = numbers(must);
    Configuration begin =
        new Configuration(
            0, new BitSet(), stretch.may().stream().map(_ -> 0).toList(), stretch.start());
    Seen seen = new Seen();
    Deque<Configuration> open = new ArrayDeque<>(List.of(begin));
    while (!open.isEmpty()) {
      Configuration now = open.pop();
      if (now.first() == must.size()) {
        return new Found.Order(seen.size());
      }
      for (Configuration next : nextOf(now, stretch, numbers)) {
        if (seen.isNew(next.place(), next.hidden())) {
          open.push(next);
        }
      }
      if (seen.size() > maxConfigurations) {
        return new Found.TooMany();
      }
    }
    return new Found.NoOrder();
  }

  /** The numbers of the puts that were answered: no other put had one of them. */
  private static Set<Integer> numbers(List<Operation> must) {
    Set<Integer> numbers = new TreeSet<>();
    for (Operation operation : must) {
      if (operation.outcome() instanceof Outcome.Stored(int version)) {
        numbers.add(version);
      }
    }
    return numbers;
  }

  /** The likeliest last, as it is looked at first. */
  private static List<Configuration> nextOf(
      Configuration now, Stretch stretch, Set<Integer> numbers) {
    List<Configuration> next = new ArrayList<>();
    List<Operation> must = stretch.must();
    long untilNanos = Long.MAX_VALUE;
    for (int i = now.first(); i < must.size() && must.get(i).calledNanos() <= untilNanos; i++) {
      if (!now.more().get(i - now.first())) {
        untilNanos = Math.min(untilNanos, must.get(i).returnedNanos());
      }
    }
    for (int kind = 0; kind < stretch.may().size(); kind++) {
      int taken = now.hidden().get(kind);
      List<Operation> all = stretch.may().get(kind);
      if (taken < all.size() && all.get(taken).calledNanos() <= untilNanos) {
        int which = kind;
        step(now.state(), all.get(taken))
            .filter(state -> state.last() == now.state().last() || !numbers.contains(state.last()))
            .ifPresent(state -> next.add(withHidden(now, which, state)));
      }
    }
    for (int i = now.first(); i < must.size() && must.get(i).calledNanos() <= untilNanos; i++) {
      if (!now.more().get(i - now.first())) {
        int which = i;
        step(now.state(), must.get(i)).ifPresent(state -> next.add(with(now, which, state)));
      }
    }
    return next;
  }

  private static Optional<Register> step(Register state, Operation operation) {
    return state.after(operation.action(), operation.outcome());
  }

  private static Configuration with(Configuration now, int index, Register state) {
    BitSet taken = (BitSet) now.more().clone();
    taken.set(index - now.first());
    int ahead = taken.nextClearBit(0);
    return new Configuration(
        now.first() + ahead,
        ahead == 0 ? taken : taken.get(ahead, Math.max(ahead, taken.length())),
        now.hidden(),
        state);
  }

  private static Configuration withHidden(Configuration now, int kind, Register state) {
    List<Integer> hidden = new ArrayList<>(now.hidden());
    hidden.set(kind, hidden.get(kind) + 1);
    return new Configuration(now.first(), now.more(), List.copyOf(hidden), state);
  }
}
