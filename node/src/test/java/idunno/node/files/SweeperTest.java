package idunno.node.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.files.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SweeperTest {
  private static final long GRACE_MS = 60_000;
  private static final ChunkId ORPHAN = new ChunkId("0a000001");
  private static final ChunkId KNOWN = new ChunkId("0a000002");

  /** A disk, what this node knows to be expected on it, and what is committed elsewhere. */
  private static final class FakeDisk implements Sweeper.Disk {
    final NavigableSet<ChunkId> held = new TreeSet<>();
    final NavigableSet<ChunkId> expected = new TreeSet<>();
    final NavigableSet<ChunkId> committedElsewhere = new TreeSet<>();
    final List<ChunkId> reported = new ArrayList<>();
    boolean cutOff;
    int catchUps;

    @Override
    public List<ChunkId> held() {
      return List.copyOf(held);
    }

    @Override
    public boolean isExpected(ChunkId chunk) {
      return expected.contains(chunk);
    }

    @Override
    public List<ChunkId> expected() {
      return List.copyOf(expected);
    }

    @Override
    public boolean isHeld(ChunkId chunk) {
      return held.contains(chunk);
    }

    @Override
    public void catchUp() throws IOException {
      catchUps++;
      if (cutOff) {
        throw new IOException("no majority");
      }
      expected.addAll(committedElsewhere);
    }

    @Override
    public void delete(ChunkId chunk) {
      held.remove(chunk);
    }

    @Override
    public void report(ChunkId chunk) {
      reported.add(chunk);
    }
  }

  private final FakeDisk disk = new FakeDisk();
  private long nowMs;

  private void run(Case test) throws Exception {
    // Its own thread sleeps: the rounds are called here.
    try (Sweeper sweeper = new Sweeper(disk, GRACE_MS, () -> nowMs)) {
      test.run(sweeper);
    }
  }

  private interface Case {
    void run(Sweeper sweeper) throws Exception;
  }

  private void sweepAt(Sweeper sweeper, long ms) throws Exception {
    nowMs = ms;
    sweeper.sweep(ms);
  }

  @Test
  void anOrphanGoesAfterItsGraceAndWhatIsExpectedStays() throws Exception {
    disk.held.addAll(List.of(ORPHAN, KNOWN));
    disk.expected.add(KNOWN);
    run(
        sweeper -> {
          sweepAt(sweeper, 0);
          sweepAt(sweeper, GRACE_MS - 1);
          assertEquals(new TreeSet<>(List.of(ORPHAN, KNOWN)), disk.held);
          assertEquals(0, disk.catchUps, "nobody is asked while nothing is due");
          sweepAt(sweeper, GRACE_MS);
          assertEquals(new TreeSet<>(List.of(KNOWN)), disk.held);
          assertEquals(List.of(), disk.reported);
        });
  }

  @Test
  void aCommitThatThisNodeHasNotSeenYetSavesItsChunk() throws Exception {
    disk.held.add(ORPHAN);
    disk.committedElsewhere.add(ORPHAN);
    run(
        sweeper -> {
          sweepAt(sweeper, 0);
          sweepAt(sweeper, 10 * GRACE_MS);
          assertEquals(new TreeSet<>(List.of(ORPHAN)), disk.held);
        });
  }

  @Test
  void aNodeThatIsCutOffDeletesNothingByGrace() throws Exception {
    disk.held.add(ORPHAN);
    disk.cutOff = true;
    run(
        sweeper -> {
          sweepAt(sweeper, 0);
          assertThrows(IOException.class, () -> sweepAt(sweeper, 10 * GRACE_MS));
          assertEquals(new TreeSet<>(List.of(ORPHAN)), disk.held);
          disk.cutOff = false;
          sweepAt(sweeper, 10 * GRACE_MS + 1);
          assertEquals(new TreeSet<>(), disk.held);
        });
  }

  @Test
  void whoeverNeedsAChunkKeepsItByTouchingItAndLearnsWhatIsGone() throws Exception {
    disk.held.add(ORPHAN);
    run(
        sweeper -> {
          sweepAt(sweeper, 0);
          for (int i = 1; i <= 5; i++) {
            nowMs = i * (GRACE_MS - 1);
            assertEquals(List.of(KNOWN), sweeper.touch(List.of(ORPHAN, KNOWN)));
            sweeper.sweep(nowMs);
          }
          assertEquals(new TreeSet<>(List.of(ORPHAN)), disk.held);
          sweepAt(sweeper, nowMs + GRACE_MS);
          assertEquals(new TreeSet<>(), disk.held);
          assertEquals(List.of(ORPHAN), sweeper.touch(List.of(ORPHAN)));
        });
  }

  @Test
  void aChunkThatIsMissingIsReported() throws Exception {
    disk.expected.add(KNOWN);
    run(
        sweeper -> {
          sweepAt(sweeper, 0);
          assertEquals(List.of(KNOWN), disk.reported);
        });
  }
}
