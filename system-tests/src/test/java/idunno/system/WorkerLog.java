package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node's log says of the batches that it ran.
 *
 * @param events in the order of time
 */
record WorkerLog(List<Event> events) {
  private static final Pattern LINE =
      Pattern.compile("^(\\S+) .* batch-(started|ended|stopped|given-back) batch=(\\S+)");

  /**
   * A batch was taken up, or put down.
   *
   * @param atMs when, milliseconds since 1970
   * @param kind what happened to it
   * @param batch which, such as {@code 3/17}
   */
  record Event(long atMs, String kind, String batch) {
    boolean isStart() {
      return kind.equals("started");
    }
  }

  static WorkerLog of(Machine machine) throws IOException {
    Path file = Cluster.logOf(machine);
    List<Event> events = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Matcher found = LINE.matcher(line);
      if (found.find()) {
        events.add(
            new Event(
                Instant.parse(found.group(1)).toEpochMilli(), found.group(2), found.group(3)));
      }
    }
    return new WorkerLog(events);
  }

  /** The longest time within the window in which no slot of the node ran a batch. */
  long longestIdleMs(long fromMs, long toMs) {
    long longest = 0;
    int running = 0;
    long idleSinceMs = fromMs;
    for (Event event : events) {
      if (running == 0 && event.isStart() && event.atMs() > fromMs) {
        long end = Math.min(event.atMs(), toMs);
        longest = Math.max(longest, end - Math.max(idleSinceMs, fromMs));
      }
      running += event.isStart() ? 1 : -1;
      if (running == 0) {
        idleSinceMs = event.atMs();
      }
      if (event.atMs() >= toMs) {
        return longest;
      }
    }
    return running > 0 ? longest : Math.max(longest, toMs - Math.max(idleSinceMs, fromMs));
  }

  /** The batches of a job that were run to their end here, each time that one was. */
  List<String> ended(long job) {
    return events.stream()
        .filter(event -> event.kind().equals("ended"))
        .map(Event::batch)
        .filter(batch -> batch.startsWith(job + "/"))
        .toList();
  }
}
