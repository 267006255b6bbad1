package idunno.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.Renaming;
import idunno.core.files.StoredChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Single cases, to be read; sequences of all of them are drawn by {@link FileStoreModelTest}. */
final class FileChangesTest {
  private static final FileName NOTE = new FileName("notes/today.txt");
  private static final FileName OTHER = new FileName("old/today.txt");
  private static final FileName NOTES = new FileName("notes");

  private final SampleCluster cluster = new SampleCluster();
  private final ClusterState state = cluster.state();

  private List<Integer> numbers(FileName name) {
    return state.files().versions(name).stream().map(FileVersion::number).toList();
  }

  private String refusal(Command command) {
    return assertInstanceOf(Reply.Refused.class, cluster.apply(command)).reason();
  }

  private Reply putOnlyOver(int number, StoredChunk chunk) {
    NewFile file = SampleCluster.fileIn(NOTE, chunk).onlyOver(Optional.of(number));
    return cluster.apply(
        new Command.CommitFiles(List.of(file), List.of(chunk), Optional.empty(), 5));
  }

  @Test
  void aPutOnAConditionIsCommittedOnlyOverThatVersion() {
    assertEquals(new Reply.Committed(List.of(1)), putOnlyOver(0, cluster.newChunk("n1")));
    assertEquals(new Reply.Committed(List.of(2)), putOnlyOver(1, cluster.newChunk("n1")));
    StoredChunk late = cluster.newChunk("n1");
    assertEquals(new Reply.Conflict(NOTE, 1, 2), putOnlyOver(1, late));
    assertEquals(List.of(late.id()), state.takeFreed(), "what came with it goes");
    cluster.apply(new Command.DeleteFile(NOTE, 1_000, 5));
    assertEquals(new Reply.Conflict(NOTE, 2, 0), putOnlyOver(2, cluster.newChunk("n1")));
    assertEquals(new Reply.Committed(List.of(3)), putOnlyOver(0, cluster.newChunk("n1")));
  }

  @Test
  void oneConditionThatDoesNotHoldRefusesTheWholeCommand() {
    cluster.put(NOTE, "n1");
    StoredChunk chunk = cluster.newChunk("n1");
    List<NewFile> files =
        List.of(
            SampleCluster.fileIn(OTHER, chunk),
            SampleCluster.fileIn(NOTE, chunk).onlyOver(Optional.of(1)),
            SampleCluster.fileIn(NOTE, chunk).onlyOver(Optional.of(1)));
    assertEquals(
        new Reply.Conflict(NOTE, 1, 2),
        cluster.apply(new Command.CommitFiles(files, List.of(chunk), Optional.empty(), 5)));
    assertEquals(List.of(1), numbers(NOTE));
    assertEquals(List.of(), numbers(OTHER));
  }

  @Test
  void aDeletedFileIsInvisibleAndComesBackWithAllItsVersions() {
    cluster.put(NOTE, "n1");
    cluster.put(NOTE, "n1");
    assertEquals(
        new Reply.Deleted(2, 1_000), cluster.apply(new Command.DeleteFile(NOTE, 1_000, 5)));
    assertEquals(List.of(), numbers(NOTE));
    assertEquals(List.of(), state.files().namesIn(NOTES));
    assertEquals(List.of(), state.takeFreed());

    assertEquals(new Reply.Undeleted(2), cluster.apply(new Command.UndeleteFile(NOTE)));
    assertEquals(List.of(1, 2), numbers(NOTE));
    assertEquals(
        "nothing of notes/today.txt can be had back; 'ls --deleted' lists what can",
        refusal(new Command.UndeleteFile(NOTE)));
  }

  @Test
  void whatComesBackIsTheHistoryOfWhatWasPutMeanwhile() {
    cluster.put(NOTE, "n1");
    cluster.apply(new Command.DeleteFile(NOTE, 1_000, 5));
    cluster.put(NOTE, "n1");
    cluster.apply(new Command.DeleteFile(NOTE, 1_000, 6));
    cluster.put(NOTE, "n1");
    assertEquals(List.of(3), numbers(NOTE));
    cluster.apply(new Command.UndeleteFile(NOTE));
    assertEquals(List.of(2, 3), numbers(NOTE), "the last delete first");
    cluster.apply(new Command.UndeleteFile(NOTE));
    assertEquals(List.of(1, 2, 3), numbers(NOTE));
  }

