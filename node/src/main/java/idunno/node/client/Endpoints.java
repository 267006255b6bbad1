package idunno.node.client;

import idunno.core.base.Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The addresses that a client knows: those that it was given, and behind them those that the
 * cluster told it of, so that a dead node is replaced by the next one.
 *
 * <p>Thread-safe.
 */
final class Endpoints {
  private final List<Address> given;
  private final SequencedSet<Address> all;
  private Address current;
  private Optional<Address> home = Optional.empty();
  private boolean answered;

  /**
   * Starts with the addresses given.
   *
   * @throws IllegalArgumentException if there are none
   */
  Endpoints(List<Address> given) {
    if (given.isEmpty()) {
      throw new IllegalArgumentException("addresses: expected one or more, found none");
    }
    this.given = List.copyOf(given);
    this.all = new LinkedHashSet<>(given);
    this.current = given.getFirst();
  }

  /** Whom to ask next. */
  synchronized Address current() {
    return current;
  }

  /** The node that the user speaks of as "this one": the first of those given that answered. */
  synchronized Optional<Address> home() {
    return home;
  }

  /** Every address known. */
  synchronized List<Address> all() {
    return List.copyOf(all);
  }

  /** Whether any node has ever answered. */
  synchronized boolean hasAnswered() {
    return answered;
  }

  /** A node answered, whatever it said. */
  synchronized void answered(Address address) {
    answered = true;
    if (home.isEmpty() && given.contains(address)) {
      home = Optional.of(address);
    }
  }

  /** A node could not help: the one behind it is next, unless another call has moved on already. */
  synchronized void moveOnFrom(Address address) {
    if (current.equals(address)) {
      List<Address> order = new ArrayList<>(all);
      current = order.get((order.indexOf(address) + 1) % order.size());
    }
  }

  /** The cluster's word on who is alive; addresses that it no longer names are forgotten. */
  synchronized void learn(List<Address> alive) {
    all.clear();
    all.addAll(given);
    all.addAll(alive);
    if (!all.contains(current)) {
      current = all.getFirst();
    }
  }
}
