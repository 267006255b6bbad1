package idunno.system.history;

import java.util.List;

/** What the check of one name's history found. */
public sealed interface Verdict {
  /**
   * There is an order that explains all of it.
   *
   * @param configurations how many were looked at
   */
  record Linearizable(int configurations) implements Verdict {}

  /**
   * There is none.
   *
   * @param window the shortest stretch found that no order explains, by its calls
   * @param text the same for people, with what it leaves out
   */
  record Violated(List<Operation> window, String text) implements Verdict {}

  /** More configurations than fit in memory; nothing is proven. */
  record Undecided(int configurations) implements Verdict {}
}
