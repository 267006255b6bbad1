package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRooms;
import idunno.core.membership.Member;
import idunno.node.chunks.ChunkStore;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusConfig;
import idunno.node.consensus.ConsensusException;
import idunno.node.consensus.DiskIdentity;
import idunno.node.consensus.Peer;
import idunno.node.consensus.Replicated;
import idunno.node.consensus.Status;
import idunno.node.consensus.VoterTerms;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.files.FileStore;
import idunno.node.logs.NodeLog;
import idunno.node.pictures.PixelCache;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import idunno.node.transfer.PeerReplicas;
import idunno.node.transport.Caller;
import idunno.node.transport.Hello;
import idunno.node.transport.Limits;
import idunno.node.transport.TransportServer;
import idunno.node.wire.Peers;
import idunno.node.worker.WorkerLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One node in its group: everything between the disk and the network, put together. It begins by
 * starting or joining a group and ends by leaving it or with the process.
 */
final class Node implements AutoCloseable {
  private static final Duration REMOVE_WITHIN = Duration.ofSeconds(30);
  private static final long LEAVE_WITHIN_MS = 120_000;

  private final NodeConfig config;
  private final UUID cluster;
  private final Member.Place place;
  private final NodeLog log;
  private final LongSupplier clockMs;
  private final Cleanup cleanup = new Cleanup();

  private final ChunkStore chunks;
  private final ReplicatedState state;
  private final Peers peers;
  private final Consensus consensus;
  private final Compass compass;
  private final Proposer proposer;
  private final FileStore files;
  private final Results results;
  private final Warmer warmer;
  private final PixelCache pictures;
  private final CoordinatorLoop coordinator;
  private final DiskDuty diskDuty;
  private final Places places;
  private final Admission admission;
  private volatile @Nullable WorkerLoop worker;
  private final Rest rest;

  /** The group has let this node go: its replica's end is no accident. */
  private volatile boolean released;

  /**
   * What a node starts from.
   *
   * @param config how it runs
   * @param cluster the group
   * @param hosts where it listens: the API, other nodes, the consensus
   * @param bootstrap whether this is the first node of a new group
   */
  record Start(NodeConfig config, UUID cluster, Hosts hosts, boolean bootstrap) {}

  /** Where a node listens. */
  record Hosts(Address api, Address peer, Address consensus) {}

  private Node(Start start, NodeLog log, LongSupplier clockMs) throws IOException {
    this.config = start.config();
    this.cluster = start.cluster();
    this.log = log;
    this.clockMs = clockMs;
    this.rest = new Rest(log);
    NodeName self = config.name();
    Path data = config.data();
    String disk = DiskIdentity.of(data.resolve("consensus"), self.value());
    Hosts hosts = start.hosts();
    this.place =
        new Member.Place(
            disk, hosts.peer(), hosts.api(), hosts.consensus(), config.slots(), config.zone());
    try {
      chunks =
          cleanup.add(
              ChunkStore.open(data.resolve("chunks"), self.value(), DiskDuty.care(config, log)));
      Late<DiskDuty> duty = new Late<>();
      Late<PeerReplicas> replicas = new Late<>();
      state =
          new ReplicatedState(
              freed -> duty.ifThere(d -> d.freed(freed)),
              dropped -> duty.ifThere(d -> d.dropped(OwnDisk.droppedAt(self, dropped))),
              failed -> replicas.ifThere(r -> r.forsake(failed)),
              this::beatNow);
      Late<CoordinatorLoop> loop = new Late<>();
      Late<Compass> map = new Late<>();
      Late<Succession> heirs = new Late<>();
      Hello hello = new Hello(cluster.toString(), self.value());
      Caller caller =
          cleanup.add(
              new Caller(
                  () -> hello,
                  lost -> {
                    heirs.ifThere(h -> h.connectionLost(lost));
                    map.ifThere(m -> loop.ifThere(l -> lostConnection(m, l, lost)));
                  },
                  Limits.DEFAULT));
      peers = new Peers(caller);
      consensus = cleanup.add(openConsensus(start, disk, loop, new PeerTerms(map, peers)));
      compass = map.set(new Compass(self, state, consensus));
      cleanup.add(
          heirs.set(new Succession(disk, new VotingGroup(disk, consensus, compass, peers, log))));
      cleanup.add(new Currency(consensus));
      proposer = cleanup.add(new Proposer(new ClusterLog(consensus)));
      PeerReplicas others = replicas.set(new PeerReplicas(peers, compass::peerOf));
      ChunkChain chain = new ChunkChain(self, chunks, others);
      ReplicaCheck check = new ReplicaCheck(self, chunks, state, proposer, log);
      OwnChunks own = new OwnChunks(self, chunks, check);
      places = new Places(state, this::rooms);
      files =
          new FileStore(
              state,
              proposer,
              new NodeReplicas(self, places, chain, own, asked -> duty.await().keep(asked), others),
              clockMs);
      results = new Results(state, files, proposer, clockMs);
      warmer =
          cleanup.add(
              new Warmer(state, consensus, files, data.resolve("models"), config.models(), log));
      pictures = cleanup.add(new PixelCache(config.models().pictureBytes(), System::nanoTime));
      coordinator =
          cleanup.add(
              loop.set(
                  new CoordinatorLoop(
                      state,
                      config.detection(),
                      config.upkeep(),
                      config.parts(),
                      new NodeDeeds(proposer, peers, () -> compass, () -> results, log),
                      clockMs)));
      admission = new Admission(self, place, proposer, clockMs);
      OwnDisk onDisk = new OwnDisk(self, chunks, check, state, consensus);
      diskDuty = cleanup.add(duty.set(new DiskDuty(config, chunks, check, onDisk, clockMs, log)));
      PeerDesk desk =
          new PeerDesk(
              chunks,
              own,
              new Lookups(state, consensus, compass, own),
              new PackedPuts(chain, places, files, compass),
              diskDuty,
              chain,
              data.resolve("log"),
              peers,
              new Electorate(consensus, state),
              coordinator,
              warmer);
      cleanup.add(
          TransportServer.open(
              hosts.peer().host(),
              hosts.peer().port(),
              () -> hello,
              desk,
              // Whoever connects may call himself what he likes.
              lost -> NodeName.parse(lost.name()).ifPresent(coordinator::connectionLost),
              Limits.DEFAULT));
    } catch (IOException | RuntimeException e) {
      cleanup.close();
      throw e;
    }
  }

