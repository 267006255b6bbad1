package idunno.node.quantize;

import static java.util.Objects.requireNonNull;

import idunno.node.quantize.Unit.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is computed in 8 bits, and on which grids.
 *
 * @param active the units in 8 bits, in the network's order
 * @param grids the grid of each value that is kept in 8 bits
 */
record Plan(Set<Unit> active, Map<String, Grid> grids) {

  /**
   * Plans for a network.
   *
   * @param ranges the range that each value's grid should cover, for all of {@link #measured}
   * @param left the names of the units that stay in floats
   */
  static Plan of(Network network, Units units, Map<String, Range> ranges, Set<String> left) {
    Set<Unit> active = active(units, left);
    Set<String> kept = new LinkedHashSet<>();
    active.forEach(unit -> kept.addAll(unit.inputs()));
    for (Unit unit : active) {
      if (unit.kind() != Kind.PRODUCT_WITH_WEIGHTS) {
        kept.add(unit.output());
      }
    }
    return new Plan(active, grids(network, units, active, kept, ranges));
  }

  /** Without weights there is something to gain only between two neighbours in 8 bits. */
  private static Set<Unit> active(Units units, Set<String> left) {
    Set<Unit> fed = new LinkedHashSet<>();
    for (Unit unit : units.all()) {
      boolean follows =
          unit.inputs().stream().anyMatch(in -> units.maker(in).filter(fed::contains).isPresent());
      if (!left.contains(unit.name()) && (unit.hasWeights() || follows)) {
        fed.add(unit);
      }
    }
    Set<Unit> active = new LinkedHashSet<>(fed);
    Set<String> wanted = new HashSet<>();
    for (Unit unit : units.all().reversed()) {
      if (fed.contains(unit)) {
        if (unit.hasWeights() || wanted.contains(unit.output())) {
          wanted.addAll(unit.inputs());
        } else {
          active.remove(unit);
        }
      }
    }
    return active;
  }

  /** The values whose ranges must be known: all that could be kept in 8 bits. */
  static Set<String> measured(Units units) {
    Set<String> values = new LinkedHashSet<>();
    for (Unit unit : units.all()) {
      values.addAll(unit.inputs());
      values.add(unit.output());
    }
    for (Unit unit : units.all()) {
      if (unit.kind() == Kind.MOVE) {
        values.remove(unit.output());
      }
    }
    return values;
  }

  private static Map<String, Grid> grids(
      Network network, Units units, Set<Unit> active, Set<String> kept, Map<String, Range> ranges) {
    // Values that share a grid, by union-find: each points to another, in the end to one for all.
    Map<String, String> shares = new HashMap<>();
    for (Unit unit : active) {
      if (unit.kind() == Kind.MOVE) {
        shares.put(root(shares, unit.output()), root(shares, unit.inputs().getFirst()));
      } else if (unit.kind() == Kind.CONCATENATION) {
        for (String input : unit.inputs()) {
          // On the result's grid from the start, it need not be rounded twice.
          if (network.isUsedOnce(input)
              && !root(shares, input).equals(root(shares, unit.output()))) {
            shares.put(root(shares, unit.output()), root(shares, input));
          }
        }
      }
    }
    Map<String, Range> together = new LinkedHashMap<>();
    for (String value : kept) {
      @Nullable Range range = ranges.get(unmoved(units, value));
      if (range == null) {
        throw new IllegalStateException("value " + value + ": its range is not known");
      }
      together.merge(root(shares, value), range, Range::and);
    }
    Map<String, Grid> grids = new LinkedHashMap<>();
    for (String value : kept) {
      grids.put(value, Grid.of(requireNonNull(together.get(root(shares, value)))));
    }
    return grids;
  }

  /** The value that another has its numbers from. */
  private static String unmoved(Units units, String value) {
    String at = value;
    while (true) {
      Optional<Unit> move = units.maker(at).filter(unit -> unit.kind() == Kind.MOVE);
      if (move.isEmpty()) {
        return at;
      }
      at = move.get().inputs().getFirst();
    }
  }

  private static String root(Map<String, String> shares, String value) {
    String at = value;
    for (@Nullable String next = shares.get(at); next != null; next = shares.get(at)) {
      at = next;
    }
    return at;
  }

  /** The same with one unit alone. */
  Plan only(Unit unit) {
    Map<String, Grid> own = new LinkedHashMap<>();
    Stream.concat(unit.inputs().stream(), Stream.of(unit.output()))
        .filter(grids::containsKey)
        .forEach(value -> own.put(value, requireNonNull(grids.get(value))));
    return new Plan(Set.of(unit), own);
  }
}
