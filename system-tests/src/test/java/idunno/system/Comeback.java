package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node that was away is used again when its log says that it ran a batch since: under a new
 * incarnation where it had been given up, else by a batch that it took up afterwards.
 *
 * @param machine the node
 * @param incarnation the least under which that counts
 * @param fromBytes how long its log was before
 */
record Comeback(Machine machine, long incarnation, int fromBytes) {
  private static final Pattern LINE = Pattern.compile("(?m)^(\\S+) \\S+?#(\\d+) \\S+ (\\S+)");

  /**
   * It was used again.
   *
   * @param atMs when, milliseconds since 1970
   * @param incarnation as which
   */
  record Used(long atMs, long incarnation) {}

  /**
   * Begins to wait for a node.
   *
   * @param givenUp whether the others have found it to be failed
   */
  static Comeback of(Machine machine, boolean givenUp) throws IOException {
    String log = read(machine, 0);
    Matcher line = LINE.matcher(log);
    long last = 0;
    while (line.find()) {
      last = Math.max(last, Long.parseLong(line.group(2)));
    }
    return new Comeback(
        machine, givenUp ? last + 1 : last, log.getBytes(StandardCharsets.UTF_8).length);
  }

  private static String read(Machine machine, int fromBytes) throws IOException {
    Path log = Cluster.logOf(machine);
    byte[] all = Files.readAllBytes(log);
    return new String(all, fromBytes, all.length - fromBytes, StandardCharsets.UTF_8);
  }

  /** The first batch that it took up since and ended; empty before that. */
  Optional<Used> used() throws IOException {
    Matcher line = LINE.matcher(read(machine, fromBytes));
    boolean started = false;
    while (line.find()) {
      if (Long.parseLong(line.group(2)) >= incarnation) {
        started |= line.group(3).equals("batch-started");
        if (started && line.group(3).equals("batch-ended")) {
          return Optional.of(
              new Used(Instant.parse(line.group(1)).toEpochMilli(), Long.parseLong(line.group(2))));
        }
      }
    }
    return Optional.empty();
  }
}
