package idunno.system;

import idunno.core.base.Address;
import idunno.node.demo.LocalCluster.Machine;
import idunno.system.history.Action;
import idunno.system.history.Operation;
import idunno.system.history.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * One client of a run: one operation at a time, at random nodes, over plain HTTP or by the
 * program's own client, with little patience. Nothing is ever taken for not done unless a node says
 * so, or none was reached.
 */
final class HistoryClient {
  private static final int MAX_MORE_BYTES = 200;
  private static final int PUTS_PERCENT = 32;
  private static final int PUTS_OVER_PERCENT = 10;
  private static final int DELETES_PERCENT = 8;

  private final int number;
  private final List<Machine> machines;
  private final List<String> names;
  private final Writes writes;
  private final boolean stale;
  private final SplittableRandom random;
  private final OverHttp http;
  private final ByClient client;
  private final Map<String, Integer> lastSeen = new HashMap<>();
  private final List<Operation> done = new ArrayList<>();

  /**
   * A client with nothing done.
   *
   * @param stale whether gets may be answered from the past; the check must find that out
   * @param local a local file that nobody else uses
   */
  HistoryClient(
      int number,
      List<Machine> machines,
      List<String> names,
      Writes writes,
      boolean stale,
      Path local,
      SplittableRandom random) {
    this.number = number;
    this.machines = machines;
    this.names = names;
    this.writes = writes;
    this.stale = stale;
    this.random = random;
    this.http = new OverHttp(machines, writes, stale, random.split());
    List<Address> apis = new ArrayList<>(machines.stream().map(Machine::api).toList());
    Collections.shuffle(apis, new Random(random.nextLong()));
    this.client = new ByClient(apis, writes, local);
  }

  /** What it has done. To be asked when it does nothing more. */
  List<Operation> done() {
    return done;
  }

  /** Does one operation, whatever comes of it. */
  void act() throws InterruptedException {
    String name = names.get(random.nextInt(names.size()));
    int kind = random.nextInt(100);
    if (kind < PUTS_PERCENT) {
      put(name, OptionalInt.empty());
    } else if (kind < PUTS_PERCENT + PUTS_OVER_PERCENT) {
      put(name, OptionalInt.of(lastSeen.getOrDefault(name, 0)));
    } else if (kind < PUTS_PERCENT + PUTS_OVER_PERCENT + DELETES_PERCENT) {
      delete(name);
    } else {
      read(name, machines.get(random.nextInt(machines.size())));
    }
  }

  private boolean overHttp() {
    return random.nextInt(3) != 0;
  }

  private void put(String name, OptionalInt onlyOver) throws InterruptedException {
    Writes.Write write = writes.fresh(random.nextInt(MAX_MORE_BYTES));
    long called = System.nanoTime();
    OverHttp.Answered answered =
        overHttp()
            ? http.put(name, write, onlyOver)
            : new OverHttp.Answered("any", client.put(name, write, onlyOver));
    add(name, new Action.Put(write.number(), onlyOver), answered, called);
  }

  private void delete(String name) throws InterruptedException {
    long called = System.nanoTime();
    OverHttp.Answered answered =
        overHttp() ? http.delete(name) : new OverHttp.Answered("any", client.delete(name));
    add(name, new Action.Delete(), answered, called);
  }

  /** Reads a name: its bytes, at that node or by the client, or its list of versions. */
  void read(String name, Machine machine) throws InterruptedException {
    long called = System.nanoTime();
    OverHttp.Answered answered;
    if (stale || overHttp()) {
      answered = new OverHttp.Answered(machine.name(), http.get(name, machine));
    } else {
      Outcome outcome = random.nextBoolean() ? client.get(name) : client.list(name);
      answered = new OverHttp.Answered("any", outcome);
    }
    add(name, new Action.Get(), answered, called);
  }

  private void add(String name, Action action, OverHttp.Answered answered, long called) {
    done.add(
        new Operation(
            number, answered.node(), name, action, answered.outcome(), called, System.nanoTime()));
    switch (answered.outcome()) {
      case Outcome.Stored(int version) -> lastSeen.put(name, version);
      case Outcome.Found(int version, long _) -> lastSeen.put(name, version);
      case Outcome.Conflict(int found) -> lastSeen.put(name, found);
      case Outcome.Absent _, Outcome.Deleted _ -> lastSeen.put(name, 0);
      case Outcome.Failed _, Outcome.Unknown _ -> {
        // What is there is no clearer than before.
      }
    }
  }
}
