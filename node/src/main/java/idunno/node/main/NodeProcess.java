package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.node.api.Views.SelfView;
import idunno.node.gateway.Gateway;
import idunno.node.gateway.Unavailable;
import idunno.node.logs.NodeLog;
import idunno.node.transport.FreePort;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The process: its ports and its API, and the node while it is in a group. After {@code leave} the
 * process lives on outside of any group, until {@code join} brings it back.
 */
final class NodeProcess implements AutoCloseable {
  private static final long WAY_BACK_EVERY_MS = 5_000;

  private final NodeConfig config;
  private final Seeds seeds;
  private final MonotonicClock clock = new MonotonicClock();
  private final long startedMs = clock.getAsLong();
  private final NodeLog log;
  private final Gateway gateway;
  private final ReentrantLock changing = new ReentrantLock();
  private Identity identity;
  private volatile Node.@Nullable Hosts hosts;
  private volatile @Nullable Node node;
  private volatile boolean closed;

  /** The node had to be closed to come back from a rest, and has not come back yet. */
  private volatile boolean isComingBack;

  /** Asks a member who it is, over its API. */
  interface Seeds {
    /**
     * Asks.
     *
     * @throws IOException if nobody answers there
     */
    SelfView ask(Address api) throws IOException, InterruptedException;
  }

  private NodeProcess(NodeConfig config, Optional<Identity> known, Seeds seeds) throws IOException {
    this.config = config;
    this.seeds = seeds;
    DataDirectory.open(config.data(), config.name());
    this.log = NodeLog.open(config.data().resolve("log"), config.name().value());
    this.gateway = listen(known);
    Node.Hosts at = hosts();
    this.identity =
        known.orElseGet(
            () ->
                new Identity(
                    config.name(),
                    Optional.empty(),
                    new Identity.Ports(at.api().port(), at.peer().port(), at.consensus().port()),
                    List.of()));
  }

  /** Takes the three ports: those of the last life, or the first three that are free together. */
  private Gateway listen(Optional<Identity> known) throws IOException {
    if (known.isPresent()) {
      Identity.Ports ports = known.get().ports();
      hosts = hostsAt(ports.api(), ports.peer(), ports.consensus());
      try {
        return openGateway();
      } catch (BindException e) {
        BindException taken =
            new BindException(
                config.name()
                    + ": port "
                    + ports.api()
                    + " is in use on "
                    + config.bindHost()
                    + ", and the others know this node by it; end what uses it, and start again");
        taken.initCause(e);
        throw taken;
      }
    }
    NodeConfig.PortPlan plan = config.ports();
    int tries = plan.mayMove() ? NodeConfig.PortPlan.TRIES : 1;
    BindException last = new BindException("no port was tried");
    for (int i = 0; i < tries; i++) {
      NodeConfig.PortPlan moved = plan.moved(i);
      hosts = hostsAt(moved.api(), moved.peerPort(), moved.consensusPort());
      try {
        // The API's port, held from here on, keeps the other two for this process.
        Gateway opened = openGateway();
        try {
          FreePort.check(config.bindHost(), moved.peerPort());
          FreePort.check(config.bindHost(), moved.consensusPort());
          return opened;
        } catch (BindException e) {
          opened.close();
          throw e;
        }
      } catch (BindException e) {
        last = e;
      }
    }
    BindException none =
        new BindException(
            config.name()
                + ": port "
                + plan.api()
                + " or one of the two behind it is in use on "
                + config.bindHost()
                + "; choose others with --port");
    none.initCause(last);
    throw none;
  }

  private Node.Hosts hostsAt(int api, int peer, int consensus) {
    String host = config.bindHost();
    return new Node.Hosts(
        new Address(host, api), new Address(host, peer), new Address(host, consensus));
  }

  private Gateway openGateway() throws IOException {
    return Gateway.open(
        hosts().api(),
        new Gateway.Ports(
            new GroupOps(this),
            new FilesOps(this),
            new VersionsOps(this),
            new ListOps(this),
            new DataOps(this),
            new ModelsOps(this),
            new JobsOps(this),
            new HealthOps(this)));
  }

