package idunno.node.chunks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 1 MiB that is full. */
class FullDiskTest {
  @TempDir Path dir;

  @Test
  void aFullDiskIsACleanFailureAndTheStoreGoesOn() throws Exception {
    SmallDisk disk = SmallDisk.at(dir);
    assertEquals(0, disk.run(FullDiskTest.class, "'" + dir + "'"), disk.said());
  }

  /** The child: fills the disk; any exception is its failure. */
  public static void main(String[] args) throws IOException {
    Path dir = Path.of(args[0]);
    ByteBuffer large = ByteBuffer.allocate(700_000);
    ByteBuffer small = ByteBuffer.allocate(60_000);
    DiskCare none = new DiskCare(OptionalLong.of(0), Optional.empty(), ignored -> {}, true);
    try (ChunkStore store = ChunkStore.open(dir, "n1", none)) {
      store.write("0a000000", large, ChunkFile.crcOf(large));
      expect(refused(store, "0a000001", large), "1.4 MB went onto a disk of 1 MiB");
      store.delete("0a000000");
      eventually("it takes chunks again", store::writable);
      store.write("0a000000", large, ChunkFile.crcOf(large));

      // Somebody else takes the rest, to the last byte.
      fill(dir.resolve("somebody-elses"));
      eventually("what is free was looked at", () -> store.room().freeBytes() == 0);
      expect(refused(store, "0a000002", small), "60 kB went onto a full disk");
      expect(!store.writable(), "it still takes chunks");
      store.verify("0a000000");

      Files.delete(dir.resolve("somebody-elses"));
      eventually("it takes chunks again", store::writable);
      store.write("0a000002", small, ChunkFile.crcOf(small));
      List<ChunkStore.Held> expected =
          List.of(
              new ChunkStore.Held("0a000000", 700_000), new ChunkStore.Held("0a000002", 60_000));
      expect(store.list().equals(expected), "found " + store.list());
      store.verify("0a000000");
      try (var leftovers = Files.list(dir.resolve("incoming"))) {
        expect(leftovers.findAny().isEmpty(), "half a chunk is left");
      }
    }
    Files.delete(dir.resolve("0a/0a000002.chunk"));
    ballastGoesOverboardAndComesBack(dir);
  }

  private static void ballastGoesOverboardAndComesBack(Path dir) throws IOException {
    Files.delete(dir.resolve("0a/0a000000.chunk"));
    Path ballast = dir.resolve("ballast");
    DiskCare care = new DiskCare(OptionalLong.of(0), Optional.of(ballast), ignored -> {}, true);
    try (ChunkStore store = ChunkStore.open(dir, "n1", care)) {
      expect(Files.size(ballast) == (1 << 20) / 10, "no ballast: " + Files.exists(ballast));
      fill(dir.resolve("somebody-elses"));
      eventually("the ballast is gone", () -> !Files.exists(ballast));
      eventually("and has left room", () -> store.freeBytes() >= (1 << 20) / 10);
      Files.delete(dir.resolve("somebody-elses"));
      eventually("the ballast is back", () -> Files.exists(ballast));
    }
  }

  private static boolean refused(ChunkStore store, String id, ByteBuffer bytes) throws IOException {
    try {
      store.write(id, bytes, ChunkFile.crcOf(bytes));
      return false;
    } catch (IOException e) {
      if (e.toString().contains(id) && e.toString().contains("n1")) {
        return true;
      }
      throw e;
    }
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[1000]);
      }
    } catch (IOException e) {
      // That is what it was for.
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void eventually(String what, Condition condition) throws IOException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      expect(System.nanoTime() < deadlineNanos, "not within 30 s: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void expect(boolean so, String otherwise) {
    if (!so) {
      throw new IllegalStateException(otherwise);
    }
  }
}
