package idunno.system;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.MasterView;
import idunno.node.api.Views.MemberView;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster;
import idunno.node.demo.LocalCluster.Machine;
import idunno.node.demo.Site;
import idunno.node.transport.Http;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The cluster that the tests of one class share: nodes n1, n2 ... as processes on this machine.
 *
 * <p>Before each test all nodes are up and alive again; after a failed one, what every node printed
 * and logged last is printed.
 */
final class Cluster
    implements BeforeAllCallback, BeforeEachCallback, AfterTestExecutionCallback, AfterAllCallback {
  /** How long anything may take that takes a second or two: these machines are small and busy. */
  static final Duration SOON = Duration.ofSeconds(60);

  private static final HttpClient HTTP = Http.client();
  private static final int LINES_SHOWN = 40;

  private final int nodes;
  private final List<String> options;
  private @Nullable Path folder;
  private @Nullable LocalCluster processes;
  private boolean wired;
  private Optional<Wires> wires = Optional.empty();

  /**
   * A cluster that starts with the first test.
   *
   * @param nodes how many
   * @param options further options of {@code start} for every node
   */
  Cluster(int nodes, String... options) {
    this.nodes = nodes;
    this.options = List.of(options);
  }

  /** A cluster whose nodes can be cut off from one another, where this machine lets us. */
  static Cluster withWires(int nodes, String... options) {
    Cluster cluster = new Cluster(nodes, options);
    cluster.wired = true;
    return cluster;
  }

  /** The wires between the nodes; empty where this machine lets us have none. */
  Optional<Wires> wires() {
    return wires;
  }

  /** The HTTP client of the tests. */
  static HttpClient http() {
    return HTTP;
  }

  @Override
  public void beforeAll(ExtensionContext test) throws Exception {
    Path home = Path.of(System.getProperty("idunno.clusters", "target/clusters"));
    Path fresh = home.resolve(test.getRequiredTestClass().getSimpleName()).toAbsolutePath();
    delete(fresh);
    folder = fresh;
    wires = wired ? Wires.lay(nodes) : Optional.empty();
    Site site = wires.isPresent() ? wires.get() : Site.LOOPBACK;
    processes = LocalCluster.start(site, Program.node(), fresh.resolve("nodes"), nodes, options);
  }

  @Override
  public void beforeEach(ExtensionContext test) throws Exception {
    mend();
  }

  @Override
  public void afterTestExecution(ExtensionContext test) {
    if (test.getExecutionException().isPresent()) {
      System.err.println("=== " + test.getDisplayName() + " failed; what the nodes said last:");
      machines().forEach(machine -> System.err.println(lastWords(machine)));
    }
  }

  @Override
  public void afterAll(ExtensionContext test) throws Exception {
    LocalCluster running = processes;
    if (running != null) {
      running.close();
    }
    if (wires.isPresent()) {
      wires.get().takeAway();
    }
    if (test.getExecutionException().isEmpty()) {
      for (Machine machine : machines()) {
        delete(machine.data().resolve("chunks"));
        delete(machine.data().resolve("models"));
      }
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    }
  }

  private static String lastWords(Machine machine) {
    return "--- %s (%s), printed:\n%s--- %s, logged:\n%s"
        .formatted(
            machine.name(),
            machine.isRunning() ? "running" : "not running",
            tail(machine.output()),
            machine.name(),
            tail(logOf(machine)));
  }

  private static String tail(Path file) {
    try {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()))
          + "\n";
    } catch (IOException e) {
      return "(cannot be read: " + e.getMessage() + ")\n";
    }
  }

  /** A node's log. */
  static Path logOf(Machine machine) {
    return machine.data().resolve("log").resolve("node.log");
  }

  /** A folder for the tests' own files. */
  Path scratch() throws IOException {
    Path place = java.util.Objects.requireNonNull(folder).resolve("scratch");
    return Files.createDirectories(place);
  }

  /** All nodes' processes. */
  List<Machine> machines() {
    LocalCluster running = processes;
    return running == null ? List.of() : running.machines();
  }

  /** One node's process. */
  Machine machine(String name) {
    return machines().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  /** The processes that run. */
  List<Machine> running() {
    return machines().stream().filter(Machine::isRunning).toList();
  }

  /** A client that knows this node alone, until it learns of others. */
  Client client(Machine machine) {
    return Client.connect(List.of(machine.api()), HTTP);
  }

  /** A client that knows every node that runs. */
  Client client() {
    List<Address> apis = running().stream().map(Machine::api).toList();
    return Client.connect(apis, HTTP);
  }

  /** What a node says of a member. */
  MemberView member(Machine asked, String name) throws IOException {
    return client(asked).members().members().stream()
        .filter(member -> member.id().name().value().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException(asked.name() + " knows no " + name));
  }

  /** Waits until every node that runs says so of a member. */
  void awaitState(String name, MemberState state) throws InterruptedException {
    for (Machine asked : running()) {
      Eventually.see(
          asked.name() + " says that " + name + " is " + state,
          SOON,
          () -> member(asked, name).state(),
          state::equals);
    }
  }

  /** The process of the coordinator, as all nodes that run agree. */
  Machine coordinator() throws InterruptedException {
    List<NodeName> names =
        Eventually.see(
            "all nodes name one coordinator",
            SOON,
            () -> {
              List<NodeName> named = new ArrayList<>();
              for (Machine machine : running()) {
                MasterView master = client(machine).master();
                named.add(master.coordinator().orElseThrow().name());
              }
              return named;
            },
            named -> named.stream().distinct().count() == 1);
    return machine(names.getFirst().value());
  }

  /** A node that isn't the coordinator. */
  Machine worker() throws InterruptedException {
    Machine coordinator = coordinator();
    return running().stream()
        .filter(machine -> !machine.name().equals(coordinator.name()))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** Starts what is down, and waits until every node finds all of them alive. */
  void mend() throws IOException, InterruptedException {
    if (wires.isPresent()) {
      wires.get().mend();
    }
    for (Machine machine : machines()) {
      if (!machine.isRunning()) {
        machine.launch(List.of());
      }
    }
    for (Machine machine : machines()) {
      machine.awaitUp();
    }
    for (Machine machine : machines()) {
      awaitState(machine.name(), MemberState.ALIVE);
    }
  }
}
