package idunno.node.consensus;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One replica with its state and the news that it was told; can be closed and started again. */
final class TestNode implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(30);

  private final ConsensusConfig config;
  final List<String> news = new CopyOnWriteArrayList<>();
  Tally tally = new Tally();
  volatile VoterTerms terms = VoterTerms.UNKNOWN;
  private @Nullable Consensus consensus;

  TestNode(ConsensusConfig config) {
    this.config = config;
  }

  static Peer peer(String id) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Peer(id, "127.0.0.1", free.getLocalPort());
    }
  }

  static ConsensusConfig config(Path root, java.util.UUID group, String id) throws IOException {
    return ConsensusConfig.of(group, peer(id), root.resolve(id));
  }

  /** Brings up a group of {@code size}, bootstrapped by the first, the others added one by one. */
  static List<TestNode> group(Path root, int size, UnaryOperator<ConsensusConfig> adjust)
      throws Exception {
    java.util.UUID group = java.util.UUID.randomUUID();
    List<TestNode> nodes = new CopyOnWriteArrayList<>();
    for (int i = 1; i <= size; i++) {
      ConsensusConfig config = adjust.apply(config(root, group, "n" + i));
      TestNode node = new TestNode(i == 1 ? config.bootstrapping() : config);
      node.terms = voter -> termOf(nodes, voter);
      node.start();
      nodes.add(node);
      if (i > 1) {
        nodes.getFirst().consensus().addVoter(config.self(), LONG);
      }
    }
    return nodes;
  }

  private static long termOf(List<TestNode> nodes, String voter) throws IOException {
    for (TestNode node : nodes) {
      if (node.id().equals(voter) && node.running()) {
        return node.consensus().termOf(voter);
      }
    }
    throw new IOException(voter + " is not running");
  }

  ConsensusConfig config() {
    return config;
  }

  String id() {
    return config.self().id();
  }

  Peer peer() {
    return config.self();
  }

  TestNode start() throws IOException {
    tally = new Tally();
    consensus =
        Consensus.open(
            config,
            tally,
            new ConsensusListener() {
              @Override
              public void becameLeader(long term) {
                news.add("leads");
              }

              @Override
              public void lostLeadership(long term) {
                news.add("lost");
              }

              @Override
              public void leaderChanged(String leaderId, long term) {
                news.add("leader " + leaderId);
              }

              @Override
              public void stopped(String reason, @Nullable Throwable cause) {
                news.add("stopped");
              }
            },
            voter -> terms.termOf(voter));
    return this;
  }

  Consensus consensus() {
    if (consensus == null) {
      throw new IllegalStateException(id() + " is not running");
    }
    return consensus;
  }

  boolean running() {
    return consensus != null;
  }

  String submit(String word) throws Exception {
    byte[] reply = consensus().submit(word.getBytes(StandardCharsets.UTF_8), LONG);
    return new String(reply, StandardCharsets.UTF_8);
  }

  List<String> currentWords() throws Exception {
    consensus().barrier(LONG);
    return tally.words();
  }

  @Override
  public void close() throws IOException {
    Consensus closing = consensus;
    consensus = null;
    if (closing != null) {
      closing.close();
    }
  }

  static void closeAll(List<TestNode> nodes) throws IOException {
    for (TestNode node : nodes) {
      node.close();
    }
  }

  static TestNode leaderOf(List<TestNode> nodes) throws InterruptedException {
    TestNode[] found = new TestNode[1];
    until(
        "one node leads",
        () -> {
          for (TestNode node : nodes) {
            if (node.running() && node.consensus().status().ready()) {
              found[0] = node;
              return true;
            }
          }
          return false;
        });
    return found[0];
  }

  static TestNode followerOf(List<TestNode> nodes) throws InterruptedException {
    TestNode leader = leaderOf(nodes);
    return nodes.stream()
        .filter(node -> node.running() && node != leader)
        .findFirst()
        .orElseThrow();
  }

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    Deadline deadline = Deadline.after(LONG);
    while (!condition.getAsBoolean()) {
      if (deadline.passed()) {
        fail("not within " + LONG + ": " + what);
      }
      deadline.pause(10);
    }
  }
}
