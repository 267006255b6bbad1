package idunno.node.main;

import com.sun.management.OperatingSystemMXBean;
import idunno.core.base.NodeName;
import idunno.core.coordinator.PartRule;
import idunno.core.coordinator.UpkeepRule;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.Member;
import idunno.node.client.Client;
import idunno.node.consensus.ConsensusConfig;
import idunno.node.files.ScrubPlan;
import idunno.node.inference.DeviceWish;
import idunno.node.inference.Devices;
import idunno.node.shell.Action;
import idunno.node.shell.Call;
import idunno.node.shell.Command;
import idunno.node.shell.Usage;
import idunno.node.transport.Http;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;

/** {@code start}: runs one node in this process until it is told to stop. */
final class StartCommand {
  private static final int DEFAULT_PORT = 7400;
  private static final int MAX_PORT = 65_533;
  private static final int MAX_SLOTS = 1024;
  private static final int HOUR_MS = 3_600_000;
  private static final int MAX_REPAIR_MB = 1_000_000;

  private static final String NAME = "--name";
  private static final String DATA = "--data";
  private static final String JOIN = "--join";
  private static final String PORT = "--port";
  private static final String PEER_PORT = "--peer-port";
  private static final String CONSENSUS_PORT = "--consensus-port";
  private static final String BIND = "--bind";
  private static final String INSECURE = "--insecure";
  private static final String SLOTS = "--slots";
  private static final String SUSPECT = "--suspect-after-ms";
  private static final String FAIL = "--fail-after-ms";
  private static final String ELECTION_MIN = "--election-min-ms";
  private static final String ELECTION_MAX = "--election-max-ms";
  private static final String SNAPSHOT = "--snapshot-every";
  private static final String GRACE = "--orphan-grace-ms";
  private static final String ZONE = "--zone";
  private static final String REPAIR = "--repair-mbps";
  private static final String SETTLE = "--settle-ms";
  private static final String PART = "--part-queries";

  private static final String RESERVE = "--reserve";
  private static final String SCRUB_RATE = "--scrub-mbps";
  private static final String SCRUB_DAYS = "--scrub-days";
  private static final String NO_SYNC = "--no-sync";
  private static final int MAX_RATE = 100_000;
  private static final int MAX_DAYS = 3_650;

  private static final String DEVICE = "--device";
  private static final String GPU_JAR = "--gpu-jar";
  private static final String MODEL_MEMORY = "--model-memory";
  private static final String OWN_WEIGHTS = "--own-weights";
  private static final String PICTURE_MEMORY = "--picture-memory";

  /** Of the machine's memory so much is taken for decoded pictures, if nothing is said, but... */
  private static final int PICTURE_SHARE = 16;

  /** ... no more than this: 7,000 pictures of 224 x 224. */
  private static final long MOST_PICTURE_BYTES = 1L << 30;

  /** Ends the node when that process ends: for clusters that a program starts. */
  private static final String EXIT_WITH = "--exit-with";

  private StartCommand() {}

