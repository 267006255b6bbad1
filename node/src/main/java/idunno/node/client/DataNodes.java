package idunno.node.client;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.BlockSums;
import idunno.core.files.Candidate;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import idunno.node.api.DataViews.NodeAt;
import idunno.node.api.DataViews.NodesView;
import idunno.node.transfer.PeerReplicas;
import idunno.node.transfer.Replicas;
import idunno.node.transport.Caller;
import idunno.node.transport.Hello;
import idunno.node.transport.Limits;
import idunno.node.wire.PeerReply;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that hold chunks, as a client sees them: the cluster says who they are, and the client
 * calls them itself. Thread-safe.
 */
final class DataNodes implements Replicas, AutoCloseable {
  private static final long FRESH_MS = 2_000;
  private static final long WATCH_EVERY_MS = 1_000;

  private final Calls calls;
  private final String cluster;
  private final Caller caller;
  private final PeerReplicas nodes;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Thread watch;
  private volatile Known known;

  /** Who does best what needs the coordinator: itself, as soon as it is known. */
  private volatile @Nullable NodeName first;

  /** What the cluster said, and when. */
  private record Known(Map<NodeName, Candidate> alive, Map<NodeName, Address> ever, long atNanos) {}

  private DataNodes(Calls calls, NodesView view) {
    this.calls = calls;
    this.cluster = view.cluster();
    this.known = known(view, Map.of());
    Hello hello =
        new Hello(view.cluster(), "client-" + UUID.randomUUID().toString().substring(0, 8));
    this.caller = new Caller(() -> hello, lost -> outdated(), Limits.DEFAULT);
    this.nodes = new PeerReplicas(new Peers(caller), this::peerOf);
    this.watch = Thread.ofVirtual().name("data-nodes").start(this::watch);
  }

  /**
   * The nodes of the cluster.
   *
   * @throws NotReachable if the cluster doesn't name them, or none of them can be called from here:
   *     then bytes go by the API
   * @throws IOException if the cluster doesn't answer
   */
  static DataNodes find(Calls calls) throws NotReachable, IOException {
    NodesView view;
    try {
      view = ask(calls);
    } catch (Refused e) {
      throw new NotReachable(e);
    }
    DataNodes found = new DataNodes(calls, view);
    IOException last = new IOException("no member is alive");
    for (NodeAt node : view.nodes()) {
      try {
        found.nodes.keep(node.node().node(), List.of());
        return found;
      } catch (IOException e) {
        last = e;
      }
    }
    found.close();
    throw new NotReachable(last);
  }

  /** No node can be called from here. */
  static final class NotReachable extends Exception {
    private static final long serialVersionUID = 1;

    NotReachable(IOException why) {
      super(why);
    }
  }

  private static NodesView ask(Calls calls) throws IOException {
    return calls.ask(
        Ask.read("/v1/nodes", calls.patience().attemptMs()),
        (response, in) -> Whole.decode(in, NodesView.class));
  }

  private static Known known(NodesView view, Map<NodeName, Address> before) {
    Map<NodeName, Candidate> alive = new HashMap<>();
    view.nodes().forEach(node -> alive.put(node.node().node(), node.node()));
    Map<NodeName, Address> ever = new HashMap<>(before);
    view.nodes().forEach(node -> ever.put(node.node().node(), node.peer()));
    return new Known(Map.copyOf(alive), Map.copyOf(ever), System.nanoTime());
  }

  /** The id of the group. */
  String cluster() {
    return cluster;
  }

  private void outdated() {
    Known old = known;
    known =
        new Known(
            old.alive(),
            old.ever(),
            System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(FRESH_MS) - 1);
  }

  /** What the cluster says now, or said last if it doesn't answer. */
  private synchronized Known refreshed() throws IOException {
    Known old = known;
    if (System.nanoTime() - old.atNanos() > TimeUnit.MILLISECONDS.toNanos(FRESH_MS)) {
      Known fresh = known(ask(calls), old.ever());
      known = fresh;
      old.alive().keySet().stream()
          .filter(node -> !fresh.alive().containsKey(node))
          .forEach(nodes::forsake);
    }
    return known;
  }