  private Consensus openConsensus(
      Start start, String disk, Late<CoordinatorLoop> loop, VoterTerms terms) throws IOException {
    Address at = start.hosts().consensus();
    ConsensusConfig base =
        ConsensusConfig.of(
                cluster, new Peer(disk, at.host(), at.port()), config.data().resolve("consensus"))
            .withElectionMs(config.electionMinMs(), config.electionMaxMs());
    ConsensusConfig chosen =
        base.withLog(base.maxEntryBytes(), config.snapshotEveryEntries(), base.logSegmentBytes());
    return Consensus.open(
        start.bootstrap() ? chosen.bootstrapping() : chosen,
        new Replicated() {
          @Override
          public byte[] apply(byte[] entry) {
            return state.apply(entry);
          }

          @Override
          public void writeSnapshot(OutputStream out) throws IOException {
            state.writeSnapshot(out);
          }

          @Override
          public void readSnapshot(InputStream in) throws IOException {
            state.readSnapshot(in);
          }
        },
        new LeadershipNews(
            place.disk(),
            state,
            loop::await,
            log,
            this::beatNow,
            (reason, cause) -> stopped(reason, cause, loop.await())),
        terms);
  }

  private void stopped(String reason, @Nullable Throwable cause, CoordinatorLoop loop) {
    boolean isOfTheDisk = cause instanceof IOException failure && chunks.isToBlameFor(failure);
    if (cause == null && released) {
      return;
    }
    if (cause == null || isOfTheDisk) {
      // Without a cause the group has taken this replica out, or shut it down by mistake: unless
      // the node is just leaving, it comes back as after a restart.
      rest.begin(reason, loop, consensus);
    } else {
      ProcessEnd.now(config.name() + ": " + reason, cause);
    }
  }

  private static void lostConnection(Compass map, CoordinatorLoop loop, Address lost) {
    map.memberAt(lost).ifPresent(member -> loop.connectionLost(member.name()));
  }

