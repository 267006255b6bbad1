package idunno.system;

import idunno.node.demo.Site;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A network for the nodes of one cluster on this machine, in which any two can be cut off from each
 * other, while the tests still reach all of them.
 *
 * <p>Each node has a network namespace of its own, with one virtual wire to a switch, which has a
 * namespace too, so that no firewall of the machine looks at what passes. Two nodes are cut off by
 * having each send to a hardware address that nobody has: what they send is lost, in silence, as in
 * a network that is broken; connections stay open and learn of it by their own patience.
 *
 * <p>It needs root on Linux, and the program {@code ip}.
 */
final class Wires implements Site {
  private static final long STEP_WITHIN_S = 20;
  private static final int OWN_PLACE = 254;
  private static final String TAG = "idunno-";
  private static final String DEVICE = "wire";

  private final String tag;
  private final String subnet;
  private final int nodes;

  private Wires(String tag, String subnet, int nodes) {
    this.tag = tag;
    this.subnet = subnet;
    this.nodes = nodes;
  }

  /** Lays the wires; empty, with a line that says why, where this machine doesn't let us. */
  static Optional<Wires> lay(int nodes) throws InterruptedException {
    long pid = ProcessHandle.current().pid();
    // 198.18.0.0/15 is for tests of networks, and no network's own (RFC 2544).
    String subnet = "198." + (18 + (pid >> 8) % 2) + "." + pid % 256;
    Wires wires = new Wires(TAG + pid, subnet, nodes);
    try {
      sweep();
      wires.lay();
      return Optional.of(wires);
    } catch (IOException e) {
      wires.takeAway();
      System.out.println("no cluster with wires of its own here: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Takes away what runs that were killed have left behind. */
  private static void sweep() throws IOException, InterruptedException {
    for (String line : run("netns list", "").split("\n", -1)) {
      String space = line.split(" ", -1)[0];
      String[] parts = space.split("-", -1);
      if (space.startsWith(TAG)
          && ProcessHandle.of(Long.parseLong(parts[1])).filter(ProcessHandle::isAlive).isEmpty()) {
        var _ = run("netns delete " + space, "");
      }
    }
  }

  private void lay() throws IOException, InterruptedException {
    String hub = tag + "-hub";
    String outside = outside();
    List<String> steps = new ArrayList<>();
    steps.add("netns add " + hub);
    steps.add("-n " + hub + " link add switch type bridge");
    steps.add("-n " + hub + " link set switch up");
    steps.add("link add " + outside + " type veth peer name tests netns " + hub);
    steps.add("-n " + hub + " link set tests master switch up");
    steps.add("address add " + ip(OWN_PLACE) + "/24 dev " + outside);
    steps.add("link set " + outside + " up");
    for (int i = 1; i <= nodes; i++) {
      String space = space(i);
      steps.add("netns add " + space);
      steps.add(
          "-n " + space + " link add " + DEVICE + " type veth peer name n" + i + " netns " + hub);
      steps.add("-n " + hub + " link set n" + i + " master switch up");
      steps.add("-n " + space + " link set lo up");
      steps.add("-n " + space + " link set " + DEVICE + " address " + hardware(i, true));
      steps.add("-n " + space + " address add " + ip(i) + "/24 dev " + DEVICE);
      steps.add("-n " + space + " link set " + DEVICE + " up");
    }
    for (String step : steps) {
      var _ = run(step, "");
    }
  }

  /** At most 15 characters. */
  private String outside() {
    return "idn" + ProcessHandle.current().pid();
  }

  private String space(int node) {
    return tag + "-n" + node;
  }

  private String ip(int place) {
    return subnet + "." + place;
  }

  private static String hardware(int node, boolean real) {
    return String.format("02:00:00:00:%s:%02x", real ? "00" : "ff", node);
  }

  private static int number(String node) {
    return Integer.parseInt(node.substring(1));
  }

  @Override
  public String host(String node) {
    return ip(number(node));
  }

  @Override
  public boolean isFree(String node, int port) {
    return true;
  }

  @Override
  public List<String> options(String node) {
    return List.of("--bind", host(node), "--insecure");
  }

  @Override
  public List<String> command(String node, List<String> command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", space(number(node))));
    all.addAll(command);
    return all;
  }

  /** Cuts some nodes, together, off from the others. */
  void cutOff(Collection<String> some) throws IOException, InterruptedException {
    set(some, false);
  }

  /** Mends what was cut. */
  void mend() throws IOException, InterruptedException {
    set(List.of(), true);
  }

  private void set(Collection<String> some, boolean whole)
      throws IOException, InterruptedException {
    for (int from = 1; from <= nodes; from++) {
      StringBuilder changes = new StringBuilder();
      for (int to = 1; to <= nodes; to++) {
        boolean together = some.contains("n" + from) == some.contains("n" + to);
        if (to != from) {
          changes.append(
              "neigh replace %s lladdr %s dev %s nud permanent\n"
                  .formatted(ip(to), hardware(to, whole || together), DEVICE));
        }
      }
      var _ = run("-n " + space(from) + " -batch -", changes.toString());
    }
  }

  /** Takes the network away. The nodes in it have ended before. */
  void takeAway() throws InterruptedException {
    List<String> steps = new ArrayList<>(List.of("link delete " + outside()));
    for (int i = 1; i <= nodes; i++) {
      steps.add("netns delete " + space(i));
    }
    steps.add("netns delete " + tag + "-hub");
    for (String step : steps) {
      try {
        var _ = run(step, "");
      } catch (IOException e) {
        // It was never laid.
      }
    }
  }

  private static String run(String arguments, String input)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(STEP_WITHIN_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("ip " + arguments + ": not done within " + STEP_WITHIN_S + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException("ip " + arguments + ": " + said.strip());
    }
    return said;
  }
}
