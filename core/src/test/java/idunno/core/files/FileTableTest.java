package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class FileTableTest {
  private static final FileName PHOTO = new FileName("photos/1.jpg");
  private static final ChunkId FIRST = new ChunkId("00000001");
  private static final ChunkId SECOND = new ChunkId("00000002");
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  private final FileTable table = new FileTable();

  private static StoredChunk chunk(ChunkId id) {
    return new StoredChunk(id, 100, 0, List.of(N1));
  }

  private static NewFile file(FileName name, ChunkId chunk) {
    return new NewFile(name, 10, 0, List.of(new Extent(chunk, 0, 10, 0)));
  }

  private FileVersion put(FileName name, ChunkId chunk) {
    table.addChunks(List.of(chunk(chunk)));
    return table.commit(file(name, chunk), 5);
  }

  @Test
  void versionsAreNumberedOnAndNotAnewAfterADelete() {
    assertEquals(1, put(PHOTO, FIRST).number());
    assertEquals(2, put(PHOTO, FIRST).number());
    table.delete(PHOTO);
    assertEquals(List.of(), table.versions(PHOTO));
    assertEquals(Optional.empty(), table.latest(PHOTO));

    assertEquals(3, put(PHOTO, SECOND).number());
    assertEquals(List.of(3), table.versions(PHOTO).stream().map(FileVersion::number).toList());
    assertEquals(1, put(new FileName("photos/2.jpg"), SECOND).number(), "each name by itself");
  }

  @Test
  void aChunkIsFreedWhenTheLastVersionThatRefersToItGoes() {
    FileName other = new FileName("photos/2.jpg");
    put(PHOTO, FIRST);
    put(other, FIRST);

    assertEquals(List.of(), table.delete(PHOTO).freed(), "the other file still needs it");
    assertTrue(table.chunk(FIRST).isPresent());
    assertEquals(List.of(FIRST), table.delete(other).freed());
    assertFalse(table.chunk(FIRST).isPresent());
    assertEquals(List.of(), table.delete(other).freed(), "what is gone is gone once");
  }

  @Test
  void aPinKeepsAChunkBeyondItsFileAndTheLastUnpinFreesIt() {
    FileVersion version = put(PHOTO, FIRST);
    table.pin(version);
    table.pin(version);

    assertEquals(List.of(), table.delete(PHOTO).freed());
    assertEquals(List.of(), table.unpin(version));
    assertEquals(List.of(FIRST), table.unpin(version));
    assertEquals(List.of(), table.unpin(version), "once too often does no harm");
  }

  @Test
  void aFileOutsideOfKnownChunksIsObjectedTo() {
    assertEquals(
        Optional.of("photos/1.jpg: chunk 00000001 is not in the store"),
        table.objection(file(PHOTO, FIRST), 0));
    table.addChunks(List.of(chunk(FIRST)));
    assertEquals(Optional.empty(), table.objection(file(PHOTO, FIRST), 0));
    NewFile tooLong = new NewFile(PHOTO, 1, 0, List.of(new Extent(FIRST, Integer.MAX_VALUE, 1, 0)));
    assertEquals(
        Optional.of("photos/1.jpg: extent beyond the 100 bytes of its chunk"),
        table.objection(tooLong, 0));
  }

  @Test
  void chunksThatACommitBroughtInVainAreDroppedAndUsedOnesAreNot() {
    put(PHOTO, FIRST);
    table.addChunks(List.of(chunk(SECOND)));

    assertEquals(List.of(SECOND), table.dropUnreferenced(List.of(chunk(FIRST), chunk(SECOND))));
    assertTrue(table.chunk(FIRST).isPresent());
  }

  @Test
  void replicasComeAndGo() {
    put(PHOTO, FIRST);
    assertTrue(table.addReplica(FIRST, N2));
    assertTrue(table.addReplica(FIRST, N2));
    assertEquals(List.of(N1, N2), table.chunk(FIRST).orElseThrow().replicas());
    assertTrue(table.dropReplica(FIRST, N1));
    assertEquals(List.of(N2), table.chunk(FIRST).orElseThrow().replicas());
    assertFalse(table.addReplica(SECOND, N1), "there is no such chunk");

    put(PHOTO, SECOND);
    table.dropReplicasOf(N1);
    assertEquals(List.of(), table.chunk(SECOND).orElseThrow().replicas());
    assertEquals(List.of(N2), table.chunk(FIRST).orElseThrow().replicas());
  }

  @Test
  void aFolderHoldsItsFilesAtAnyDepthAndNoneOfItsNamesakes() {
    Stream.of("a", "a-b", "a-b/1", "a/2", "a/1", "a/c/3", "a0", "b/1")
        .forEach(name -> put(new FileName(name), FIRST));

    assertEquals(
        List.of("a/1", "a/2", "a/c/3"),
        table.namesIn(new FileName("a")).stream().map(FileName::value).toList());
    assertEquals(List.of(), table.namesIn(new FileName("c")));
  }

  @Test
  void aRecordedTableGoesOnWhereItWas() {
    FileVersion version = put(PHOTO, FIRST);
    table.pin(version);
    put(PHOTO, SECOND);
    FileTable restored = FileTable.of(table.toRecorded());

    assertEquals(table.toRecorded(), restored.toRecorded());
    assertEquals(table.delete(PHOTO), restored.delete(PHOTO));
    assertEquals(List.of(FIRST), restored.unpin(version));
    assertEquals(3, restored.commit(new NewFile(PHOTO, 0, 0, List.of()), 9).number());
  }
}
