package idunno.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.DeletedFile;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.JobId;
import idunno.core.models.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The store against a plain map: after every operation both have the same names, versions and
 * numbers, and exactly the chunks that nothing needs any more were freed, each once.
 *
 * <p>A failure prints the seed, and the shortest sequence of operations that was found to fail.
 */
final class FileStoreModelTest {
  private static final String MODELS = "models/";

  @Provide
  Arbitrary<List<FileOperation>> operations() {
    return FileOperation.any().list().ofMinSize(20).ofMaxSize(120);
  }

  @Property(tries = 500)
  void theStoreIsAPlainMapOfNamesToVersions(@ForAll("operations") List<FileOperation> operations) {
    Pair pair = new Pair();
    for (FileOperation operation : operations) {
      pair.doBoth(operation);
      pair.compare();
    }
    pair.empty();
  }

  /** The state and the map, side by side. */
  private static final class Pair {
    private final PlainStore plain = new PlainStore();
    private ClusterState state;
    private final Set<String> ofModel;
    private final List<JobId> jobs = new ArrayList<>();
    private long nowMs = 10_000;
    private int chunks;
    private long requests;
    private List<String> brought = List.of();

    Pair() {
      SampleCluster cluster = new SampleCluster();
      cluster.admit("n1", 1);
      state = cluster.withModel().state();
      state.takeFreed();
      ofModel = held();
    }

    private Set<String> held() {
      Set<String> held = new TreeSet<>();
      state.files().chunks().forEach(chunk -> held.add(chunk.id().value()));
      return held;
    }

    private Reply apply(Command command) {
      return state.apply(new Request(new RequestId("model", ++requests), command));
    }

    void doBoth(FileOperation operation) {
      nowMs += 3;
      brought = List.of();
      switch (operation) {
        case FileOperation.Put put -> put(put);
        case FileOperation.Delete delete -> {
          long untilMs = nowMs + delete.keepMs();
          Reply reply = apply(new Command.DeleteFile(new FileName(delete.name()), untilMs, nowMs));
          int gone = plain.delete(delete.name(), untilMs, nowMs);
          if (gone > 0) {
            assertEquals(new Reply.Deleted(gone, delete.keepMs() == 0 ? 0 : untilMs), reply);
          } else {
            assertInstanceOf(Reply.Refused.class, reply);
          }
        }
        case FileOperation.Undelete undelete -> {
          Reply reply = apply(new Command.UndeleteFile(new FileName(undelete.name())));
          int back = plain.undelete(undelete.name());
          expect(back > 0, Reply.Undeleted.class, reply);
        }
        case FileOperation.Reclaim reclaim -> {
          nowMs += reclaim.afterMs();
          apply(new Command.ReclaimDeleted(nowMs));
          plain.reclaim(nowMs);
        }
        case FileOperation.Keep keep -> {
          apply(new Command.KeepVersions(new FileName(keep.folder()), keep.versions()));
          plain.keep(keep.folder(), keep.versions());
        }
        case FileOperation.Move move -> {
          Reply reply =
              apply(new Command.MoveFile(new FileName(move.from()), new FileName(move.to())));
          expect(plain.move(move.from(), move.to()), Reply.Moved.class, reply);
        }
        case FileOperation.Copy copy -> {
          Optional<Integer> version =
              copy.version() == 0 ? Optional.empty() : Optional.of(copy.version());
          Reply reply =
              apply(
                  new Command.CopyFile(
                      new FileName(copy.from()), version, new FileName(copy.to()), nowMs));
          expect(plain.copy(copy.from(), version, copy.to()), Reply.Copied.class, reply);
        }
        case FileOperation.Begin begin -> begin(begin.folder());
        case FileOperation.End ignored -> {
          if (!jobs.isEmpty()) {
            assertEquals(new Reply.Done(), apply(new Command.CancelJob(jobs.removeFirst(), nowMs)));
            plain.unpinFirst();
          }
        }
        case FileOperation.Restore ignored -> restore();
      }
    }

    private static void expect(boolean done, Class<? extends Reply> as, Reply reply) {
      assertEquals(done ? as : Reply.Refused.class, reply.getClass());
    }

    private StoredChunk newChunk() {
      return new StoredChunk(new ChunkId("%08x".formatted(0x10000 + ++chunks)), 100, 0, List.of());
    }

