package idunno.core.files;

import static idunno.core.files.Replicas.candidates;
import static idunno.core.files.Replicas.chunk;
import static idunno.core.files.Replicas.id;
import static idunno.core.files.Replicas.node;
import static idunno.core.files.Replicas.placed;
import static idunno.core.files.Replicas.roster;
import static idunno.core.files.Replicas.without;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReplicaLedgerTest {
  private final ReplicaLedger ledger = new ReplicaLedger();

  private List<List<ChunkId>> missing() {
    List<List<ChunkId>> all = new ArrayList<>();
    ledger.missing().forEach(level -> all.add(List.copyOf(level)));
    return all;
  }

  private static FileTable table(StoredChunk... chunks) {
    FileTable table = new FileTable();
    table.addChunks(List.of(chunks));
    return table;
  }

  @Test
  void chunksWithoutTroubleAreNotInIt() {
    ledger.write(placed(1_000, 1, candidates(8, 4)), roster(candidates(8, 4)));

    assertEquals(0, ledger.missingCount());
    assertTrue(ledger.surplus().isEmpty() && ledger.crowded().isEmpty());
  }

  @Test
  void whatIsMissingStandsByHowManyReplicasAreLeft() {
    ledger.write(
        List.of(
            chunk(1, "n1", "n2", "n3"),
            chunk(2, "n1"),
            chunk(3, "n2", "gone"),
            chunk(4, "leaving"),
            chunk(5, "gone"),
            chunk(6, "n1", "n2", "n3", "n4", "gone")),
        roster(candidates(4, 1), "leaving"));

    assertEquals(
        List.of(List.of(id(4)), List.of(id(2), id(3)), List.of(), List.of(id(1))), missing());
    assertEquals(List.of(id(5)), List.copyOf(ledger.unreadable()));
  }

  @Test
  void fewerNodesThanCopiesNeedNoMoreReplicasThanNodes() {
    ledger.write(List.of(chunk(1, "n1", "n2")), roster(candidates(2, 1)));
    assertEquals(0, ledger.missingCount());
  }

  @Test
  void twoInOneZoneAreCrowdedOnlyWhereAnotherZoneHasNone() {
    List<StoredChunk> chunks =
        List.of(chunk(1, "n1", "n2", "n3", "n5"), chunk(2, "n1", "n2", "n3", "n4"));
    ledger.write(chunks, roster(candidates(8, 4)));
    assertEquals(List.of(id(1)), List.copyOf(ledger.crowded()));

    ledger.write(chunks, roster(candidates(8, 3)));
    assertEquals(0, ledger.crowded().size(), "three zones, and none is empty");
    ledger.write(chunks, roster(candidates(8, 1)));
    assertEquals(0, ledger.crowded().size(), "one zone");
  }

  @Test
  void oneChunkIsCorrectedWithoutALookAtTheOthers() {
    ledger.write(List.of(chunk(1, "n1")), roster(candidates(6, 1)));
    ledger.correct(id(1), Optional.of(chunk(1, "n1", "n2", "n3", "n4", "n5")));
    assertEquals(0, ledger.missingCount());
    assertEquals(List.of(id(1)), List.copyOf(ledger.surplus()));

    ledger.correct(id(1), Optional.empty());
    assertEquals(0, ledger.surplus().size());
  }

  @Test
  void whatIsPutAsideComesBackWhenDisksChange() {
    StoredChunk chunk = chunk(1, "n1");
    ledger.write(List.of(chunk), roster(candidates(4, 1)));
    ledger.park(id(1));
    assertEquals(0, ledger.missingCount());
    assertEquals(1, ledger.parked());

    ledger.unpark(table(chunk), roster(candidates(4, 1)));
    assertEquals(1, ledger.missingCount());
    assertEquals(0, ledger.parked());
  }

  @Test
  void aNodeCanBeSparedWhenAllThatItHoldsIsEnoughElsewhere() {
    StoredChunk chunk = chunk(1, "a", "n1", "n2", "n3");
    ledger.write(List.of(chunk), roster(candidates(4, 1), "a"));
    assertFalse(ledger.canSpare(node("a"), table(chunk)));
    assertTrue(ledger.canSpare(node("b"), table(chunk)), "it holds nothing");
    ledger.park(id(1));
    assertFalse(ledger.canSpare(node("a"), table(chunk)), "put aside is not enough");

    StoredChunk enough = chunk(1, "a", "n1", "n2", "n3", "n4");
    ledger.correct(id(1), Optional.of(enough));
    assertTrue(ledger.canSpare(node("a"), table(enough)));
  }

  @Test
  void aHundredThousandChunksAreGoneThroughInAMoment() {
    List<StoredChunk> chunks = placed(100_000, 1, candidates(7, 1));
    Roster left = roster(without(candidates(7, 1), "n2"));
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long startedNanos = System.nanoTime();
      ledger.write(chunks, left);
      best = Math.min(best, System.nanoTime() - startedNanos);
    }
    System.out.printf(
        "ledger: %,d chunks gone through in %.1f ms, %,d of them have too few replicas%n",
        chunks.size(), best / 1e6, ledger.missingCount());
    assertTrue(best < 1_000_000_000L, "a second on a busy machine is far too much: " + best);
  }
}