  /**
   * Starts the first node of a new group, or one that comes back to the group that its directory
   * knows.
   */
  static Node start(Start start, NodeLog log, LongSupplier clockMs)
      throws IOException, InterruptedException {
    Node node = new Node(start, log, clockMs);
    try {
      node.enter();
      return node;
    } catch (IOException | InterruptedException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Whether the directory holds a replica that can come back. */
  static boolean hasReplica(NodeConfig config) {
    return DiskIdentity.isIn(config.data().resolve("consensus"));
  }

  /**
   * Joins a group by one of its members.
   *
   * @param by the member, where other nodes call it
   */
  static Node join(Start start, Address by, NodeLog log, LongSupplier clockMs)
      throws IOException, InterruptedException {
    Node node = new Node(start, log, clockMs);
    try {
      Joining.askForVote(node.peers, by, start.config().name(), node.place);
      node.catchUp().toTheEnd();
      if (node.consensus.status().role() == Status.Role.OBSERVER) {
        // Ratis takes a replica that began outside of every group for a follower, which stands for
        // election when the leader falls silent, and is shut down for it. One that finds itself
        // among the listeners when it starts doesn't.
        node.close();
        return start(start, log, clockMs);
      }
      node.enter();
      return node;
    } catch (IOException | InterruptedException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void enter() throws IOException, InterruptedException {
    catchUp().whileItGoesOn();
    NodeId id = admission.admit();
    log.rename(id.toString());
    log.write("admitted", "node", id, "api", place.api(), "cluster", cluster);
    catchUp().toTheEnd();
    worker =
        new WorkerLoop(
            id,
            config.slots(),
            new NodeDuties(compass, peers, coordinator, admission, files, warmer, pictures, log),
            new MeasuredRoom(chunks, System::nanoTime),
            clockMs);
  }

  /** This node's copy of the state, as it gets what the group knows. */
  private CatchUp catchUp() {
    return new CatchUp(
        new CatchUp.Replica() {
          @Override
          public Optional<String> awaitCurrent(Duration within) throws InterruptedException {
            try {
              consensus.barrier(within);
              return Optional.empty();
            } catch (ConsensusException.NotConfirmed e) {
              return Optional.of(String.valueOf(e.getMessage()));
            }
          }

          @Override
          public long appliedIndex() {
            return consensus.status().appliedIndex();
          }

          @Override
          public boolean hasEnded() {
            return rest.isOn();
          }
        });
  }

  /**
   * Leaves the group: hands back work, waits until its replicas are enough elsewhere, and steps
   * down from the consensus.
   *
   * @throws IOException if the group can't let it go now; it stays a member then
   */
  void leave() throws IOException, InterruptedException {
    if (state.read(s -> s.members().alive().size()) < 2) {
      throw new IOException(
          config.name()
              + " is the last member alive, and leaving would lose what the store holds;"
              + " stop the process instead, and start it again to come back");
    }
    log.write("leaving");
    try {
      if (coordinator.leads()) {
        consensus.transferLeadership(null, REMOVE_WITHIN);
      }
      WorkerLoop loop = worker();
      if (!loop.leave(LEAVE_WITHIN_MS)) {
        throw new IOException(
            "leave: not released within "
                + LEAVE_WITHIN_MS / 1000
                + " s, since a batch or a copy of this node's chunks takes longer; ask again");
      }
      released = true;
      Joining.askForRemoval(peers, compass, place.disk());
      log.write("left");
    } catch (ConsensusException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void beatNow() {
    WorkerLoop loop = worker;
    if (loop != null) {
      loop.beatNow();
    }
  }

  private WorkerLoop worker() {
    WorkerLoop loop = worker;
    if (loop == null) {
      throw new IllegalStateException("this node has not entered its group");
    }
    return loop;
  }

  /** Whether the node waits for its disk to be mended, and takes no part in the consensus. */
  boolean isResting() {
    return rest.isOn();
  }

  /** Whether the disk has room for the consensus again. */
  boolean canGoOn() {
    return chunks.hasRoomFor(Rest.ENOUGH_BYTES);
  }

  NodeId id() {
    return worker().me();
  }

  UUID cluster() {
    return cluster;
  }

  Member.Place place() {
    return place;
  }

  ReplicatedState state() {
    return state;
  }

  Peers peers() {
    return peers;
  }

  Consensus consensus() {
    return consensus;
  }

  Compass compass() {
    return compass;
  }

  Proposer proposer() {
    return proposer;
  }

  FileStore files() {
    return files;
  }

  Results results() {
    return results;
  }

  DiskDuty diskDuty() {
    return diskDuty;
  }

  CoordinatorLoop coordinator() {
    return coordinator;
  }

  /** Where a chunk could be placed now. */
  Places places() {
    return places;
  }

  /** What is known of the nodes' disks. */
  DiskRooms rooms() {
    WorkerLoop loop = worker;
    return loop == null ? DiskRooms.NONE : loop.rooms();
  }

  /** The addresses of the API of all other members, to find the way back by. */
  List<Address> others() {
    return state.read(
        s ->
            s.members().alive().stream()
                .filter(member -> !member.name().equals(config.name()))
                .map(member -> member.place().api())
                .toList());
  }

  @Override
  public void close() {
    WorkerLoop loop = worker;
    if (loop != null) {
      loop.close();
    }
    cleanup.close();
  }
}
