package idunno.core.simulation;

import idunno.core.base.NodeName;
import java.util.Optional;
import java.util.Random;

/** Lets a scenario's faults happen, as long as no majority is lost by them. */
final class FaultInjector {
  private final Cluster cluster;
  private final Random random;

  FaultInjector(Cluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  void begin(Fault fault) {
    Machine machine = cluster.scenario().machines().get(fault.machine());
    Optional<SimulatedNode> node = node(machine.name());
    switch (fault.kind()) {
      case CRASH -> node.ifPresent(one -> crash(one, fault));
      case CRASH_COORDINATOR -> cluster.leader().ifPresent(one -> crash(one, fault));
      case PAUSE -> node.ifPresent(one -> pause(one, fault));
      case PAUSE_COORDINATOR -> cluster.leader().ifPresent(one -> pause(one, fault));
      case REFUSE -> node.ifPresent(one -> refuse(one, fault));
      case LEAVE -> node.filter(SimulatedNode::isUp).ifPresent(one -> leave(one, fault));
      case NOISE -> storm(fault);
    }
  }

  private Optional<SimulatedNode> node(NodeName name) {
    return cluster.nodes().stream().filter(one -> one.machine().name().equals(name)).findFirst();
  }

  private boolean canSpare(SimulatedNode node) {
    long down = cluster.nodes().stream().filter(one -> !one.isUp()).count();
    return node.isUp() && down + 1 <= (cluster.nodes().size() - 1) / 2;
  }

  private void crash(SimulatedNode node, Fault fault) {
    if (!canSpare(node)) {
      return;
    }
    tell(fault, node);
    node.stop("is killed");
    cluster.connectionLost(node);
    electIfLeader(node);
    after(fault, () -> cluster.start(node.machine()));
  }

  private void pause(SimulatedNode node, Fault fault) {
    if (!canSpare(node)) {
      return;
    }
    tell(fault, node);
    node.pause();
    electIfLeader(node);
    after(
        fault,
        () -> {
          cluster.timeline().tell(node + " goes on");
          node.resume();
        });
  }

  private void refuse(SimulatedNode node, Fault fault) {
    tell(fault, node);
    node.refuseWork(true);
    after(fault, () -> node.refuseWork(false));
  }

  private void leave(SimulatedNode node, Fault fault) {
    tell(fault, node);
    node.leave();
  }

  private void storm(Fault fault) {
    cluster.timeline().tell("fault: " + fault);
    cluster.disturbed();
    cluster.network().storm(fault.lastsMs());
    cluster.nodes().stream()
        .skip(random.nextInt(cluster.nodes().size()))
        .findFirst()
        .ifPresent(cluster::connectionLost);
    if (random.nextInt(3) == 0) {
      cluster.loseLeader();
    }
  }

  private void electIfLeader(SimulatedNode node) {
    if (cluster.leader().equals(Optional.of(node))) {
      cluster.election();
    }
  }

  private void tell(Fault fault, SimulatedNode node) {
    cluster.timeline().tell("fault: " + fault + " hits " + node);
    cluster.disturbed();
  }

  private void after(Fault fault, Runnable end) {
    cluster
        .timeline()
        .after(
            fault.lastsMs(),
            () -> {
              cluster.disturbed();
              end.run();
            });
  }
}
