package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.Selection;
import idunno.core.state.Command;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Shape;
import idunno.node.gateway.NotFound;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int AT_ONCE = 2_000;

  private final ReplicatedState state =
      new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
  private final Proposer proposer = new Proposer((entry, timeout) -> state.apply(entry));

  @AfterEach
  void close() {
    proposer.close();
  }

  private void put(List<String> names) throws Exception {
    for (int from = 0; from < names.size(); from += AT_ONCE) {
      List<NewFile> files =
          names.subList(from, Math.min(from + AT_ONCE, names.size())).stream()
              .map(name -> new NewFile(new FileName(name), 0, 0, List.of()))
              .toList();
      proposer.submit(new Command.CommitFiles(files, List.of(), Optional.empty(), 1), SOON);
    }
  }

  private void delete(String name) {
    try {
      proposer.submit(new Command.DeleteFile(new FileName(name), 0, 0), SOON);
    } catch (Proposer.OutcomeUnknown e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<ListView> listed(String word, Shape shape) throws IOException {
    List<ListView> lines = new ArrayList<>();
    Selection selection = state.read(s -> Selection.of(word, s.files())).orElseThrow();
    new Listing(state, selection, shape, !word.isEmpty(), lines::add).run();
    return lines;
  }

  private static List<String> names(List<ListView> lines) {
    return lines.stream()
        .flatMap(
            line ->
                switch (line) {
                  case ListView.Found _, ListView.Total _ -> Stream.<String>of();
                  case ListView.Folder folder -> Stream.of(folder.name() + "/" + folder.files());
                  case ListView.File file -> Stream.of(file.name().value());
                  case ListView.Version version ->
                      Stream.of(version.name() + "#" + version.version().number());
                })
        .toList();
  }

  @Test
  void levelsDepthsVersionsAndSumsOfTheSameFiles() throws Exception {
    put(List.of("a", "d/1", "d/1", "d/e/2", "d/e/3", "d-/x", "d/z"));
    assertEquals(List.of("a", "d-/1", "d/4"), names(listed("", Shape.LEVEL)));
    assertEquals(List.of("d/1", "d/e/2", "d/z"), names(listed("d", Shape.LEVEL)));
    assertEquals(List.of("d/1", "d/e/2", "d/e/3", "d/z"), names(listed("d", Shape.DEEP)));
    assertEquals(List.of("d/1#1", "d/1#2"), names(listed("d/1", Shape.LEVEL)));
    assertEquals(List.of("d/1", "d/e/2", "d/z"), names(listed("d/*", Shape.LEVEL)));
    List<ListView> sum = listed("d", Shape.TOTAL);
    assertEquals(List.of(new ListView.Total(4, 0)), sum.subList(1, sum.size()));
    assertThrows(NotFound.class, () -> listed("d/*.jpg", Shape.LEVEL));
    assertEquals(2, new ListingTest().listed("", Shape.LEVEL).size());
  }

  @Test
  void ofAHundredThousandFilesNoMoreIsGatheredThanALotAndTheRestIsReadLater() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      names.add("many/%06d".formatted(i));
    }
    put(names);
    for (Shape shape : List.of(Shape.DEEP, Shape.VERSIONS)) {
      String last = shape == Shape.DEEP ? "many/099999" : "many/099998";
      List<String> told = new ArrayList<>();
      new Listing(
              state,
              new Selection.InFolder(Optional.empty()),
              shape,
              false,
              line -> {
                if (told.size() == 1) {
                  delete(last);
                }
                told.addAll(names(List.of(line)).isEmpty() ? List.of("-") : names(List.of(line)));
              })
          .run();
      assertTrue(told.size() > 99_990, shape + ": " + told.size() + " lines");
      assertFalse(told.contains(last) || told.contains(last + "#1"), "it was gathered beforehand");
    }
    List<ListView> level = listed("", Shape.LEVEL);
    assertEquals(List.of("many/99998"), names(level));
  }

  @Test
  void aFileOfManyVersionsIsToldWhole() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      names.add("one");
    }
    put(names);
    List<String> told = names(listed("one", Shape.LEVEL));
    assertEquals(3_000, told.size());
    assertEquals("one#3000", told.getLast());
  }
}
