package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the nodes' processes hold of this machine, looked at from outside, every second; on Linux
 * alone.
 *
 * <p>A Java heap fills up to some size whatever the program does, and only a collection tells what
 * of it is still needed. So the memory of a few processes is looked at right after one.
 */
final class Vitals {
  private static final int LOOK_EVERY_MS = 1_000;
  private static final int LOOKS_A_COLLECTION = 10;
  private static final int COLLECT_WITHIN_SECONDS = 20;
  private static final Pattern FIELD =
      Pattern.compile("(?m)^(VmRSS|RssAnon|Threads|State):\\s+(\\S+)");
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

  private final Cluster cluster;
  private final List<Machine> collected;
  private final Map<String, List<Sample>> lives = new LinkedHashMap<>();

  /** What a node was, which decides how many connections and threads it needs. */
  enum Role {
    /** It has not been the coordinator in this life. */
    WORKER,
    COORDINATOR,
    /** A worker that was the coordinator before, and keeps some of what that needed. */
    DEPOSED
  }

  /**
   * One look at one process.
   *
   * @param atNanos when
   * @param role what its node was
   * @param descriptors open files and sockets
   * @param threads of the system, not the virtual ones
   * @param residentBytes memory that it has, file pages that it shares with others among it
   * @param anonymousBytes that of it which is no file's
   * @param liveBytes what of its heap is in use, if a collection was made just before
   */
  record Sample(
      long atNanos,
      Role role,
      int descriptors,
      int threads,
      long residentBytes,
      long anonymousBytes,
      Optional<Long> liveBytes) {}

  /**
   * Nobody has been looked at yet.
   *
   * @param collected those whose garbage is collected now and then
   */
  Vitals(Cluster cluster, List<Machine> collected) {
    this.cluster = cluster;
    this.collected = List.copyOf(collected);
  }

  /** Whether this system tells of its processes. */
  static boolean canBeSeen() {
    return Files.isDirectory(Path.of("/proc/self/fd"));
  }

  /** Looks until the end. */
  void run(CountDownLatch end) throws InterruptedException {
    int looks = 0;
    do {
      boolean collect = ++looks % LOOKS_A_COLLECTION == 0;
      String coordinator = Fault.coordinator(cluster).orElse("nobody");
      for (Machine machine : cluster.machines()) {
        look(machine, machine.name().equals(coordinator), collect && collected.contains(machine));
      }
    } while (!end.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS));
  }

  /** What was seen of each process, by its node and its number. */
  Map<String, List<Sample>> lives() {
    return lives;
  }

  private void look(Machine machine, boolean coordinates, boolean collect)
      throws InterruptedException {
    if (!machine.isRunning()) {
      return;
    }
    long pid = machine.pid();
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      boolean isStopped = fields(process).getOrDefault("State", "").equals("T");
      Optional<Long> live = collect && !isStopped ? collect(pid) : Optional.empty();
      Map<String, String> now = fields(process);
      int descriptors;
      try (Stream<Path> open = Files.list(process.resolve("fd"))) {
        descriptors = (int) open.count();
      }
      List<Sample> life =
          lives.computeIfAbsent(machine.name() + " pid " + pid, any -> new ArrayList<>());
      life.add(
          new Sample(
              System.nanoTime(),
              role(life, coordinates),
              descriptors,
              Integer.parseInt(now.getOrDefault("Threads", "0")),
              1024 * Long.parseLong(now.getOrDefault("VmRSS", "0")),
              1024 * Long.parseLong(now.getOrDefault("RssAnon", "0")),
              live));
    } catch (IOException e) {
      // It died while it was looked at; what was seen before counts.
    }
  }

  private static Role role(List<Sample> before, boolean coordinates) {
    if (coordinates) {
      return Role.COORDINATOR;
    }
    return before.isEmpty() || before.getLast().role() == Role.WORKER ? Role.WORKER : Role.DEPOSED;
  }

  private static Map<String, String> fields(Path process) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher found = FIELD.matcher(Files.readString(process.resolve("status")));
    while (found.find()) {
      fields.put(found.group(1), found.group(2));
    }
    return fields;
  }

  /** Has a process collect its garbage, and say how many bytes are left. */
  private static Optional<Long> collect(long pid) throws IOException, InterruptedException {
    Path said = Files.createTempFile("live", ".txt");
    try {
      Process asking =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!asking.waitFor(COLLECT_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        asking.destroyForcibly().waitFor();
      }
      Matcher total = TOTAL.matcher(Files.readString(said));
      return total.find() ? Optional.of(Long.parseLong(total.group(1))) : Optional.empty();
    } finally {
      Files.delete(said);
    }
  }
}
