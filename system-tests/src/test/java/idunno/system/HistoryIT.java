package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.demo.LocalCluster.Machine;
import idunno.system.history.History;
import idunno.system.history.Operation;
import idunno.system.history.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many clients at all nodes at once, while nodes are killed, frozen and cut off: is what they were
 * told as if there were one machine that did one thing after the other?
 *
 * <p>{@code -Dhistory.operations=50000} for a long run, {@code -Dhistory.seed=N} for the same draws
 * again (not the same history: processes and networks have a will of their own), {@code
 * -Dhistory.faults=false} for none, {@code -Dhistory.stale=true} to see the check fail.
 */
class HistoryIT {
  private static final int NODES = 5;
  private static final int CLIENTS = Integer.getInteger("history.clients", 48);
  private static final int NAMES = 40;
  private static final int OPERATIONS = Integer.getInteger("history.operations", 3_000);
  private static final boolean FAULTS =
      Boolean.parseBoolean(System.getProperty("history.faults", "true"));

  // Short silences: most of the pauses and cuts shall cost the coordinator its office.
  @RegisterExtension
  static final Cluster CLUSTER =
      Cluster.withWires(
          NODES, "--slots", "0", "--election-min-ms", "300", "--election-max-ms", "600");

  @Test
  void whatClientsSeeUnderFaultsIsAsIfOneThingHappenedAfterTheOther() throws Exception {
    long seed = Long.getLong("history.seed", new Random().nextLong(1_000_000));
    boolean stale = Boolean.getBoolean("history.stale");
    System.out.println("history: seed " + seed + ", " + OPERATIONS + " operations");
    List<String> names = IntStream.range(0, NAMES).mapToObj(i -> "history/" + i).toList();
    Writes writes = new Writes();
    SplittableRandom random = new SplittableRandom(seed);
    List<HistoryClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(client(i, names, writes, stale, random));
    }
    CountDownLatch end = new CountDownLatch(1);
    Faults faults = new Faults(CLUSTER, seed, end);
    long startedNanos = System.nanoTime();
    run(clients, faults, end);
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    CLUSTER.mend();
    HistoryClient last = client(CLIENTS, names, writes, stale, random);
    for (Machine machine : CLUSTER.machines()) {
      for (String name : names) {
        last.read(name, machine);
      }
    }
    clients.add(last);
    judge(seed, clients, faults, seconds);
  }

  private static HistoryClient client(
      int number, List<String> names, Writes writes, boolean stale, SplittableRandom random)
      throws IOException {
    Path local = CLUSTER.scratch().resolve("client-" + number);
    return new HistoryClient(
        number, CLUSTER.machines(), names, writes, stale, local, random.split());
  }

  private static void run(List<HistoryClient> clients, Faults faults, CountDownLatch end)
      throws Exception {
    AtomicLong left = new AtomicLong(OPERATIONS);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (HistoryClient client : clients) {
        all.add(
            threads.submit(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    client.act();
                  }
                  return null;
                }));
      }
      Future<?> trouble =
          threads.submit(
              () -> {
                if (FAULTS) {
                  faults.run();
                }
                return null;
              });
      try {
        for (Future<?> one : all) {
          one.get();
        }
      } finally {
        left.set(0);
        end.countDown();
      }
      trouble.get();
    }
  }

  private static void judge(long seed, List<HistoryClient> clients, Faults faults, double seconds) {
    List<Operation> operations =
        clients.stream().flatMap(client -> client.done().stream()).toList();
    History history = new History(operations);
    long startedNanos = System.nanoTime();
    History.Checked checked = history.check();
    double checkSeconds = (System.nanoTime() - startedNanos) / 1e9;
    long longestMs =
        operations.stream().mapToLong(o -> o.returnedNanos() - o.calledNanos()).max().orElse(0)
            / 1_000_000;
    System.out.printf(
        "history: seed %d, %d operations on %d names by %d clients in %.1f s, %d faults; answered"
            + " %d, unknown %d (%.1f %%; of puts and deletes %d), surely not done %d, longest %d"
            + " ms; %d configurations checked in %.1f s: %s%n",
        seed,
        operations.size(),
        checked.names(),
        CLIENTS,
        seconds,
        faults.log().size(),
        operations.size() - history.unknown() - history.failed(),
        history.unknown(),
        100.0 * history.unknown() / operations.size(),
        operations.stream().filter(HistoryIT::isUnknownChange).count(),
        history.failed(),
        longestMs,
        checked.configurations(),
        checkSeconds,
        checked.troubles().isEmpty() ? "linearizable" : "NOT LINEARIZABLE");
    assertTrue(
        operations.stream().filter(o -> o.outcome() instanceof Outcome.Found).count()
            > operations.size() / 20,
        "too few gets were answered for the check to say anything");
    assertEquals(
        List.of(),
        checked.troubles(),
        () ->
            "seed "
                + seed
                + "; faults:\n"
                + String.join("\n", faults.log())
                + "\n"
                + String.join("\n", checked.troubles()));
  }

  private static boolean isUnknownChange(Operation operation) {
    return operation.outcome() instanceof Outcome.Unknown
        && !(operation.action() instanceof idunno.system.history.Action.Get);
  }
}
