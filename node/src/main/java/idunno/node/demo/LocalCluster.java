package idunno.node.demo;

import idunno.core.base.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Several nodes on this machine, each a process of its own with a directory of its own, on loopback
 * unless another {@link Site} is named.
 *
 * <p>The processes end with this one, however it ends.
 */
public final class LocalCluster implements AutoCloseable {
  private static final int FIRST_PORT = 12_000;
  private static final int PLACES = 190;
  private static final int STEP = 10;
  private static final long UP_WITHIN_MS = 120_000;
  private static final long POLL_MS = 50;

  private final Site site;
  private final List<String> program;
  private final Path folder;
  private final List<String> options;
  private final List<Machine> machines = new ArrayList<>();

  /** One node and its process. */
  public final class Machine {
    private final String name;
    private final int port;
    private @Nullable Process process;
    private long upPid;

    private Machine(String name, int port) {
      this.name = name;
      this.port = port;
    }

    /** The node's name. */
    public String name() {
      return name;
    }

    /** Where its API answers. */
    public Address api() {
      return new Address(site.host(name), port);
    }

    /** The node's directory. */
    public Path data() {
      return folder.resolve(name);
    }

    /** What the process prints. */
    public Path output() {
      return folder.resolve(name + ".out");
    }

    /** Whether its process runs. */
    public boolean isRunning() {
      Process now = process;
      return now != null && now.isAlive();
    }

    /** The process's id. */
    public long pid() {
      return running().pid();
    }

    private Process running() {
      Process now = process;
      if (now == null) {
        throw new IllegalStateException(name + " was never started");
      }
      return now;
    }

    /** Kills the process as {@code kill -9} does, and waits until it is gone. */
    public void kill() throws InterruptedException {
      running().destroyForcibly().waitFor();
    }

    /** Stops the process in an orderly way, and waits until it is gone. */
    public void stop() throws InterruptedException {
      Process now = running();
      now.destroy();
      if (!now.waitFor(30, TimeUnit.SECONDS)) {
        kill();
      }
    }

    /** Sends the process a signal, such as {@code STOP} or {@code CONT}. */
    public void signal(String signal) throws IOException, InterruptedException {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new IOException("kill -" + signal + " " + pid() + " ended with " + code);
      }
    }

    /**
     * Starts the process, with further options, and doesn't wait for it.
     *
     * @throws IOException if it can't be started
     */
    public void launch(List<String> more) throws IOException {
      List<String> command = new ArrayList<>(program);
      command.addAll(
          List.of(
              "start",
              "--name",
              name,
              "--data",
              data().toString(),
              "--port",
              Integer.toString(port),
              "--exit-with",
              Long.toString(ProcessHandle.current().pid())));
      command.addAll(site.options(name));
      command.addAll(options);
      command.addAll(more);
      process =
          new ProcessBuilder(site.command(name, command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
    }

    /** Starts the process again after its end; it comes back to its group by itself. */
    public void restart() throws IOException, InterruptedException {
      launch(List.of());
      awaitUp();
    }

    /**
     * Waits until the node has entered its group.
     *
     * @throws IOException if it ends or doesn't within two minutes; with what it printed last
     */
    public void awaitUp() throws IOException, InterruptedException {
      long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(UP_WITHIN_MS);
      while (!saysUp()) {
        if (!isRunning() || System.nanoTime() > deadlineNanos) {
          throw new IOException(
              name
                  + (isRunning()
                      ? ": not up within two minutes"
                      : ": ended at its start with exit code " + running().exitValue())
                  + "; it printed last: "
                  + lastLine());
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    }

    /** What was said once is remembered: other words may follow that push it out of the tail. */
    private boolean saysUp() {
      if (upPid != pid() && tail().contains(" pid " + pid() + " is up")) {
        upPid = pid();
      }
      return upPid == pid();
    }

    private String lastLine() {
      return tail().lines().reduce((first, last) -> last).orElse("nothing");
    }

    private String tail() {
      try {
        String all = Files.exists(output()) ? Files.readString(output()) : "";
        return all.substring(Math.max(0, all.length() - 4_000));
      } catch (IOException e) {
        return "(" + output() + " cannot be read: " + e.getMessage() + ")";
      }
    }
  }

  private LocalCluster(Site site, List<String> program, Path folder, List<String> options) {
    this.site = site;
    this.program = List.copyOf(program);
    this.folder = folder;
    this.options = List.copyOf(options);
  }

  /**
   * Starts nodes n1, n2 ... and waits until all are members.
   *
   * @param program the command line that runs this program, up to the word {@code start}
   * @param folder where their directories and what they print shall be
   * @param nodes how many, 1 or more
   * @param options further options of {@code start} for every node
   */
  public static LocalCluster start(
      List<String> program, Path folder, int nodes, List<String> options)
      throws IOException, InterruptedException {
    return start(Site.LOOPBACK, program, folder, nodes, options);
  }

  /** The same at another place than loopback. */
  public static LocalCluster start(
      Site site, List<String> program, Path folder, int nodes, List<String> options)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    LocalCluster cluster = new LocalCluster(site, program, folder, options);
    try {
      int port = firstPort();
      for (int i = 1; i <= nodes; i++) {
        String name = "n" + i;
        port = freePorts(site, name, port);
        cluster.machines.add(cluster.new Machine(name, port));
        port += STEP;
      }
      Machine first = cluster.machines.getFirst();
      first.launch(List.of());
      first.awaitUp();
      for (Machine machine : cluster.machines.subList(1, nodes)) {
        machine.launch(List.of("--join", first.api().toString()));
      }
      for (Machine machine : cluster.machines) {
        machine.awaitUp();
      }
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /**
   * Where to look first: elsewhere for each process, since the ports of a node that is down look
   * free to whoever else runs a cluster on this machine. Below the ports that systems give out.
   */
  private static int firstPort() {
    return FIRST_PORT + Math.toIntExact(ProcessHandle.current().pid() % PLACES) * STEP * 10;
  }

  /** The first port from that one on whose next two are free as well. */
  private static int freePorts(Site site, String name, int from) throws IOException {
    for (int port = from; port < 60_000; port += STEP) {
      if (site.isFree(name, port) && site.isFree(name, port + 1) && site.isFree(name, port + 2)) {
        return port;
      }
    }
    throw new IOException("no three free ports in a row from " + from + " on");
  }

  /** The nodes, in the order of their names' numbers. */
  public List<Machine> machines() {
    return List.copyOf(machines);
  }

  /** The node of that name. */
  public Machine machine(String name) {
    return machines.stream()
        .filter(machine -> machine.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no node " + name + " here"));
  }

  /** Where the running nodes' APIs answer. */
  public List<Address> apis() {
    return machines.stream().filter(Machine::isRunning).map(Machine::api).toList();
  }

  /** Ends every process; the directories stay. */
  @Override
  public void close() {
    for (Machine machine : machines) {
      if (machine.isRunning()) {
        machine.running().destroyForcibly();
      }
    }
    for (Machine machine : machines) {
      Process process = machine.process;
      if (process != null) {
        process.onExit().join();
      }
    }
  }
}
