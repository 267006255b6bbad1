package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets planned faults happen to a cluster that runs jobs. Every victim comes back and must run
 * batches again, before the next fault or while that one lasts; never are more away than may be for
 * the others to be a majority.
 */
final class FaultRun {
  private final Cluster cluster;
  private final FaultPlan plan;
  private final List<Machine> spared;
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Comeback> awaited = new ArrayList<>();
  private final List<Fault> done = new ArrayList<>();
  private final long zeroNanos = System.nanoTime();
  private final Map<String, Long> mendedMs = new HashMap<>();
  private long slowestMs;
  private int again;

  /**
   * Faults to come.
   *
   * @param spared who is never killed; instead it is frozen until the others have given it up
   */
  FaultRun(Cluster cluster, FaultPlan plan, List<Machine> spared) {
    this.cluster = cluster;
    this.plan = plan;
    this.spared = List.copyOf(spared);
  }

  /** Lets whole rounds of faults happen until the time is over; then everybody is used again. */
  void run(Duration atLeast) throws IOException, InterruptedException {
    do {
      FaultPlan.Planned next = plan.next();
      if (!next.atOnce() || awaited.size() >= mostAway()) {
        awaitUsed();
      }
      var _ = end.await(next.afterMs(), TimeUnit.MILLISECONDS);
      strike(next);
    } while (!plan.isBetweenRounds() || System.nanoTime() - zeroNanos < atLeast.toNanos());
    awaitUsed();
  }

  /** What happened, in a few words. */
  String summary() {
    TreeMap<Fault.Kind, Integer> byKind = new TreeMap<>();
    int struck = 0;
    for (Fault fault : done) {
      byKind.merge(fault.kind(), 1, Integer::sum);
      struck += fault.victims().size();
    }
    return ("%d faults %s; all %d victims came back, %d of them were given up once more before"
            + " they ran a batch; the slowest was used again after %.1f s")
        .formatted(done.size(), byKind, struck, again, slowestMs / 1e3);
  }

  private int mostAway() {
    return (cluster.machines().size() - 1) / 2;
  }

  private void strike(FaultPlan.Planned planned) throws IOException, InterruptedException {
    List<Machine> victims = victims(planned);
    Fault.Kind kind =
        planned.kind() == Fault.Kind.KILL && victims.stream().anyMatch(spared::contains)
            ? Fault.Kind.OUTLIVE
            : planned.kind();
    Fault fault = new Fault(kind, victims, planned.forMs());
    System.out.printf(
        "endurance: %7.3f s: %s %s (%s) for %d ms%n",
        (System.nanoTime() - zeroNanos) / 1e9, kind, fault.names(), planned.aim(), planned.forMs());
    for (Machine victim : victims) {
      awaited.add(Comeback.of(victim, kind != Fault.Kind.FREEZE));
    }
    fault.happen(cluster, end);
    long nowMs = System.currentTimeMillis();
    fault.names().forEach(name -> mendedMs.put(name, nowMs));
    done.add(fault);
  }

  private List<Machine> victims(FaultPlan.Planned planned) throws InterruptedException {
    List<Machine> others = new ArrayList<>(cluster.machines());
    Machine coordinator =
        cluster.machine(
            Eventually.see(
                    "a coordinator",
                    Cluster.SOON,
                    () -> Fault.coordinator(cluster),
                    Optional::isPresent)
                .orElseThrow());
    others.remove(coordinator);
    awaited.forEach(back -> others.remove(back.machine()));
    if (planned.kind() == Fault.Kind.KILL) {
      others.removeAll(spared);
    }
    List<Machine> victims = new ArrayList<>();
    boolean withCoordinator =
        switch (planned.aim()) {
          case COORDINATOR, COORDINATOR_AND_WORKER -> true;
          case WORKER, TWO_WORKERS -> false;
        };
    if (withCoordinator && awaited.stream().noneMatch(back -> back.machine().equals(coordinator))) {
      victims.add(coordinator);
    }
    int wanted =
        switch (planned.aim()) {
          case WORKER, COORDINATOR -> 1;
          case TWO_WORKERS, COORDINATOR_AND_WORKER -> 2;
        };
    int most = Math.min(wanted, mostAway() - awaited.size());
    int first = (int) (planned.pick() * others.size());
    for (int i = 0; victims.size() < most && i < others.size(); i++) {
      victims.add(others.get((first + i) % others.size()));
    }
    return List.copyOf(victims);
  }

  private void awaitUsed() throws InterruptedException {
    for (Comeback back : awaited) {
      String name = back.machine().name();
      Comeback.Used used =
          Eventually.see(
                  name + " runs batches again, as incarnation " + back.incarnation(),
                  Cluster.SOON,
                  back::used,
                  Optional::isPresent)
              .orElseThrow();
      again += used.incarnation() > back.incarnation() ? 1 : 0;
      slowestMs = Math.max(slowestMs, used.atMs() - Objects.requireNonNull(mendedMs.get(name)));
    }
    awaited.clear();
  }
}