  static Command command() {
    return Command.local(
            "start",
            Command.Group.BEGIN,
            "run a node here; the first begins a cluster, others --join it. Each option can be"
                + " set by the environment too (--peer-port is IDUNNO_PEER_PORT), or in a file"
                + " (peer-port=7401)",
            StartCommand::run)
        .option(NAME, "NAME", "the node's name, kept in its directory; else the host's name")
        .option(DATA, "DIR", "its directory: chunks, consensus, log; else ./idunno-data")
        .option(
            JOIN,
            "HOST:PORT[,...]",
            "the API of members to join by; else a cluster begins."
                + " Not looked at where the directory knows its cluster")
        .option(
            PORT,
            "PORT",
            "the API's port; the two behind it are for other nodes and the consensus. Else 7400,"
                + " or the next free three in steps of 10. A restart takes those of the first"
                + " start")
        .option(PEER_PORT, "PORT", "the port for other nodes; else the API's and one")
        .option(CONSENSUS_PORT, "PORT", "the port of the consensus; else the API's and two")
        .option(BIND, "HOST", "the address to listen on and be reached by; else 127.0.0.1")
        .flag("allow --bind beyond loopback: nothing is encrypted or proven yet", INSECURE)
        .option(SLOTS, "N", "batches that run at once, 0 for none; else the number of cores")
        .option(SUSPECT, "MS", "silence after which a member is suspected; else 1500")
        .option(FAIL, "MS", "silence after which it is declared failed; else 3000")
        .option(ELECTION_MIN, "MS", "least silence of a coordinator before an election; else 600")
        .option(ELECTION_MAX, "MS", "most silence of the same; else 1200")
        .option(SNAPSHOT, "ENTRIES", "log entries between two snapshots; else 10000")
        .option(GRACE, "MS", "how long a chunk that no file refers to is kept; else 600000")
        .option(
            ZONE,
            "LABEL",
            "what may fail together, such as a rack: replicas go to different zones first")
        .option(
            REPAIR,
            "N",
            "megabytes a second that repair and balance may copy while this node coordinates, 0 for"
                + " no limit; else 200")
        .option(
            PART,
            "N",
            "results of a running job that are put in the store at once while this node"
                + " coordinates, or what there is after 10 s; else 4096")
        .option(
            RESERVE,
            "SIZE",
            "what stays free on the disk, such as 512m: with less, the node takes no chunks; else"
                + " 1g, or a 20th of a smaller disk")
        .option(
            SCRUB_RATE,
            "MB/S",
            "how fast all chunks are read again, to find damage; 0 for never by itself; else 20")
        .option(
            SCRUB_DAYS, "DAYS", "how often that begins, 0 for one round after the other; else 7")
        .flag(
            "acknowledge chunks before they are on the disk: a power cut of several machines can"
                + " lose files; for comparisons",
            NO_SYNC)
        .option(
            SETTLE,
            "MS",
            "how long no node must have come or gone before replicas that are too many go, or any"
                + " are moved; else 30000")
        .option(
            DEVICE,
            "auto|cpu|cuda:N",
            "what runs networks; else auto: a card if one can be used, else the processor")
        .option(
            GPU_JAR,
            "FILE",
            "ONNX Runtime's jar for cards; else onnxruntime_gpu-*.jar in lib/ beside the launcher")
        .option(
            MODEL_MEMORY,
            "SIZE",
            "the most memory for warm models, such as 4g; else half of the machine's")
        .option(
            PICTURE_MEMORY,
            "SIZE",
            "the most memory for decoded pictures, 0 for none; else a 16th of the machine's, at"
                + " most 1g")
        .flag("do not share models' weights with other nodes of this machine", OWN_WEIGHTS)
        .option(EXIT_WITH, "PID", "end when that process ends")
        .option(Settings.CONFIG, "FILE", "a file of options, one NAME=VALUE a line");
  }

  private static int run(Call call) throws IOException {
    Settings settings = new Settings(call.words(), call.session().environment(), names());
    settings.number(EXIT_WITH, 1, Integer.MAX_VALUE).ifPresent(StartCommand::followToTheEnd);
    String bind = settings.text(BIND).orElse("127.0.0.1");
    refuseOpenBind(bind, settings.has(INSECURE));
    Path directory =
        Path.of(settings.text(DATA).orElse("idunno-data")).toAbsolutePath().normalize();
    Optional<Identity> known = Identity.read(directory);
    // A thread that dies of what nobody expected leaves a node that only looks alive.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, error) -> ProcessEnd.now("thread " + thread.getName() + ": " + error, error));
    NodeConfig config = config(settings, directory, bind, known, models(settings));
    config.models().remark().ifPresent(call::remark);
    try {
      NodeProcess process =
          NodeProcess.start(
              config, known, api -> Client.connect(List.of(api), Http.client()).self());
      announce(call, process);
      // A signal ends the process as a crash would; see the launcher.
      new CountDownLatch(1).await();
      return Action.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while starting");
    }
  }

  private static List<String> names() {
    return command().flags().stream().map(flag -> flag.names().getFirst()).toList();
  }

  private static void refuseOpenBind(String bind, boolean insecure) throws UnknownHostException {
    InetAddress address = InetAddress.getByName(bind);
    if (address.isAnyLocalAddress()) {
      throw new Usage(
          BIND + " " + bind + ": expected the address that others reach this machine by");
    }
    if (!insecure && !address.isLoopbackAddress()) {
      throw new Usage(
          BIND
              + " "
              + bind
              + " is beyond loopback, and needs "
              + INSECURE
              + ": nodes and clients neither prove who they are nor encrypt what they say yet, so"
              + " whoever reaches the ports can read and delete everything");
    }
  }

