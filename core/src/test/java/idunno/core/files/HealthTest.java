package idunno.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.NodeName;
import idunno.core.files.Health.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class HealthTest {
  private static final NavigableSet<NodeName> FIVE = nodes("n1", "n2", "n3", "n4", "n5");

  private final NavigableMap<ChunkId, StoredChunk> chunks = new TreeMap<>();

  private static NavigableSet<NodeName> nodes(String... names) {
    return new TreeSet<>(Stream.of(names).map(NodeName::new).toList());
  }

  private ChunkId chunk(int number, String... holders) {
    ChunkId id = new ChunkId(String.format("%08x", number));
    chunks.put(id, new StoredChunk(id, 100, 0, List.copyOf(nodes(holders))));
    return id;
  }

  private static FileVersion version(int number, ChunkId... chunks) {
    List<Extent> extents = new ArrayList<>();
    for (ChunkId chunk : chunks) {
      extents.add(new Extent(chunk, 0, 100, 0));
    }
    return new FileVersion(number, 100L * chunks.length, 0, extents, 0);
  }

  private Optional<Health.Trouble> look(FileVersion version, NavigableSet<NodeName> alive) {
    return Health.of(new FileName("a"), version, id -> Optional.ofNullable(chunks.get(id)), alive);
  }

  @Test
  void theTargetIsFourOrAllNodesWhereThereAreFewer() {
    assertEquals(1, Health.target(0));
    assertEquals(1, Health.target(1));
    assertEquals(3, Health.target(3));
    assertEquals(4, Health.target(4));
    assertEquals(4, Health.target(9));
  }

  @Test
  void aStoreWithoutChunksIsHealthy() {
    Health.Chunks found = Health.of(List.of(), FIVE);

    assertEquals(new Health.Chunks(Verdict.HEALTHY, 4, 0, 0, 0, 0, 0, 0, 0), found);
  }

  @Test
  void theWorstChunkGivesTheVerdictAndAllAreCounted() {
    chunk(1, "n1", "n2", "n3", "n4");
    chunk(2, "n1", "n2", "n3", "n4", "n5");
    assertEquals(Verdict.HEALTHY, Health.of(chunks.values(), FIVE).verdict());

    chunk(3, "n1", "n2", "n3");
    assertEquals(Verdict.UNDER_REPLICATED, Health.of(chunks.values(), FIVE).verdict());

    chunk(4);
    assertEquals(
        new Health.Chunks(Verdict.UNREADABLE, 4, 4, 400, 12, 1, 2, 1, 1),
        Health.of(chunks.values(), FIVE));
  }

  @Test
  void replicasOnNodesThatAreNotAliveDoNotCount() {
    chunk(1, "n1", "n2", "n3", "n4");

    Health.Chunks three = Health.of(chunks.values(), nodes("n1", "n2", "n3"));
    assertEquals(Verdict.HEALTHY, three.verdict(), "three is all that there can be");
    Health.Chunks oneDown = Health.of(chunks.values(), nodes("n1", "n2", "n3", "n5"));
    assertEquals(Verdict.UNDER_REPLICATED, oneDown.verdict());
    assertEquals(3, oneDown.replicas());
    assertEquals(Verdict.UNREADABLE, Health.of(chunks.values(), nodes("n5", "n6")).verdict());
  }

  @Test
  void aVersionIsAsWellAsItsWorstChunkAndTheNodesThatAreMissingAreNamed() {
    ChunkId good = chunk(1, "n1", "n2", "n3", "n4");
    ChunkId poor = chunk(2, "n1", "n7", "n8");
    ChunkId poorer = chunk(3, "n2", "n3", "n9");

    assertEquals(Optional.empty(), look(version(1, good), FIVE));
    assertEquals(
        new Health.Trouble(
            new FileName("a"),
            2,
            Verdict.UNDER_REPLICATED,
            1,
            List.copyOf(nodes("n7", "n8", "n9"))),
        look(version(2, good, poor, poorer), FIVE).orElseThrow());
  }

  @Test
  void aVersionWithAChunkThatNobodyHasOrKnowsIsUnreadable() {
    ChunkId gone = chunk(1, "n8");
    ChunkId unknown = new ChunkId("ffffffff");

    Health.Trouble lost = look(version(1, gone), FIVE).orElseThrow();
    assertEquals(Verdict.UNREADABLE, lost.verdict());
    assertEquals(0, lost.replicas());
    assertEquals(Verdict.UNREADABLE, look(version(1, unknown), FIVE).orElseThrow().verdict());
  }

  @Test
  void anEmptyFileIsHealthy() {
    assertEquals(Optional.empty(), look(version(1), FIVE));
  }

  @Test
  void allNamesAreWalkedInSteps() {
    FileTable table = new FileTable();
    List<FileName> names = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      FileName name = new FileName("f/%02d".formatted(i));
      names.add(name);
      table.commit(new NewFile(name, 0, 0, List.of()), 0);
    }
    List<FileName> walked = new ArrayList<>();
    List<FileName> step = table.namesAfter(Optional.empty(), 10);
    while (!step.isEmpty()) {
      walked.addAll(step);
      step = table.namesAfter(Optional.of(step.getLast()), 10);
    }
    assertEquals(names, walked);
  }
}
