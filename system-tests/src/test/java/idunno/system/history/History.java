package idunno.system.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All operations of a run.
 *
 * @param operations in any order
 */
public record History(List<Operation> operations) {
  private static final int MAX_CONFIGURATIONS = 2_000_000;

  /**
   * What the check of every name found.
   *
   * @param names how many there are
   * @param configurations how many were looked at
   * @param troubles what is wrong, by name; empty if all is well
   */
  public record Checked(int names, long configurations, List<String> troubles) {}

  /** Copies the operations. */
  public History {
    operations = List.copyOf(operations);
  }

  /** How many operations had no answer. */
  public long unknown() {
    return operations.stream().filter(Operation::isUnknown).count();
  }

  /** How many operations surely weren't done. */
  public long failed() {
    return operations.stream().filter(o -> o.outcome() instanceof Outcome.Failed).count();
  }

  /** Checks each name by itself. */
  public Checked check() {
    Map<String, List<Operation>> byName = new TreeMap<>();
    for (Operation operation : operations) {
      byName.computeIfAbsent(operation.name(), ignored -> new ArrayList<>()).add(operation);
    }
    Linearizability check = new Linearizability(MAX_CONFIGURATIONS);
    long configurations = 0;
    List<String> troubles = new ArrayList<>();
    for (Map.Entry<String, List<Operation>> name : byName.entrySet()) {
      switch (check.check(name.getValue())) {
        case Verdict.Linearizable(int looked) -> configurations += looked;
        case Verdict.Violated(List<Operation> _, String text) -> troubles.add(text);
        case Verdict.Undecided(int looked) ->
            troubles.add(
                "%s: undecided after %d configurations of %d operations"
                    .formatted(name.getKey(), looked, name.getValue().size()));
      }
    }
    return new Checked(byName.size(), configurations, troubles);
  }
}