  private static NodeConfig config(
      Settings settings,
      Path directory,
      String bind,
      Optional<Identity> known,
      NodeConfig.Models models) {
    Optional<String> wanted = settings.text(NAME);
    try {
      NodeName name =
          known
              .map(Identity::name)
              .orElseGet(() -> new NodeName(wanted.orElseGet(StartCommand::hostName)));
      if (wanted.isPresent() && !name.value().equals(wanted.get())) {
        throw new Usage(
            NAME
                + " "
                + wanted.get()
                + ": the directory "
                + directory
                + " is node "
                + name
                + "'s; name another by --data, or leave "
                + NAME
                + " out");
      }
      Optional<Integer> port = settings.number(PORT, 1, MAX_PORT);
      return new NodeConfig(
          name,
          directory,
          bind,
          new NodeConfig.PortPlan(
              port.orElse(DEFAULT_PORT),
              settings.number(PEER_PORT, 1, MAX_PORT).orElse(0),
              settings.number(CONSENSUS_PORT, 1, MAX_PORT).orElse(0),
              port.isEmpty()),
          settings.number(SLOTS, 0, MAX_SLOTS).orElseGet(Runtime.getRuntime()::availableProcessors),
          settings.text(JOIN).map(text -> List.of(text.split(","))).orElse(List.of()),
          new DetectionRule(
              settings.number(SUSPECT, 1, HOUR_MS).orElse(1_500),
              settings.number(FAIL, 1, HOUR_MS).orElse(3_000)),
          settings.number(ELECTION_MIN, 50, HOUR_MS).orElse(ConsensusConfig.ELECTION_MIN_MS),
          settings.number(ELECTION_MAX, 51, HOUR_MS).orElse(ConsensusConfig.ELECTION_MAX_MS),
          settings.number(SNAPSHOT, 1, Integer.MAX_VALUE).orElse(10_000),
          settings.number(GRACE, 1, Integer.MAX_VALUE).orElse(600_000),
          zone(settings),
          upkeep(settings),
          new PartRule(
              settings.number(PART, 1, Integer.MAX_VALUE).orElse(PartRule.DEFAULT.queries()),
              PartRule.DEFAULT.afterMs()),
          new NodeConfig.Disk(
              settings.bytes(RESERVE).map(OptionalLong::of).orElse(OptionalLong.empty()),
              ScrubPlan.of(
                  settings.number(SCRUB_RATE, 0, MAX_RATE).orElse(20),
                  settings.number(SCRUB_DAYS, 0, MAX_DAYS).orElse(7)),
              !settings.has(NO_SYNC)),
          models);
    } catch (IllegalArgumentException e) {
      throw new Usage(String.valueOf(e.getMessage()));
    }
  }

  private static String zone(Settings settings) {
    String zone = settings.text(ZONE).orElse("");
    if (!Member.Place.isZone(zone)) {
      throw new Usage(ZONE + ": expected " + Member.Place.ZONE_SHAPE + ", found '" + zone + "'");
    }
    return zone;
  }

  private static UpkeepRule upkeep(Settings settings) {
    UpkeepRule usual = UpkeepRule.DEFAULT;
    return new UpkeepRule(
        settings
            .number(REPAIR, 0, MAX_REPAIR_MB)
            .map(megabytes -> megabytes * 1_000_000L)
            .orElse(usual.repairBytesPerSecond()),
        settings.number(SETTLE, 0, HOUR_MS).map(Integer::longValue).orElse(usual.settleMs()));
  }

  /** Chooses the device by trying it, before anything else is begun. */
  private static NodeConfig.Models models(Settings settings) throws IOException {
    DeviceWish wish;
    try {
      wish = DeviceWish.parse(settings.text(DEVICE).orElse("auto"));
    } catch (IllegalArgumentException e) {
      throw new Usage(DEVICE + ": " + e.getMessage());
    }
    Optional<Path> jar = settings.text(GPU_JAR).map(Path::of);
    String home = System.getProperty("idunno.home");
    if (jar.isEmpty() && home != null) {
      jar = Devices.jarIn(Path.of(home, "lib"));
    }
    Devices.Choice choice = Devices.choose(wish, jar.orElse(null));
    return new NodeConfig.Models(
        choice.device(),
        choice.remark(),
        !settings.has(OWN_WEIGHTS),
        settings.bytes(MODEL_MEMORY).orElseGet(() -> machineBytes() / 2),
        settings
            .bytesOrNone(PICTURE_MEMORY)
            .orElseGet(() -> Math.min(MOST_PICTURE_BYTES, machineBytes() / PICTURE_SHARE)));
  }

  /** The memory of this machine, or of the container that this process runs in. */
  private static long machineBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static void followToTheEnd(int pid) {
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

  private static void announce(Call call, NodeProcess process) {
    Node.Hosts hosts = process.hosts();
    call.remark(
        "%s pid %d is up: API %s, nodes %d, consensus %d, directory %s"
            .formatted(
                process.current().map(node -> node.id().toString()).orElse("?"),
                ProcessHandle.current().pid(),
                hosts.api(),
                hosts.peer().port(),
                hosts.consensus().port(),
                process.data()));
    call.remark(
        "others join with --join %s; talk to it with: ./idunno shell --api %s"
            .formatted(hosts.api(), hosts.api()));
  }
}