    private void put(FileOperation.Put put) {
      // The first and the third file share a chunk, the second has one of its own.
      List<StoredChunk> added = List.of(newChunk(), newChunk());
      brought = added.stream().map(chunk -> chunk.id().value()).toList();
      List<NewFile> files = new ArrayList<>();
      List<PlainStore.Put> plainly = new ArrayList<>();
      for (String name : put.names()) {
        Optional<Integer> onlyOver = Optional.empty();
        if (files.isEmpty() && put.condition() > 0) {
          onlyOver = Optional.of(plain.latest(name) + put.condition() - 1);
        }
        ChunkId chunk = added.get(files.size() % 2).id();
        Extent extent = new Extent(chunk, 10 * files.size(), 10, chunks);
        files.add(new NewFile(new FileName(name), 10, chunks, List.of(extent)).onlyOver(onlyOver));
        plainly.add(new PlainStore.Put(name, onlyOver, List.of(chunk.value())));
      }
      Reply reply = apply(new Command.CommitFiles(files, added, Optional.empty(), nowMs));
      Optional<List<Integer>> numbers = plain.put(plainly);
      if (numbers.isPresent()) {
        assertEquals(new Reply.Committed(numbers.get()), reply);
      } else {
        PlainStore.Put first = plainly.getFirst();
        assertEquals(
            new Reply.Conflict(
                new FileName(first.name()),
                first.onlyOver().orElseThrow(),
                plain.latest(first.name())),
            reply);
      }
    }

    private void begin(String folder) {
      int files = plain.namesIn(folder).size();
      Reply reply =
          apply(
              new Command.SubmitJob(
                  ModelRef.latest(SampleCluster.MODEL),
                  Optional.of(new FileName(folder)),
                  new Range(0, Math.max(0, files - 1)),
                  Optional.empty(),
                  1,
                  nowMs));
      expect(plain.pin(folder), Reply.Submitted.class, reply);
      if (reply instanceof Reply.Submitted submitted) {
        jobs.add(submitted.job().id());
      }
    }

    private void restore() {
      Snapshot taken = state.snapshot();
      ClusterState other = new ClusterState();
      other.restore(taken);
      assertEquals(taken.files(), other.snapshot().files());
      state = other;
    }

    private Set<String> before = Set.of();

    void compare() {
      NavigableMap<String, NavigableMap<Integer, List<String>>> found = new TreeMap<>();
      for (FileName name : state.files().names()) {
        if (!name.value().startsWith(MODELS)) {
          found.put(name.value(), numbered(state.files().versions(name)));
        }
      }
      assertEquals(plain.files(), found);
      NavigableMap<String, List<PlainStore.Deleted>> deleted = new TreeMap<>();
      for (DeletedFile file : state.files().deleted()) {
        deleted
            .computeIfAbsent(file.name().value(), ignored -> new ArrayList<>())
            .add(new PlainStore.Deleted(numbered(file.versions()), file.untilMs()));
      }
      assertEquals(plain.deleted(), deleted);
      compareChunks();
    }

    private void compareChunks() {
      Set<String> expected = new TreeSet<>(plain.chunks());
      Set<String> gone = new TreeSet<>(before);
      gone.addAll(brought);
      gone.removeAll(expected);
      List<String> freed = state.takeFreed().stream().map(ChunkId::value).sorted().toList();
      assertEquals(List.copyOf(gone), freed, "exactly what nothing needs is freed, each once");
      before = Set.copyOf(expected);
      expected.addAll(ofModel);
      assertEquals(expected, held());
    }

    private static NavigableMap<Integer, List<String>> numbered(List<FileVersion> versions) {
      NavigableMap<Integer, List<String>> numbered = new TreeMap<>();
      for (FileVersion version : versions) {
        numbered.put(
            version.number(),
            version.extents().stream().map(extent -> extent.chunk().value()).toList());
      }
      assertEquals(versions.size(), numbered.size(), "no number twice");
      return numbered;
    }

    /** All that is there goes, and nothing of it may be left. */
    void empty() {
      for (String name : plain.everyName()) {
        doBoth(new FileOperation.Delete(name, 5));
        compare();
      }
      doBoth(new FileOperation.Reclaim(100_000));
      compare();
      while (!jobs.isEmpty()) {
        doBoth(new FileOperation.End());
        compare();
      }
      assertEquals(ofModel, held(), "no chunk outlives what needed it");
      assertEquals(Optional.empty(), state.files().deleted().stream().findFirst());
    }
  }
}