  @Test
  void deletedBytesGoWhenTheirTimeHasComeAndNotBefore() {
    ChunkId chunk = cluster.put(NOTE, "n1").id();
    cluster.apply(new Command.DeleteFile(NOTE, 1_000, 5));
    assertEquals(new Reply.Reclaimed(0, 0), cluster.apply(new Command.ReclaimDeleted(999)));
    assertEquals(new Reply.Reclaimed(1, 1), cluster.apply(new Command.ReclaimDeleted(1_000)));
    assertEquals(List.of(chunk), state.takeFreed());
    assertTrue(state.files().firstDueMs().isEmpty());
    cluster.put(NOTE, "n1");
    assertEquals(List.of(2), numbers(NOTE), "numbers go on");
  }

  @Test
  void aDeleteAtOnceTakesWhatEarlierOnesHaveKept() {
    ChunkId first = cluster.put(NOTE, "n1").id();
    cluster.apply(new Command.DeleteFile(NOTE, 1_000, 5));
    ChunkId second = cluster.put(NOTE, "n1").id();
    assertEquals(new Reply.Deleted(2, 0), cluster.apply(new Command.DeleteFile(NOTE, 5, 5)));
    assertEquals(List.of(second, first), state.takeFreed());
  }

  @Test
  void theNearestLimitHoldsAtOnceAndForEveryPut() {
    for (int i = 0; i < 5; i++) {
      cluster.put(NOTE, "n1");
    }
    state.takeFreed();
    assertEquals(new Reply.Reclaimed(1, 2), cluster.apply(new Command.KeepVersions(NOTES, 3)));
    assertEquals(List.of(3, 4, 5), numbers(NOTE));
    assertEquals(2, state.takeFreed().size());
    cluster.put(NOTE, "n1");
    assertEquals(List.of(4, 5, 6), numbers(NOTE));

    cluster.apply(new Command.KeepVersions(NOTE, 4));
    cluster.put(NOTE, "n1");
    assertEquals(List.of(4, 5, 6, 7), numbers(NOTE), "its own limit is nearer");
    assertEquals(
        new Reply.Reclaimed(1, 1),
        cluster.apply(new Command.KeepVersions(NOTE, 0)),
        "the folder's holds again");
    cluster.apply(new Command.KeepVersions(NOTES, 0));
    cluster.put(NOTE, "n1");
    assertEquals(List.of(5, 6, 7, 8), numbers(NOTE));
    assertEquals(
        "versions to keep: expected 1 or more, or 0 to take a limit back, found -1",
        refusal(new Command.KeepVersions(NOTES, -1)));
  }

  @Test
  void aVersionThatAJobReadsKeepsItsBytesBeyondTheLimit() {
    cluster.admit("n1", 1);
    cluster.withModel();
    FileName photo = SampleCluster.PHOTOS.resolve("0.jpg");
    ChunkId read = cluster.put(photo, "n1").id();
    var job = cluster.submit(1, 1, 1);
    cluster.apply(new Command.KeepVersions(SampleCluster.PHOTOS, 1));
    cluster.put(photo, "n1");
    assertEquals(List.of(2), numbers(photo));
    assertEquals(List.of(), state.takeFreed());
    cluster.apply(new Command.CancelJob(job.id(), 9));
    assertEquals(List.of(read), state.takeFreed());
  }

  @Test
  void aMovedFileKeepsItsVersionsAndNumbers() {
    cluster.put(NOTE, "n1");
    cluster.put(NOTE, "n1");
    assertEquals(new Reply.Moved(1, 2), cluster.apply(new Command.MoveFile(NOTE, OTHER)));
    assertEquals(List.of(), numbers(NOTE));
    assertEquals(List.of(1, 2), numbers(OTHER));
    cluster.put(OTHER, "n1");
    assertEquals(List.of(1, 2, 3), numbers(OTHER));
    cluster.put(NOTE, "n1");
    assertEquals(List.of(3), numbers(NOTE), "the old name's numbers go on too");
  }

  @Test
  void onANameThatWasUsedBeforeAMovedFileIsNumberedOn() {
    cluster.put(NOTE, "n1");
    cluster.put(NOTE, "n1");
    cluster.put(OTHER, "n1");
    cluster.apply(new Command.DeleteFile(OTHER, 1_000, 5));
    cluster.apply(new Command.MoveFile(NOTE, OTHER));
    assertEquals(List.of(2, 3), numbers(OTHER));
    cluster.apply(new Command.UndeleteFile(OTHER));
    assertEquals(List.of(1, 2, 3), numbers(OTHER), "no number means two contents");
  }

