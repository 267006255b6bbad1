package idunno.node.chunks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.BlockSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkStoreTest {
  private static final int BLOCK = ChunkFile.BLOCK_BYTES;
  private static final String ID = "0a1b2c3d-0000";

  @TempDir Path dir;
  private ChunkStore store;

  @BeforeEach
  void open() throws IOException {
    store = ChunkStore.open(dir, "n1");
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void reopen() throws IOException {
    close();
    open();
  }

  private static ByteBuffer bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private ByteBuffer write(String id, int length) throws IOException {
    ByteBuffer bytes = bytes(length, id.hashCode());
    store.write(id, bytes, ChunkFile.crcOf(bytes));
    return bytes;
  }

  private Path file(String id) {
    return dir.resolve(id.substring(0, 2)).resolve(id + ".chunk");
  }

  private void flip(long position) throws IOException {
    byte[] file = Files.readAllBytes(file(ID));
    file[(int) position] ^= 0x10;
    Files.write(file(ID), file);
  }

  private List<Path> leftovers() throws IOException {
    try (var files = Files.list(dir.resolve("incoming"))) {
      return files.toList();
    }
  }

  @Test
  void aChunkLiesOnTheDiskAlikeWhetherItPassedTheCacheOrNot() throws IOException {
    int mib = 1 << 20;
    for (int length : new int[] {1, BLOCK, 2 * BLOCK, 2 * BLOCK + 1, mib - 1, mib, 4 * mib}) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(4 * mib + 4096).alignedSlice(4096).limit(length);
      bytes.put(bytes(length, length)).flip();
      ByteBuffer unaligned = ByteBuffer.allocateDirect(length + 1).position(1);
      unaligned.put(bytes(length, length)).position(1);
      String cached = "aa000000-" + length;
      String past = "bb000000-" + length;
      String shifted = "cc000000-" + length;
      store.write(cached, bytes, BlockSums.of(bytes), true);
      store.write(past, bytes, BlockSums.of(bytes), false);
      store.write(shifted, unaligned, BlockSums.of(unaligned), false);
      assertArrayEquals(Files.readAllBytes(file(cached)), Files.readAllBytes(file(past)));
      assertArrayEquals(Files.readAllBytes(file(cached)), Files.readAllBytes(file(shifted)));
      assertEquals(bytes, store.read(past, 0, length));
    }
    assertEquals(List.of(), leftovers());
  }

  @Test
  void whatIsWrittenIsReadBackInAnyPartsAlsoAfterAReopen() throws IOException {
    for (int length : new int[] {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17}) {
      String id = "%08x".formatted(length);
      ByteBuffer bytes = write(id, length);
      assertEquals(length, bytes.remaining(), "the caller's buffer is left as it was");
      reopen();
      assertEquals(length, store.verify(id));
      assertEquals(bytes, store.read(id, 0, length));
      Random random = new Random(length);
      for (int i = 0; i < 50; i++) {
        int offset = random.nextInt(length + 1);
        int part = random.nextInt(length - offset + 1);
        assertEquals(bytes.slice(offset, part), store.read(id, offset, part));
      }
    }
    assertEquals(6, store.list().size());
    assertEquals(new ChunkStore.Held("00000001", 1), store.list().get(1));
  }

  @Test
  void aPartThatIsNotInTheChunkIsRefused() throws IOException {
    write(ID, 100);
    assertThrows(IllegalArgumentException.class, () -> store.read(ID, 0, 101));
    assertThrows(IllegalArgumentException.class, () -> store.read(ID, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> store.read(ID, 5, -1));
    assertThrows(IllegalArgumentException.class, () -> store.read(ID, Long.MAX_VALUE, 1));
    assertThrows(NoSuchFileException.class, () -> store.read("0a1b2c3d-0001", 0, 1));
  }

  @Test
  void aFlippedBitIsFoundInItsBlockAndTheOtherBlocksCanStillBeRead() throws IOException {
    ByteBuffer bytes = write(ID, 3 * BLOCK);
    flip(BLOCK + 5);
    CorruptChunk found = assertThrows(CorruptChunk.class, () -> store.read(ID, 2 * BLOCK - 1, 1));
    assertEquals(1, found.block());
    assertEquals("n1", found.node());
    assertEquals(ID, found.chunkId());
    assertEquals(1, assertThrows(CorruptChunk.class, () -> store.verify(ID)).block());
    assertEquals(bytes.slice(2 * BLOCK, BLOCK), store.read(ID, 2 * BLOCK, BLOCK));
  }

  @Test
  void everyFlippedBitOfTheTrailerIsFound() throws IOException {
    write(ID, BLOCK + 10);
    long fileBytes = Files.size(file(ID));
    for (long position = BLOCK + 10; position < fileBytes; position++) {
      flip(position);
      CorruptChunk found = assertThrows(CorruptChunk.class, () -> store.read(ID, 0, 1));
      assertEquals(CorruptChunk.TRAILER, found.block());
      flip(position);
    }
    store.verify(ID);
  }

  @Test
  void aFileCutOffAnywhereIsFound() throws IOException {
    write(ID, BLOCK + 10);
    byte[] whole = Files.readAllBytes(file(ID));
    for (int length : new int[] {0, 1, 23, 24, 100, BLOCK, BLOCK + 10, whole.length - 1}) {
      Files.write(file(ID), Arrays.copyOf(whole, length));
      assertThrows(CorruptChunk.class, () -> store.read(ID, 0, 1), "cut to " + length);
    }
    Files.write(file(ID), Arrays.copyOf(whole, whole.length + 1));
    assertThrows(CorruptChunk.class, () -> store.verify(ID), "one byte more");
  }

  @Test
  void aFileThatIsWholeAndAnotherChunksIsToldByItsSumAndMakesWay() throws IOException {
    String other = "0a1b2c3d-0001";
    int crc32c = ChunkFile.crcOf(write(ID, 3 * BLOCK + 7));
    int otherCrc32c = ChunkFile.crcOf(write(other, BLOCK));
    assertEquals(new ChunkStore.Sum(3 * BLOCK + 7, crc32c), store.sum(ID));
    assertFalse(store.deleteUnless(ID, 3 * BLOCK + 7, crc32c), "it is as it should be");

    Files.write(file(ID), Files.readAllBytes(file(other)));
    assertEquals(BLOCK, store.verify(ID), "whole in itself");
    assertEquals(new ChunkStore.Sum(BLOCK, otherCrc32c), store.sum(ID));
    assertTrue(store.deleteUnless(ID, 3 * BLOCK + 7, crc32c));
    assertFalse(store.has(ID));
    write(ID, 3 * BLOCK + 7);
    flip(2);
    assertThrows(CorruptChunk.class, () -> store.sum(ID));
    assertTrue(store.deleteUnless(ID, 3 * BLOCK + 7, crc32c));
    assertFalse(store.deleteUnless(ID, 3 * BLOCK + 7, crc32c), "nothing is there any more");
  }

  @Test
  void noTornFileStopsAnOpeningAndNoneIsServed() throws IOException {
    write(ID, BLOCK + 10);
    byte[] whole = Files.readAllBytes(file(ID));
    List<byte[]> left =
        List.of(
            new byte[0],
            new byte[whole.length],
            Arrays.copyOf(whole, 5),
            Arrays.copyOf(whole, whole.length - 1),
            Arrays.copyOf(whole, whole.length + BLOCK),
            "what is this?".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (byte[] torn : left) {
      Files.write(file(ID), torn);
      reopen();
      assertEquals(1, store.list().size(), "its name counts, until somebody looks");
      assertThrows(CorruptChunk.class, () -> store.read(ID, 0, 1));
      assertThrows(CorruptChunk.class, () -> store.sum(ID));
      write(ID, BLOCK + 10);
      assertEquals(BLOCK + 10, store.verify(ID));
      assertEquals(whole.length, store.usedBytes());
    }
  }

  @Test
  void bytesThatWereDamagedOnTheWayAreNotKept() throws IOException {
    CorruptChunk found =
        assertThrows(CorruptChunk.class, () -> store.write(ID, bytes(100, 1), 12345));
    assertEquals(CorruptChunk.WHOLE, found.block());
    assertEquals(List.of(), store.list());
    assertEquals(List.of(), leftovers());
  }

  @Test
  void theSameBytesMayBeWrittenAgainAndOthersMayNot() throws IOException {
    ByteBuffer bytes = write(ID, 1000);
    long used = store.usedBytes();
    write(ID, 1000);
    assertEquals(used, store.usedBytes());
    ByteBuffer others = bytes(1000, 99);
    assertThrows(
        FileAlreadyExistsException.class, () -> store.write(ID, others, ChunkFile.crcOf(others)));
    assertEquals(bytes, store.read(ID, 0, 1000));
  }

  @Test
  void aDamagedCopyIsReplacedByWritingItAgain() throws IOException {
    write(ID, 1000);
    long used = store.usedBytes();
    flip(500);
    write(ID, 1000);
    assertEquals(1000, store.verify(ID));
    Files.write(file(ID), new byte[10]);
    reopen();
    write(ID, 1000);
    assertEquals(1000, store.verify(ID));
    assertEquals(used, store.usedBytes());
  }

  @Test
  void deletingGivesTheSpaceBack() throws IOException {
    write(ID, 1000);
    assertTrue(store.usedBytes() >= 1000);
    long used = store.usedBytes();
    reopen();
    assertEquals(used, store.usedBytes());
    assertTrue(store.delete(ID));
    assertFalse(store.delete(ID));
    assertEquals(0, store.usedBytes());
    assertEquals(List.of(), store.list());
    assertTrue(store.freeBytes() > 0);
  }

  @Test
  void whatACrashLeftIsSweptAndStrangeFilesAreLeftAlone() throws IOException {
    write(ID, 10);
    Files.write(dir.resolve("incoming").resolve(ID + ".7"), new byte[100]);
    List<Path> strangers =
        List.of(
            dir.resolve("notes.txt"),
            dir.resolve("0a/README"),
            dir.resolve("0a/zz.chunk"),
            dir.resolve("0a/ff000000.chunk"),
            dir.resolve("0a/0a1b2c3d-0000.chunk.bak"));
    for (Path stranger : strangers) {
      Files.write(stranger, new byte[100]);
    }
    Files.createDirectories(dir.resolve("0a/0a000000.chunk"));
    Files.createDirectories(dir.resolve("zz/y"));
    reopen();
    assertEquals(List.of(), leftovers());
    assertEquals(List.of(new ChunkStore.Held(ID, 10)), store.list());
    for (Path stranger : strangers) {
      assertTrue(Files.exists(stranger), stranger.toString());
    }
  }

  @Test
  void noIdLeadsOutOfTheFolder() {
    for (String id :
        List.of(
            "",
            "short",
            "../../etc/passwd",
            "..",
            "0a1b2c3d/../x",
            "/0a1b2c3d",
            "0A1B2C3D",
            "0a1b2c3d\0",
            "0a1b2c3d\n",
            "a".repeat(65),
            "０１２３４５６７")) {
      ByteBuffer none = ByteBuffer.allocate(0);
      assertThrows(IllegalArgumentException.class, () -> store.write(id, none, 0), id);
      assertThrows(IllegalArgumentException.class, () -> store.read(id, 0, 0), id);
      assertThrows(IllegalArgumentException.class, () -> store.delete(id), id);
      assertThrows(IllegalArgumentException.class, () -> store.verify(id), id);
    }
  }

  @Test
  void manyWritersOfTheSameAndOfOtherChunksAllSucceed() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ByteBuffer>> writes = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String id = "%08x".formatted(i % 8);
        writes.add(threads.submit(() -> write(id, 100_000)));
      }
      for (Future<ByteBuffer> write : writes) {
        write.get();
      }
    }
    assertEquals(8, store.list().size());
    for (ChunkStore.Held held : store.list()) {
      assertEquals(100_000, store.verify(held.id()));
    }
    assertEquals(List.of(), leftovers());
    long used = store.usedBytes();
    reopen();
    assertEquals(used, store.usedBytes());
  }

  @Test
  void aWriteThatFailsLeavesNothingAndSaysWhere() throws IOException {
    Files.write(dir.resolve("0a"), new byte[1]); // a file where the shard's folder should be
    IOException failed = assertThrows(IOException.class, () -> write(ID, 100));
    assertTrue(failed.toString().contains("chunk " + ID + " on n1"), failed.toString());
    assertEquals(List.of(), leftovers());
    Files.delete(dir.resolve("0a"));
    write(ID, 100);
    assertEquals(100, store.verify(ID));
  }

  @Test
  void aFolderHasOneStoreAtATime() {
    IOException refused = assertThrows(IOException.class, () -> ChunkStore.open(dir, "n2"));
    assertTrue(refused.toString().contains("in use"), refused.toString());
  }
}