  /** Looks for members that were declared failed while somebody waits for an answer of theirs. */
  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        TimeUnit.MILLISECONDS.sleep(WATCH_EVERY_MS);
        if (underWay.get() > 0) {
          refreshed();
        }
      } catch (IOException e) {
        // Nobody answers at the moment; it is asked again.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private Address peerOf(NodeName node) throws IOException {
    Address address = known.ever().get(node);
    if (address == null) {
      address = refreshed().ever().get(node);
    }
    if (address == null) {
      throw new IOException(node + " is not among the members that are alive");
    }
    return address;
  }

  @Override
  public boolean isSelf(NodeName node) {
    return false;
  }

  @Override
  public Collection<Candidate> candidates() throws IOException {
    return refreshed().alive().values();
  }

  /** A call to a node. */
  private interface Call<T> {
    T make() throws IOException;
  }

  private <T> T watched(Call<T> call) throws IOException {
    underWay.incrementAndGet();
    try {
      return call.make();
    } finally {
      underWay.decrementAndGet();
    }
  }

  @Override
  public Written write(List<NodeName> chain, ChunkId chunk, ByteBuffer bytes, BlockSums sums)
      throws IOException {
    return watched(() -> nodes.write(chain, chunk, bytes, sums, true));
  }

  @Override
  public void read(NodeName node, ChunkId chunk, int offset, ByteBuffer into, Duration within)
      throws IOException {
    watched(
        () -> {
          nodes.read(node, chunk, offset, into, within);
          return true;
        });
  }

  /**
   * Where the latest versions of files lie, and the bytes of some; see {@link
   * PeerReplicas#readFiles}. The coordinator is asked, once it is known; any other node would have
   * to ask it first.
   */
  PeerReplicas.Files readFiles(List<FileName> names) throws IOException {
    Map<NodeName, Candidate> alive = refreshed().alive();
    NodeName last = first;
    NodeName node = last != null && alive.containsKey(last) ? last : anyOf(alive.keySet());
    try {
      PeerReplicas.Files files = watched(() -> nodes.readFiles(node, names));
      first = files.coordinator().orElse(node);
      return files;
    } catch (IOException e) {
      first = null;
      throw e;
    }
  }

  /**
   * Puts short files that share a chunk; see {@link PeerReplicas#putFiles}. The chain begins with
   * the coordinator where it is one of the chunk's nodes: any other would have to ask it.
   */
  PeerReply.FilesPut putFiles(RequestId id, Packed packed) throws IOException {
    List<NodeName> chain = new ArrayList<>(Placement.order(packed.chunk(), candidates()));
    chain.subList(Math.min(Placement.COPIES, chain.size()), chain.size()).clear();
    if (chain.isEmpty()) {
      throw new IOException("no member is alive");
    }
    NodeName head = first;
    chain.sort((a, b) -> Boolean.compare(b.equals(head), a.equals(head)));
    try {
      PeerReply.FilesPut put =
          watched(
              () ->
                  nodes.putFiles(
                      id, chain, packed.chunk(), packed.bytes(), packed.sums(), packed.files()));
      first = put.coordinator().orElse(head);
      return put;
    } catch (IOException e) {
      first = null;
      throw e;
    }
  }

  private static NodeName anyOf(Collection<NodeName> nodes) throws IOException {
    List<NodeName> all = new ArrayList<>(nodes);
    if (all.isEmpty()) {
      throw new IOException("no member is alive");
    }
    return all.get(ThreadLocalRandom.current().nextInt(all.size()));
  }

  @Override
  public List<ChunkId> keep(NodeName node, List<StoredChunk> chunks) throws IOException {
    return watched(() -> nodes.keep(node, chunks));
  }

  @Override
  public void copy(StoredChunk chunk, NodeName from, NodeName to) throws IOException {
    watched(
        () -> {
          nodes.copy(chunk, from, to);
          return true;
        });
  }

  @Override
  public void damaged(NodeName node, ChunkId chunk) {
    nodes.damaged(node, chunk);
  }

  @Override
  public void close() {
    watch.interrupt();
    caller.close();
  }
}