  /**
   * Starts: comes back to the group that the directory knows, joins by the seeds, or begins a
   * group.
   *
   * @throws IOException if a port is taken, or the group can't be entered; nothing runs then
   */
  static NodeProcess start(NodeConfig config, Optional<Identity> known, Seeds seeds)
      throws IOException, InterruptedException {
    NodeProcess process = new NodeProcess(config, known, seeds);
    try {
      if (known.flatMap(Identity::cluster).isPresent()) {
        process.comeBack();
      } else if (config.seeds().isEmpty() && known.isPresent()) {
        throw new IOException(
            config.name()
                + " has left its cluster; --join "
                + known.get().seeds().stream()
                    .map(Address::toString)
                    .findFirst()
                    .orElse("HOST:PORT")
                + " brings it back, and an empty directory begins a new one");
      } else if (config.seeds().isEmpty()) {
        process.begin();
      } else {
        process.join(config.seeds());
      }
      Thread.ofVirtual().name("way-back").start(process::keepWayBack);
      return process;
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private void begin() throws IOException, InterruptedException {
    UUID cluster = UUID.randomUUID();
    node = Node.start(new Node.Start(config, cluster, hosts(), true), log, clock);
    remember(identity.inCluster(cluster));
  }

  private void comeBack() throws IOException, InterruptedException {
    if (!Node.hasReplica(config)) {
      // The replica is gone and with it what it promised: the node joins as a new one.
      log.write("replica-lost", "directory", config.data());
      if (config.seeds().isEmpty() && identity.seeds().isEmpty()) {
        throw new IOException(
            config.data().resolve("consensus")
                + " holds no replica; --join HOST:PORT of another member brings the node back as a"
                + " new one");
      }
      join(config.seeds());
      return;
    }
    UUID cluster = identity.cluster().orElseThrow().toUuid();
    Node back = Node.start(new Node.Start(config, cluster, hosts(), false), log, clock);
    node = back;
    remember(identity.knowing(back.others()));
  }

  private void remember(Identity now) throws IOException {
    identity = now;
    identity.write(config.data());
  }

  /** Joins the group of the first seed that answers; those known from before, if none is named. */
  void join(List<String> named) throws IOException, InterruptedException {
    changing.lock();
    try {
      List<Address> addresses = new ArrayList<>(named.stream().map(Address::parse).toList());
      if (addresses.isEmpty()) {
        addresses.addAll(identity.seeds());
      }
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("join: expected the address of a member, HOST:PORT");
      }
      List<String> failures = new ArrayList<>();
      for (Address address : addresses) {
        try {
          joinBy(seeds.ask(address));
          return;
        } catch (IOException e) {
          failures.add(address + ": " + e.getMessage());
        }
      }
      throw new IOException(
          config.name() + ": cannot join by any seed (" + String.join("; ", failures) + ")");
    } finally {
      changing.unlock();
    }
  }

  private void joinBy(SelfView seed) throws IOException, InterruptedException {
    UUID cluster =
        UUID.fromString(
            seed.cluster()
                .orElseThrow(() -> new IOException(seed.name() + " is in no group itself")));
    node = Node.join(new Node.Start(config, cluster, hosts(), false), seed.peer(), log, clock);
    remember(identity.inCluster(cluster).knowing(List.of(seed.api())));
  }

  /** Leaves the group; what the disk held for it is gone afterwards. */
  void leave() throws IOException, InterruptedException {
    changing.lock();
    try {
      Node leaving = node();
      List<Address> others = leaving.others();
      leaving.leave();
      node = null;
      leaving.close();
      remember(identity.outside().knowing(others));
      for (String part : List.of("consensus", "chunks", "models")) {
        Warmer.delete(config.data().resolve(part));
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * The node in its group.
   *
   * @throws Unavailable if it is in none
   */
  Node node() throws Unavailable {
    Node now = node;
    if (now == null && isComingBack) {
      throw new Unavailable(
          config.name() + " is coming back, now that its disk has room again; ask another node");
    }
    if (now == null) {
      throw new Unavailable(
          config.name() + " is in no group now; 'join' brings it into one, or back");
    }
    return now;
  }

  Optional<Node> current() {
    return Optional.ofNullable(node);
  }

  Node.Hosts hosts() {
    Node.Hosts now = hosts;
    if (now == null) {
      throw new IllegalStateException("no ports yet");
    }
    return now;
  }

  NodeName name() {
    return config.name();
  }

  Path data() {
    return config.data();
  }

  /** How many batches this node runs at once. */
  int slots() {
    return config.slots();
  }

  long startedMs() {
    return startedMs;
  }

  long clockMs() {
    return clock.getAsLong();
  }

  /** Writes down who the others are, whenever that has changed: the way back after a crash. */
  private void keepWayBack() {
    while (!closed) {
      try {
        TimeUnit.MILLISECONDS.sleep(WAY_BACK_EVERY_MS);
        changing.lockInterruptibly();
        try {
          goOnAfterRest();
          Node now = node;
          List<Address> others = now == null ? List.of() : now.others();
          if (!others.isEmpty() && !others.equals(identity.seeds())) {
            remember(identity.knowing(others));
          }
        } finally {
          changing.unlock();
        }
      } catch (IOException e) {
        log.write("way-back-not-kept", "why", String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A node that rests comes back when its disk has room. */
  private void goOnAfterRest() throws IOException, InterruptedException {
    Node resting = node;
    if (resting != null && resting.isResting()) {
      if (!resting.canGoOn()) {
        return;
      }
      log.write("going-on");
      isComingBack = true;
      node = null;
      resting.close();
    }
    if (isComingBack && !closed && Rest.isOver(config.data())) {
      UUID cluster = identity.cluster().orElseThrow().toUuid();
      node = Node.start(new Node.Start(config, cluster, hosts(), false), log, clock);
      isComingBack = false;
    }
  }

  @Override
  public void close() {
    closed = true;
    gateway.close();
    Node now = node;
    if (now != null) {
      now.close();
    }
    try {
      log.close();
    } catch (IOException e) {
      System.err.println("idunno: the log was not closed: " + e.getMessage());
    }
  }
}
