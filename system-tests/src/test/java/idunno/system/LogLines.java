package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What nodes log and print while some of them die and come back, and what they should not. */
final class LogLines {
  private static final Pattern EVENT = Pattern.compile("^\\S+ \\S+ \\S+ (\\S+)");

  /** Whatever else is logged speaks of a disk, a replica or a model that is not as it should be. */
  private static final Set<String> EXPECTED =
      Set.of(
          "admitted",
          "backup-scheduled",
          "batch-completed",
          "batch-ended",
          "batch-returned",
          "batch-scheduled",
          "batch-started",
          "batch-stopped",
          "coordinator-changed",
          "coordinator-deposed",
          "coordinator-elected",
          "copy-started",
          "duplicate-dropped",
          "going-on",
          "job-completed",
          "job-received",
          "member-cleared",
          "member-failed",
          "member-joined",
          "member-suspected",
          "model-warmed",
          "models-run-on",
          "readmitted",
          "replica-shed",
          "stands-for-election");

  /** What each process prints at its start; whatever else it prints is a complaint. */
  private static final Pattern GREETING =
      Pattern.compile(
          "\\S+ pid \\d+ is up: .*|others join with .*"
              + "|WARNING: .*(sun\\.misc\\.Unsafe|com\\.google\\.protobuf|deprecated method).*"
              + "|WARNING: .*(will be removed|Please consider).*");

  private LogLines() {}

  /** How often each event was logged, by all nodes together. */
  static Map<String, Integer> events(List<Machine> machines) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (Machine machine : machines) {
      for (String line : Files.readAllLines(Cluster.logOf(machine))) {
        counts.merge(event(line), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static String event(String line) {
    Matcher event = EVENT.matcher(line);
    return event.find() ? event.group(1) : line;
  }

  /** The lines that should not be there, with who wrote them. */
  static List<String> unexpected(List<Machine> machines) throws IOException {
    List<String> found = new ArrayList<>();
    for (Machine machine : machines) {
      Files.readAllLines(Cluster.logOf(machine)).stream()
          .filter(line -> !EXPECTED.contains(event(line)))
          .map(line -> machine.name() + " logged: " + line)
          .forEach(found::add);
      Files.readAllLines(machine.output()).stream()
          .filter(line -> !GREETING.matcher(line).matches())
          .map(line -> machine.name() + " printed: " + line)
          .forEach(found::add);
    }
    return found;
  }
}
