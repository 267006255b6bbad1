package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What goes wrong in a run: one or two nodes at a time are killed and started again, frozen, or cut
 * off from the others, the coordinator among them as often as not. Less than half of the nodes, so
 * that the cluster can go on, but for the moments in which one is still coming back.
 */
final class Faults {
  private static final int MAX_AT_ONCE = 2;
  private static final List<Fault.Kind> KINDS =
      List.of(Fault.Kind.KILL, Fault.Kind.FREEZE, Fault.Kind.CUT);

  private final Cluster cluster;
  private final Random random;
  private final CountDownLatch end;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final long zeroNanos = System.nanoTime();

  /**
   * Faults to come.
   *
   * @param end opened when there shall be no more
   */
  Faults(Cluster cluster, long seed, CountDownLatch end) {
    this.cluster = cluster;
    this.random = new Random(seed);
    this.end = end;
  }

  /** What went wrong, and when. */
  List<String> log() {
    return List.copyOf(log);
  }

  /** Lets things go wrong until the end; all is whole again when this returns. */
  void run() throws IOException, InterruptedException {
    while (!isOverWithin(300 + random.nextInt(2_000))) {
      List<Machine> victims = victims();
      Fault.Kind kind = KINDS.get(random.nextInt(cluster.wires().isPresent() ? 3 : 2));
      int forMs = kind == Fault.Kind.KILL ? random.nextInt(3_000) : 1_000 + random.nextInt(7_000);
      Fault fault = new Fault(kind, victims, forMs);
      log.add(
          "%8.3f s: %s %s for %d ms"
              .formatted((System.nanoTime() - zeroNanos) / 1e9, kind, fault.names(), forMs));
      fault.happen(cluster, end);
    }
  }

  /** Waits; whether the end came meanwhile. */
  private boolean isOverWithin(int ms) throws InterruptedException {
    return end.await(ms, TimeUnit.MILLISECONDS);
  }

  private List<Machine> victims() {
    List<Machine> shuffled = new ArrayList<>(cluster.machines());
    Collections.shuffle(shuffled, random);
    if (random.nextBoolean()) {
      Fault.coordinator(cluster)
          .ifPresent(name -> shuffled.sort((a, b) -> first(b, name) - first(a, name)));
    }
    return shuffled.subList(0, random.nextInt(3) == 0 ? MAX_AT_ONCE : 1);
  }

  private static int first(Machine machine, String name) {
    return machine.name().equals(name) ? 1 : 0;
  }
}
