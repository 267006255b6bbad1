package idunno.node.chunks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
  private static final long MIB = 1 << 20;
  private static final long RESERVE = 100 * MIB;
  private static final int CHUNK = 4 << 20;

  /** A disk of 10 GiB. */
  private static final class FakeDisk implements DiskWatch.Disk {
    long free = 5_000 * MIB;
    boolean broken;
    int tries;

    @Override
    public Path folder() {
      return Path.of("/data/chunks");
    }

    @Override
    public long totalBytes() {
      return 10_240 * MIB;
    }

    @Override
    public long freeBytes() {
      return free;
    }

    @Override
    public void tryToWrite() throws IOException {
      tries++;
      if (broken) {
        throw new IOException("Eingabe-/Ausgabefehler");
      }
    }

    @Override
    public void looked(long freeBytes) {}
  }

  private final FakeDisk disk = new FakeDisk();
  private final List<Room> changes = new ArrayList<>();
  private long nowMs;
  private final DiskWatch watch = new DiskWatch(disk, "n1", RESERVE, () -> nowMs, changes::add);

  private DiskReadOnly refusal() {
    return assertThrows(DiskReadOnly.class, () -> watch.expectRoom("0a000000", CHUNK));
  }

  @Test
  void theReserveIsOneGibibyteOrATwentiethOfASmallerDisk() {
    assertEquals(1L << 30, DiskWatch.reserveOf(1L << 40));
    assertEquals(50 * MIB, DiskWatch.reserveOf(1_000 * MIB));
  }

  @Test
  void aChunkThatWouldEatOfTheReserveIsRefusedWithAllThatOneMustKnow() throws IOException {
    disk.free = RESERVE + CHUNK;
    watch.expectRoom("0a000000", CHUNK);
    disk.free--;
    String said = String.valueOf(refusal().getMessage());

    for (String part :
        List.of("n1", "0a000000", "/data/chunks", Long.toString(disk.free), "" + RESERVE)) {
      assertTrue(said.contains(part), said);
    }
    assertFalse(watch.room().writable());
    assertEquals(1, changes.size());
  }

  @Test
  void whatOthersWriteCountsToo() {
    disk.free = RESERVE - 1;
    watch.look();
    assertFalse(watch.room().writable());
    assertEquals(disk.free, watch.room().freeBytes());
  }

  @Test
  void aDiskIsTakenUpAgainOnlyWhenThereIsClearlyMoreFreeThanTheReserve() throws IOException {
    disk.free = RESERVE - 1;
    watch.look();
    disk.free = RESERVE + 24 * MIB;
    watch.look();
    refusal();
    assertEquals(1, changes.size(), "it does not go back and forth");

    disk.free = RESERVE + 25 * MIB;
    watch.look();
    watch.expectRoom("0a000000", CHUNK);
    assertEquals(new Room(true, "", disk.free), watch.room());
    assertEquals(2, changes.size());
  }

  @Test
  void aFailedWriteStopsChunksUntilASmallWriteSucceedsWhichIsTriedEverMoreSeldom()
      throws IOException {
    disk.broken = true;
    watch.failed(new IOException("Eingabe-/Ausgabefehler"));
    assertTrue(watch.room().reason().contains("Eingabe-/Ausgabefehler"), watch.room().reason());
    refusal();
    assertEquals(1, disk.tries);

    for (nowMs = 0; nowMs < 300_000; nowMs += 250) {
      watch.look();
    }
    assertTrue(disk.tries >= 5 && disk.tries <= 10, "tried " + disk.tries + " times in 5 min");
    disk.broken = false;
    for (long endMs = nowMs + 60_000; nowMs <= endMs; nowMs += 250) {
      watch.look();
    }
    watch.expectRoom("0a000000", CHUNK);
    assertEquals(2, changes.size());
  }

  @Test
  void anErrorThatIsNotTheDisksChangesNothing() throws IOException {
    watch.failed(new IOException("too many open files, a moment ago"));
    disk.broken = true;
    watch.failed(new ClosedByInterruptException());
    watch.expectRoom("0a000000", CHUNK);
    assertEquals(List.of(), changes);
  }

  @Test
  void aFullDiskThatFailsToTakeALittleIsNotTriedBeforeThereIsRoom() {
    disk.free = 0;
    disk.broken = true;
    watch.failed(new IOException("No space left on device"));
    int before = disk.tries;
    for (nowMs = 0; nowMs < 300_000; nowMs += 250) {
      watch.look();
    }
    assertEquals(before, disk.tries);
    disk.free = 5_000 * MIB;
    disk.broken = false;
    watch.look();
    assertTrue(watch.room().writable());
  }
}
