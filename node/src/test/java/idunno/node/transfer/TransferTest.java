package idunno.node.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.Crc32c;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import idunno.node.transport.Buffers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TransferTest {
  private static final int CHUNK = Upload.CHUNK_BYTES;

  private final FakeReplicas replicas = new FakeReplicas(6);
  private final Buffers buffers = new Buffers(4);

  private static byte[] random(int bytes) {
    byte[] array = new byte[bytes];
    new Random(bytes).nextBytes(array);
    return array;
  }

  private Upload.Ready upload(Memory memory, byte[]... contents) throws IOException {
    try (Upload upload =
        new Upload(
            new ChunkWriter(replicas), new Holders(replicas), buffers, memory, 10L * CHUNK)) {
      for (int i = 0; i < contents.length; i++) {
        upload.add(
            new FileName("f/" + i), Channels.newChannel(new ByteArrayInputStream(contents[i])));
      }
      return upload.finish();
    }
  }

  private Content content(NewFile file, List<StoredChunk> chunks) {
    Map<ChunkId, StoredChunk> byId =
        chunks.stream().collect(Collectors.toMap(StoredChunk::id, chunk -> chunk));
    return new Content(
        new ChunkReader(replicas), file.extents(), id -> Optional.ofNullable(byId.get(id)));
  }

  private static byte[] read(Content content, long from, long to) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    content.inOrder(
        from,
        to,
        (offset, bytes) -> {
          assertEquals(from + out.size(), offset);
          out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        });
    return out.toByteArray();
  }

  @Test
  void filesOfEveryLengthComeBackAsTheyWere() throws Exception {
    byte[][] contents = {
      random(0), random(1), random(CHUNK - 1), random(CHUNK), random(5), random(2 * CHUNK + 7)
    };
    Upload.Ready ready = upload(Memory.NONE, contents);
    assertEquals(5, ready.chunks().size(), "filled to the brim, over the ends of files");
    for (int i = 0; i < contents.length; i++) {
      NewFile file = ready.files().get(i);
      assertEquals(Crc32c.of(ByteBuffer.wrap(contents[i])), file.crc32c(), "of file " + i);
      Content content = content(file, ready.chunks());
      assertArrayEquals(contents[i], read(content, 0, contents[i].length), "file " + i);
      assertArrayEquals(contents[i], new ContentStream(content).readAllBytes(), "file " + i);
    }
  }

  @Test
  void aStretchIsReadFromTheExtentsThatItTouchesAlone() throws Exception {
    byte[] whole = random(4 * CHUNK);
    Upload.Ready ready = upload(Memory.NONE, whole);
    Content content = content(ready.files().getFirst(), ready.chunks());
    long from = CHUNK + 100;
    byte[] stretch = read(content, from, 2L * CHUNK + 50);
    assertArrayEquals(java.util.Arrays.copyOfRange(whole, (int) from, 2 * CHUNK + 50), stretch);
    assertEquals(2, replicas.reads.size());
  }

  @Test
  void everyChunkIsHeldByFourNodesAfterOneChain() throws Exception {
    Upload.Ready ready = upload(Memory.NONE, random(3 * CHUNK));
    for (StoredChunk chunk : ready.chunks()) {
      assertEquals(4, chunk.replicas().size());
      assertEquals(Set.copyOf(chunk.replicas()), replicas.holders(chunk.id()));
    }
    assertEquals(3, replicas.chains.size());
  }

  @Test
  void aNodeThatIsGoneIsReplacedInTheMiddleOfAnUpload() throws Exception {
    NodeName gone = FakeReplicas.node(2);
    AtomicInteger writes = new AtomicInteger();
    replicas.beforeWrite =
        () -> {
          if (writes.incrementAndGet() == 3) {
            replicas.unreachable.add(gone);
          }
        };
    byte[] whole = random(8 * CHUNK);
    Upload.Ready ready = upload(Memory.NONE, whole);
    for (StoredChunk chunk : ready.chunks()) {
      assertEquals(4, chunk.replicas().size());
      assertEquals(
          4,
          chunk.replicas().stream().filter(n -> replicas.holders(chunk.id()).contains(n)).count());
    }
    assertArrayEquals(
        whole, read(content(ready.files().getFirst(), ready.chunks()), 0, whole.length));
  }

  @Test
  void aNodeWhoseDiskIsFullIsPassedOver() throws Exception {
    replicas.full.add(FakeReplicas.node(1));
    replicas.full.add(FakeReplicas.node(4));
    Upload.Ready ready = upload(Memory.NONE, random(5 * CHUNK));
    for (StoredChunk chunk : ready.chunks()) {
      assertEquals(
          Set.of(
              FakeReplicas.node(2),
              FakeReplicas.node(3),
              FakeReplicas.node(5),
              FakeReplicas.node(6)),
          Set.copyOf(chunk.replicas()));
    }
  }

  /** A chunk's places, first first. */
  private List<NodeName> places(StoredChunk chunk) {
    return Placement.order(chunk.id(), replicas.candidates());
  }

  @Test
  void whoHasTheChunkInMemoryIsReadFirst() throws Exception {
    byte[] whole = random(CHUNK);
    Upload.Ready ready = upload(Memory.NONE, whole);
    StoredChunk chunk = ready.chunks().getFirst();
    assertEquals(places(chunk).getFirst(), replicas.chains.element().getFirst());
    Content content = content(ready.files().getFirst(), ready.chunks());
    for (int i = 0; i < 20; i++) {
      assertArrayEquals(whole, read(content, 0, whole.length));
    }
    assertEquals(Set.of(places(chunk).getFirst()), Set.copyOf(replicas.reads));
  }

  @Test
  void aDamagedReplicaIsReportedAndPassedOver() throws Exception {
    byte[] whole = random(CHUNK);
    Upload.Ready ready = upload(Memory.NONE, whole);
    StoredChunk chunk = ready.chunks().getFirst();
    NodeName sound = places(chunk).get(2);
    for (NodeName node : chunk.replicas()) {
      if (!node.equals(sound)) {
        byte[] flipped = whole.clone();
        flipped[77_777] ^= 1;
        replicas.chunksOf(node).put(chunk.id(), flipped);
      }
    }
    Content content = content(ready.files().getFirst(), ready.chunks());
    for (int i = 0; i < 20; i++) {
      assertArrayEquals(whole, read(content, 0, whole.length));
    }
    assertFalse(replicas.reported.isEmpty());
    assertFalse(replicas.reported.contains(sound));
  }

  @Test
  void aFileThatNoLivingNodeHoldsIsAnErrorThatNamesThem() throws Exception {
    Upload.Ready ready = upload(Memory.NONE, random(100));
    StoredChunk chunk = ready.chunks().getFirst();
    replicas.unreachable.addAll(chunk.replicas());
    Content content = content(ready.files().getFirst(), ready.chunks());
    IOException failed = assertThrows(IOException.class, () -> read(content, 0, 100));
    for (NodeName node : chunk.replicas()) {
      assertTrue(
          String.valueOf(failed.getMessage()).contains(node + ": connection refused"),
          failed.getMessage());
    }
  }

  @Test
  void readsInAnyOrderGiveEveryByteOnce() throws Exception {
    byte[] whole = random(6 * CHUNK + 99);
    Upload.Ready ready = upload(Memory.NONE, whole);
    byte[] found = new byte[whole.length];
    AtomicInteger pieces = new AtomicInteger();
    content(ready.files().getFirst(), ready.chunks())
        .inAnyOrder(
            buffers,
            (offset, extent) -> offset != CHUNK,
            (offset, bytes) -> {
              pieces.incrementAndGet();
              bytes.get(found, (int) offset, bytes.remaining());
            });
    System.arraycopy(whole, CHUNK, found, CHUNK, CHUNK); // which was not wanted
    assertArrayEquals(whole, found);
    assertEquals(6, pieces.get());
  }

  @Test
  void whatAnEarlierTryMadeDurableIsNotSentAgain() throws Exception {
    byte[] whole = random(6 * CHUNK);
    Map<Integer, StoredChunk> durable = new ConcurrentHashMap<>();
    Memory memory =
        new Memory() {
          @Override
          public boolean isEmpty() {
            return durable.isEmpty();
          }

          @Override
          public Optional<StoredChunk> recall(int index, int length, int crc32c) {
            return Optional.ofNullable(durable.get(index))
                .filter(chunk -> chunk.length() == length && chunk.crc32c() == crc32c);
          }

          @Override
          public void remember(int index, StoredChunk chunk) {
            durable.put(index, chunk);
          }
        };
    upload(memory, whole);
    replicas.chains.clear();
    durable.remove(4);
    StoredChunk swept = Objects.requireNonNull(durable.get(1));
    swept.replicas().forEach(node -> replicas.chunksOf(node).remove(swept.id()));
    whole[5 * CHUNK + 1] ^= 1; // the file's end has changed
    Upload.Ready ready = upload(memory, whole);
    assertEquals(3, replicas.chains.size(), "the lost, the swept and the changed chunk");
    assertArrayEquals(
        whole, read(content(ready.files().getFirst(), ready.chunks()), 0, whole.length));
  }

  @Test
  void aCommitAsksTheHoldersAndMakesUpForThoseThatAreGone() throws Exception {
    Upload.Ready ready = upload(Memory.NONE, random(2 * CHUNK));
    StoredChunk first = ready.chunks().getFirst();
    NodeName dead = first.replicas().get(0);
    NodeName forgetful = first.replicas().get(1);
    replicas.alive.remove(dead);
    replicas.unreachable.add(dead);
    replicas.chunksOf(forgetful).remove(first.id());
    for (StoredChunk chunk : new Holders(replicas).confirm(ready.chunks())) {
      assertEquals(4, chunk.replicas().size());
      assertFalse(chunk.replicas().contains(dead));
      assertTrue(replicas.holders(chunk.id()).containsAll(chunk.replicas()));
    }
  }

  @Test
  void aCommitWaitsForAHolderThatNobodyCanStepInForUntilItIsDeclaredFailed() throws Exception {
    replicas.alive.removeAll(Set.of(FakeReplicas.node(5), FakeReplicas.node(6)));
    Upload.Ready ready = upload(Memory.NONE, random(2 * CHUNK));
    NodeName dead = FakeReplicas.node(2);
    replicas.unreachable.add(dead);
    AtomicInteger asked = new AtomicInteger();
    replicas.beforeKeep =
        () -> {
          if (asked.incrementAndGet() == 20) {
            replicas.alive.remove(dead);
          }
        };
    for (StoredChunk chunk : new Holders(replicas).confirm(ready.chunks())) {
      assertEquals(3, chunk.replicas().size());
      assertFalse(chunk.replicas().contains(dead));
    }
    assertTrue(asked.get() >= 20, "it was waited for");
  }

  @Test
  void aCommitWaitsForAHolderThatComesBack() throws Exception {
    replicas.alive.removeAll(Set.of(FakeReplicas.node(5), FakeReplicas.node(6)));
    Upload.Ready ready = upload(Memory.NONE, random(CHUNK));
    NodeName slow = FakeReplicas.node(2);
    replicas.unreachable.add(slow);
    AtomicInteger asked = new AtomicInteger();
    replicas.beforeKeep =
        () -> {
          if (asked.incrementAndGet() == 20) {
            replicas.unreachable.clear();
          }
        };
    StoredChunk chunk = new Holders(replicas).confirm(ready.chunks()).getFirst();
    assertTrue(chunk.replicas().contains(slow));
    assertEquals(4, chunk.replicas().size());
  }

  @Test
  void whatNoNodeHoldsIsNotCommitted() throws Exception {
    Upload.Ready ready = upload(Memory.NONE, random(CHUNK));
    replicas.nodes.values().forEach(Map::clear);
    assertThrows(TooFewReplicas.class, () -> new Holders(replicas).confirm(ready.chunks()));
  }

  @Test
  void buffersComeBackAfterUploadsThatFail() throws Exception {
    replicas.alive.clear();
    replicas.alive.add(FakeReplicas.node(1));
    for (int i = 0; i < 10; i++) {
      assertThrows(
          IOException.class,
          () -> {
            try (Upload upload =
                new Upload(
                    new ChunkWriter(replicas),
                    new Holders(replicas),
                    buffers,
                    Memory.NONE,
                    CHUNK)) {
              upload.add(
                  new FileName("x"),
                  Channels.newChannel(
                      new SequenceInputStream(
                          new ByteArrayInputStream(random(CHUNK + 5)), new Broken())));
            }
          });
    }
    for (int i = 0; i < 4; i++) {
      assertTrue(buffers.take(CHUNK).isDirect(), "buffer " + i);
    }
  }

  private static final class Broken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the other end is gone");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return read();
    }
  }
}
