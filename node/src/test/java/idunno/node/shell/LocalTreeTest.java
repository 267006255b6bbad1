package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTreeTest {
  @TempDir Path folder;

  @Test
  void namesBecomePathsAndTheirFoldersAreMade() throws IOException {
    LocalTree tree = LocalTree.at(folder.resolve("new"));
    Path place = tree.place("a/b c/ü.jpg");
    assertEquals(folder.toRealPath().resolve("new/a/b c/ü.jpg"), place);
    assertTrue(Files.isDirectory(folder.resolve("new/a/b c")));
    Files.writeString(place, "x");
    assertEquals(place, tree.place("a/b c/ü.jpg"));
    try (var left = Files.list(folder.resolve("new"))) {
      assertEquals(1, left.count(), "the probe for letters' case is gone");
    }
  }

  @Test
  void nothingIsPlacedOutsideOfTheFolder() throws IOException {
    LocalTree tree = LocalTree.at(folder.resolve("in"));
    for (String name : List.of("../x", "a/../../x", "/x", "..", ".", "", "a//x", "a/", "x\u0000")) {
      assertThrows(IOException.class, () -> tree.place(name), name);
    }
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("in/link"), outside);
    IOException refused = assertThrows(IOException.class, () -> tree.place("link/x"));
    assertTrue(refused.toString().contains("is a link"), refused.toString());
    assertThrows(IOException.class, () -> tree.place("link/deeper/x"));
    try (var there = Files.list(outside)) {
      assertEquals(0, there.count());
    }
  }

  @Test
  void aFileAndAFolderOfOneNameAreToldApart() throws IOException {
    LocalTree tree = LocalTree.at(folder);
    Files.writeString(tree.place("a"), "file");
    assertThrows(IOException.class, () -> tree.place("a/b"));
    tree.place("c/d");
    assertThrows(IOException.class, () -> tree.place("c"));
    assertEquals("file", Files.readString(folder.resolve("a")));
  }

  @Test
  void whereCaseDoesNotCountNoFileTakesAnothersPlace() throws IOException {
    LocalTree tree = new LocalTree(folder, true);
    tree.place("Photos/É.jpg");
    assertThrows(IOException.class, () -> tree.place("photos/e\u0301.JPG"));
    tree.place("Photos/É.jpg");
    new LocalTree(folder, false).place("photos/É.jpg");
  }
}
