package idunno.system;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.demo.LocalCluster.Machine;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A coordinator that was killed is succeeded on the evidence of its death, here long before anybody
 * could have missed it.
 */
class SuccessionIT {
  private static final int SILENCE_MS = 10_000;

  /** A coordinator says its word twice in the least silence: no election comes sooner by itself. */
  private static final int SOONEST_MS = SILENCE_MS / 2;

  @RegisterExtension
  static final Cluster CLUSTER =
      new Cluster(
          3,
          "--slots",
          "0",
          "--election-min-ms",
          Integer.toString(SILENCE_MS),
          "--election-max-ms",
          Integer.toString(SILENCE_MS + 1_000));

  @Test
  void aKilledCoordinatorIsSucceededBeforeItsSilenceIsLongEnough() throws Exception {
    Machine dead = CLUSTER.coordinator();
    long killedNanos = System.nanoTime();
    dead.kill();

    Machine next = CLUSTER.coordinator();

    long tookMs = (System.nanoTime() - killedNanos) / 1_000_000;
    System.out.printf("succession: all knew the next coordinator after %d ms%n", tookMs);
    assertNotEquals(dead.name(), next.name());
    assertTrue(tookMs < SOONEST_MS, () -> "only after " + tookMs + " ms");
    List<String> said = Files.readAllLines(Cluster.logOf(next));
    assertTrue(
        said.stream().anyMatch(line -> line.contains(" stands-for-election after=" + dead.name())),
        () -> next.name() + " said: " + said);
  }
}
