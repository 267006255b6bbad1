package idunno.system;

import idunno.node.client.Client;
import idunno.node.client.Patience;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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

  private final Cluster cluster;
  private final Random random;
  private final CountDownLatch end;
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final long zeroNanos = System.nanoTime();

  /** What can go wrong. */
  private enum Kind {
    KILL,
    FREEZE,
    CUT
  }

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
      Kind kind = Kind.values()[random.nextInt(cluster.wires().isPresent() ? 3 : 2)];
      int forMs = kind == Kind.KILL ? random.nextInt(3_000) : 1_000 + random.nextInt(7_000);
      List<String> names = victims.stream().map(Machine::name).toList();
      log.add(
          "%8.3f s: %s %s for %d ms"
              .formatted((System.nanoTime() - zeroNanos) / 1e9, kind, names, forMs));
      switch (kind) {
        case KILL -> kill(victims, forMs);
        case FREEZE -> freeze(victims, forMs);
        case CUT -> cut(names, forMs);
      }
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
      coordinator().ifPresent(name -> shuffled.sort((a, b) -> first(b, name) - first(a, name)));
    }
    return shuffled.subList(0, random.nextInt(3) == 0 ? MAX_AT_ONCE : 1);
  }

  private static int first(Machine machine, String name) {
    return machine.name().equals(name) ? 1 : 0;
  }

  private Optional<String> coordinator() {
    try {
      Client client = cluster.client().with(Patience.NONE);
      return client.master().coordinator().map(id -> id.name().value());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void kill(List<Machine> victims, int forMs) throws IOException, InterruptedException {
    for (Machine victim : victims) {
      victim.signal("KILL");
    }
    for (Machine victim : victims) {
      victim.kill();
    }
    var _ = isOverWithin(forMs);
    for (Machine victim : victims) {
      victim.launch(List.of());
    }
    for (Machine victim : victims) {
      victim.awaitUp();
    }
  }

  private void freeze(List<Machine> victims, int forMs) throws IOException, InterruptedException {
    try {
      for (Machine victim : victims) {
        victim.signal("STOP");
      }
      var _ = isOverWithin(forMs);
    } finally {
      for (Machine victim : victims) {
        victim.signal("CONT");
      }
    }
  }

  private void cut(List<String> names, int forMs) throws IOException, InterruptedException {
    Wires wires = cluster.wires().orElseThrow();
    try {
      wires.cutOff(names);
      var _ = isOverWithin(forMs);
    } finally {
      wires.mend();
    }
  }
}