  @Test
  void aFolderIsMovedWithAllThatIsInIt() {
    cluster.put(NOTE, "n1");
    cluster.put(NOTES.resolve("a/b"), "n1");
    cluster.put(new FileName("notes-x"), "n1");
    FileName to = new FileName("archive/notes");
    assertEquals(new Reply.Moved(2, 2), cluster.apply(new Command.MoveFile(NOTES, to)));
    assertEquals(
        "[archive/notes/a/b, archive/notes/today.txt, notes-x]", state.files().names().toString());
  }

  @Test
  void whatCannotBeMovedOrCopiedIsRefusedWithTheReason() {
    cluster.put(NOTE, "n1");
    cluster.put(OTHER, "n1");
    FileName old = new FileName("old");
    assertEquals(
        "old/today.txt exists, its latest version is 1; delete it first, or choose a free name",
        refusal(new Command.MoveFile(NOTE, OTHER)));
    assertEquals(
        "old is a folder that has files; choose a free name, such as old/today.txt",
        refusal(new Command.MoveFile(NOTE, old)));
    assertEquals(
        "notes can't be moved into itself",
        refusal(new Command.MoveFile(NOTES, NOTES.resolve("deeper"))));
    assertEquals(
        "no file or folder nowhere; 'ls' lists those there are",
        refusal(new Command.MoveFile(new FileName("nowhere"), new FileName("x"))));
    assertEquals(
        "notes/today.txt: no version 7, the latest is 1",
        refusal(new Command.CopyFile(NOTE, Optional.of(7), OTHER, 5)));
    assertEquals(
        "old is a folder; name the copy in it, such as old/today.txt",
        refusal(new Command.CopyFile(NOTE, Optional.empty(), old, 5)));
    assertEquals(
        "notes is a folder; only a file can be copied in a version that is named",
        refusal(new Command.CopyFile(NOTES, Optional.of(1), new FileName("x"), 5)));
    FileName longest = new FileName("x".repeat(1_020));
    assertEquals(
        "notes/today.txt would get a name of more than 1,024 bytes",
        refusal(new Command.MoveFile(NOTES, longest)));
    assertEquals(List.of(1), numbers(NOTE));
  }

  @Test
  void aCopySharesTheBytesUntilBothAreGone() {
    ChunkId chunk = cluster.put(NOTE, "n1").id();
    cluster.put(NOTE, "n1");
    assertEquals(
        new Reply.Copied(1, 10, Optional.of(1)),
        cluster.apply(new Command.CopyFile(NOTE, Optional.of(1), OTHER, 77)));
    FileVersion copy = state.files().latest(OTHER).orElseThrow();
    assertEquals(chunk, copy.extents().getFirst().chunk());
    assertEquals(77, copy.atMs());
    cluster.apply(new Command.DeleteFile(NOTE, 0, 5));
    assertEquals(1, state.takeFreed().size(), "version 2 alone");
    cluster.apply(new Command.DeleteFile(OTHER, 0, 5));
    assertEquals(List.of(chunk), state.takeFreed());
  }

  @Test
  void anOldVersionIsRestoredByACopyOntoItself() {
    ChunkId chunk = cluster.put(NOTE, "n1").id();
    cluster.put(NOTE, "n1");
    cluster.apply(new Command.CopyFile(NOTE, Optional.of(1), NOTE, 5));
    FileVersion latest = state.files().latest(NOTE).orElseThrow();
    assertEquals(3, latest.number());
    assertEquals(chunk, latest.extents().getFirst().chunk());
  }

  @Test
  void aFolderBeyondTheBoundIsRefusedWhole() {
    int beyond = Renaming.MAX_FILES + 1;
    List<NewFile> files = new ArrayList<>();
    for (int i = 0; i < beyond; i++) {
      files.add(new NewFile(NOTES.resolve("n" + i), 0, 0, List.of()));
    }
    cluster.apply(new Command.CommitFiles(files, List.of(), Optional.empty(), 5));
    assertEquals(
        "notes has more than 100,000 files, the most for one command; take its folders one by one",
        refusal(new Command.MoveFile(NOTES, new FileName("x"))));
    cluster.apply(new Command.DeleteFile(NOTES.resolve("n0"), 0, 5));
    assertEquals(
        new Reply.Moved(Renaming.MAX_FILES, Renaming.MAX_FILES),
        cluster.apply(new Command.MoveFile(NOTES, new FileName("x"))));
  }

  @Test
  void namesBesideAFolderAreNotInIt() {
    for (String name : List.of("notes", "notes!", "notes-1/x", "notes/ a", "notes/z", "notes0")) {
      cluster.put(new FileName(name), "n1");
    }
    assertEquals("[notes/ a, notes/z]", state.files().namesIn(NOTES).toString());
    assertEquals(List.of(), state.files().namesIn(new FileName("x".repeat(1_024))));
  }
}
