package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private static final NodeName N1 = new NodeName("n1");

  @TempDir Path folder;

  @Test
  void aDirectoryThatIsNotThereIsMadeAndNothingIsLeftInIt() throws IOException {
    Path data = folder.resolve("a/b");
    DataDirectory.open(data, N1);
    try (var files = Files.list(data)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void oneThatCanNotBeWrittenIsRefusedInOneLineThatSaysWhatToDo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no directory");
    IOException refused =
        assertThrows(IOException.class, () -> DataDirectory.open(file.resolve("data"), N1));
    String said = String.valueOf(refused.getMessage());
    for (String part : List.of("n1: ", file.resolve("data").toString(), "start again")) {
      assertTrue(said.contains(part), said);
    }
    assertTrue(said.indexOf('\n') < 0, said);
  }
}
