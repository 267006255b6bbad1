package idunno.system;

import idunno.core.membership.MemberState;
import idunno.node.client.Client;
import idunno.node.client.Patience;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Something that goes wrong with one or more nodes at the same moment, and is mended again.
 *
 * @param kind what goes wrong
 * @param victims with whom
 * @param forMs how long until it is mended, milliseconds
 */
record Fault(Kind kind, List<Machine> victims, int forMs) {
  /** What can go wrong. */
  enum Kind {
    /** Killed, and started again. */
    KILL,
    /** Stopped, and set going again. */
    FREEZE,
    /** Cut off from the others. */
    CUT,
    /** Stopped until the others have found it to be failed, and a while longer. */
    OUTLIVE
  }

  /** Who some node says is the coordinator now, which may be late. */
  static Optional<String> coordinator(Cluster cluster) {
    try {
      Client client = cluster.client().with(Patience.NONE);
      return client.master().coordinator().map(id -> id.name().value());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  List<String> names() {
    return victims.stream().map(Machine::name).toList();
  }

  /**
   * Lets it happen; it is mended when this returns.
   *
   * @param end opened when there shall be no more faults: it is mended at once
   */
  void happen(Cluster cluster, CountDownLatch end) throws IOException, InterruptedException {
    switch (kind) {
      case KILL -> kill(end);
      case FREEZE -> freeze(cluster, end, false);
      case OUTLIVE -> freeze(cluster, end, true);
      case CUT -> cut(cluster.wires().orElseThrow(), end);
    }
  }

  private void last(CountDownLatch end) throws InterruptedException {
    var _ = end.await(forMs, TimeUnit.MILLISECONDS);
  }

  private void kill(CountDownLatch end) throws IOException, InterruptedException {
    for (Machine victim : victims) {
      victim.signal("KILL");
    }
    for (Machine victim : victims) {
      victim.kill();
    }
    last(end);
    for (Machine victim : victims) {
      victim.launch(List.of());
    }
    for (Machine victim : victims) {
      victim.awaitUp();
    }
  }

  private void freeze(Cluster cluster, CountDownLatch end, boolean tillFailed)
      throws IOException, InterruptedException {
    try {
      for (Machine victim : victims) {
        victim.signal("STOP");
      }
      if (tillFailed) {
        awaitFailed(cluster);
      }
      last(end);
    } finally {
      for (Machine victim : victims) {
        victim.signal("CONT");
      }
    }
  }

  private void awaitFailed(Cluster cluster) throws InterruptedException {
    Machine asked =
        cluster.running().stream()
            .filter(machine -> !victims.contains(machine))
            .findFirst()
            .orElseThrow();
    for (String name : names()) {
      Eventually.see(
          asked.name() + " says that " + name + " is failed",
          Cluster.SOON,
          () -> cluster.member(asked, name).state(),
          MemberState.FAILED::equals);
    }
  }

  private void cut(Wires wires, CountDownLatch end) throws IOException, InterruptedException {
    try {
      wires.cutOff(names());
      last(end);
    } finally {
      wires.mend();
    }
  }
}
