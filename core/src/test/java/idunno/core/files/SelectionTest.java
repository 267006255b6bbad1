package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static final ChunkId SHARED = new ChunkId("aaaaaaaa");
  private static final ChunkId OWN = new ChunkId("bbbbbbbb");
  private static final List<NodeName> ALIVE = nodes("n1", "n2", "n3");

  private static List<NodeName> nodes(String... names) {
    return List.of(names).stream().map(NodeName::new).toList();
  }

  private static FileTable table(String... names) {
    FileTable table = new FileTable();
    for (String name : names) {
      put(table, name, List.of());
    }
    return table;
  }

  private static void put(FileTable table, String name, List<Extent> extents) {
    long length = extents.stream().mapToLong(Extent::length).sum();
    table.commit(new NewFile(new FileName(name), length, 0, extents), 1);
  }

  /** What a word selects, found as a listing finds it, each with its line. */
  private static List<String> selected(FileTable table, String word) {
    Selection selection = Selection.of(word, table).orElseThrow();
    List<String> found = new ArrayList<>();
    Optional<FileName> first = selection.begins(table);
    if (first.isPresent()) {
      for (FileName name : table.namesFrom(first.get(), true)) {
        if (selection.isPast(name)) {
          break;
        }
        if (selection.fit(name) >= 0) {
          found.add(name.value().substring(0, selection.fit(name)));
        }
      }
    }
    return found;
  }

  @Test
  void aNameMeansItsFileAndElseItsFolderAndElseWhatItFits() {
    FileTable table = table("a", "a/1", "b/1", "c*", "c1", "d[1]/x", "d1/x");
    assertEquals(List.of("a"), selected(table, "a"));
    assertEquals(List.of("a/1"), selected(table, "a/"));
    assertEquals(List.of("b/1"), selected(table, "b"));
    assertEquals(List.of("c*"), selected(table, "c*"));
    assertEquals(List.of("c*", "c1"), selected(table, "c?"));
    assertEquals(List.of("d[1]/x"), selected(table, "d[1]"));
    assertEquals(List.of("d1"), selected(table, "d[12]"));
    assertEquals(Optional.empty(), Selection.of("nothing", table));
    assertThrows(IllegalArgumentException.class, () -> Selection.of("../*", table));
  }

  @Test
  void aFolderIsFoundBehindNamesThatOnlyBeginLikeIt() {
    FileTable table = table("p", "p !/x", "p-old/1", "p.jpg", "p/ ", "p/1", "p/q/2", "p/q/3", "p0");
    assertEquals(List.of("p/ ", "p/1", "p/q", "p/q"), selected(table, "p/"));
    assertEquals(Optional.of(new FileName("p/ ")), Selection.of("p/", table).get().begins(table));
    assertEquals(9, selected(table, "").size());
  }

  @Test
  void walkingBeginsWhereThePatternsBeginningDoes() {
    FileTable table = table("a/1", "m/1.jpg", "m/2.jpg", "m/2.png", "m/3/x.jpg", "z");
    Selection selection = Selection.of("m/2.*", table).orElseThrow();
    assertEquals(Optional.of(new FileName("m/2.jpg")), selection.begins(table));
    assertEquals(List.of("m/2.jpg", "m/2.png"), selected(table, "m/2.*"));
    assertEquals(List.of("m/1.jpg", "m/2.jpg", "m/3/x.jpg"), selected(table, "**/*.jpg"));
    assertEquals(List.of("m/3"), selected(table, "m/?"));
    assertTrue(selected(table, "n*").isEmpty());
    assertEquals(Optional.of(new FileName("m")), selection.base());
    assertEquals(Optional.empty(), Selection.of("**", table).orElseThrow().base());
  }

  @Test
  void theLongestFolderThatANameCanHaveIsListed() {
    String folder = "f".repeat(1022);
    FileTable table = table(folder + "!", folder + "/1");
    assertEquals(List.of(folder + "/1"), selected(table, folder));
  }

  @Test
  void aNodeThatHoldsSomeChunksIsToldFromOneThatHoldsAll() {
    FileTable table = new FileTable();
    table.addChunks(
        List.of(
            new StoredChunk(SHARED, 100, 1, nodes("n1", "n2", "n9")),
            new StoredChunk(OWN, 50, 1, nodes("n1", "n3"))));
    put(table, "f", List.of(new Extent(SHARED, 0, 60, 1), new Extent(OWN, 0, 50, 1)));
    FileVersion version = table.latest(new FileName("f")).orElseThrow();
    assertEquals(
        new Holdings(2, nodes("n1"), nodes("n2", "n3")), Holdings.of(version, table, ALIVE));
    assertEquals(new Holdings(0, List.of(), nodes("n3")), Holdings.of(version, table, nodes("n3")));
    put(table, "empty", List.of());
    FileVersion empty = table.latest(new FileName("empty")).orElseThrow();
    assertEquals(new Holdings(3, ALIVE, List.of()), Holdings.of(empty, table, ALIVE));
  }

  @Test
  void sharedChunksAreCountedOnceAndEachLivingReplica() {
    FileTable table = new FileTable();
    table.addChunks(
        List.of(
            new StoredChunk(SHARED, 100, 1, nodes("n1", "n2", "n9")),
            new StoredChunk(OWN, 50, 1, nodes("n1", "n3"))));
    put(table, "a", List.of(new Extent(SHARED, 0, 60, 1)));
    put(table, "a", List.of(new Extent(OWN, 0, 50, 1)));
    put(table, "b", List.of(new Extent(SHARED, 60, 40, 1)));
    SpaceTally tally = new SpaceTally();
    for (FileName name : table.names()) {
      tally.add(table.versions(name), table, ALIVE);
    }
    assertEquals(2, tally.files());
    assertEquals(3, tally.versions());
    assertEquals(150, tally.bytes());
    assertEquals(2 * 100 + 2 * 50, tally.diskBytes());
  }
}
