package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.membership.DetectionRule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code start}: runs one node in this process until it is told to stop. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = {
      "Start a node in this process.",
      "",
      "The first node of a cluster starts alone; the others join by any member. Started again with"
          + " the same directory, a node comes back to its cluster. Ctrl-C stops it.",
      ""
    },
    footer = {
      "",
      "Each option can be set by an environment variable too (--api-port as IDUNNO_API_PORT), or in"
          + " the file that --config names (a line api-port=7400).",
      "",
      "Examples:",
      "  idunno start --name n1 --data data/n1",
      "  idunno start --name n2 --data data/n2 --join 127.0.0.1:7400"
    })
public final class StartCommand implements Callable<Integer> {
  private static final int DEFAULT_PORT = 7400;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The node's name, kept in the directory (default: the host's name).")
  private @Nullable String name;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "idunno-data",
      description = "The node's directory: log, chunks, consensus.")
  private Path data = Path.of("idunno-data");

  @Option(
      names = "--join",
      paramLabel = "HOST:PORT",
      split = ",",
      description = "API addresses of members to join by; without it a new cluster begins.")
  private List<String> join = List.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "The API's port; the two behind it are for other nodes and the consensus (default: 7400,"
              + " or the next free three in steps of 10).")
  private @Nullable Integer port;

  @Option(
      names = "--peer-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The port for other nodes; 0 is the API's and one.")
  private int peerPort;

  @Option(
      names = "--consensus-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The port of the consensus; 0 is the API's and two.")
  private int consensusPort;

  @Option(
      names = "--bind",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "The address to listen on, and to be reached by.")
  private String bind = "127.0.0.1";

  @Option(
      names = "--insecure",
      description =
          "Allow --bind beyond loopback: nodes and clients neither prove who they are nor encrypt"
              + " what they say yet, so whoever reaches the ports can read and delete everything.")
  private boolean insecure;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Batches that run at once; 0 runs none (default: the number of cores).")
  private @Nullable Integer slots;

  @Option(
      names = "--suspect-after-ms",
      paramLabel = "MS",
      defaultValue = "1500",
      description = "Silence after which a member is suspected and probed.")
  private long suspectAfterMs;

  @Option(
      names = "--fail-after-ms",
      paramLabel = "MS",
      defaultValue = "3000",
      description = "Silence after which a member is declared failed.")
  private long failAfterMs;

  @Option(
      names = "--election-min-ms",
      paramLabel = "MS",
      defaultValue = "300",
      description = "Least silence of the coordinator before an election.")
  private int electionMinMs;

  @Option(
      names = "--election-max-ms",
      paramLabel = "MS",
      defaultValue = "600",
      description = "Most silence of the coordinator before an election.")
  private int electionMaxMs;

  @Option(
      names = "--snapshot-every",
      paramLabel = "ENTRIES",
      defaultValue = "10000",
      description = "Entries of the log between two snapshots.")
  private int snapshotEvery;

  @Option(
      names = "--orphan-grace-ms",
      paramLabel = "MS",
      defaultValue = "600000",
      description = "How long a chunk that no file refers to is kept.")
  private long orphanGraceMs;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A file of options, one NAME=VALUE a line.")
  @SuppressWarnings("UnusedVariable") // read by OptionDefaults, before all others
  private @Nullable Path config;

  @Option(
      names = "--exit-with",
      paramLabel = "PID",
      hidden = true,
      description = "End when that process ends; for clusters that a program starts.")
  private @Nullable Long exitWith;

  /** How members are asked who they are. */
  private final NodeProcess.Seeds seeds;

  StartCommand(NodeProcess.Seeds seeds) {
    this.seeds = seeds;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    refuseOpenBind();
    Path directory = data.toAbsolutePath().normalize();
    if (exitWith != null) {
      followToTheEnd(exitWith);
    }
    Optional<Identity> known = Identity.read(directory);
    NodeConfig chosen = config(directory, known);
    CountDownLatch ended = new CountDownLatch(1);
    NodeProcess process = NodeProcess.start(chosen, known, seeds);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  process.close();
                  ended.countDown();
                },
                "stop"));
    announce(process);
    ended.await();
    return 0;
  }

  private void refuseOpenBind() throws UnknownHostException {
    if (!insecure && !InetAddress.getByName(bind).isLoopbackAddress()) {
      throw wrong(
          "--bind "
              + bind
              + " is beyond loopback, and needs --insecure: nodes and clients neither prove who"
              + " they are nor encrypt what they say yet, so whoever reaches the ports can read"
              + " and delete everything");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }

  private NodeConfig config(Path directory, Optional<Identity> known) {
    try {
      NodeName chosen =
          known.map(Identity::name).orElseGet(() -> new NodeName(name == null ? hostName() : name));
      if (name != null && !chosen.value().equals(name)) {
        throw wrong(
            "--name " + name + ": the directory " + directory + " is that of node " + chosen);
      }
      int first = port == null ? DEFAULT_PORT : port;
      return new NodeConfig(
          chosen,
          directory,
          bind,
          new NodeConfig.PortPlan(first, peerPort, consensusPort, port == null),
          slots == null ? Runtime.getRuntime().availableProcessors() : slots,
          join,
          new DetectionRule(suspectAfterMs, failAfterMs),
          electionMinMs,
          electionMaxMs,
          snapshotEvery,
          orphanGraceMs);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static void followToTheEnd(long pid) {
    Thread.ofVirtual()
        .name("exit-with-" + pid)
        .start(
            () -> {
              ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
              Runtime.getRuntime().halt(0);
            });
  }

  private static String hostName() {
    try {
      String host = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
      int dot = host.indexOf('.');
      return dot > 0 ? host.substring(0, dot) : host;
    } catch (UnknownHostException e) {
      return "node";
    }
  }

  private static void announce(NodeProcess process) {
    String id = process.current().map(node -> node.id().toString()).orElse("?");
    System.err.printf(
        "%s pid %d is up: API %s, nodes %s, consensus %s, log %s%n",
        id,
        ProcessHandle.current().pid(),
        process.hosts().api(),
        process.hosts().peer().port(),
        process.hosts().consensus().port(),
        process.data().resolve("log").resolve("node.log"));
    System.err.printf(
        "others join with --join %s; talk to it with: idunno shell --api %s%n",
        process.hosts().api(), process.hosts().api());
  }
}
