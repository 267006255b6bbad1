package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.node.chunks.SmallDisk;
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

  @Test
  void oneOnAReadOnlyDiskIsRefusedAndOneOnAFullDiskGivesUpItsBallast() throws Exception {
    SmallDisk disk = SmallDisk.at(folder);
    String data = "'" + folder + "'";
    assertEquals(0, disk.run(DataDirectoryTest.class, data, "full"), disk.said());
    String readOnly = "mount -o remount,ro " + data;
    assertEquals(0, disk.run(readOnly, DataDirectoryTest.class, data, "read-only"), disk.said());
  }

  /** The child, on a disk of 1 MiB; any exception is its failure. */
  public static void main(String[] args) throws IOException {
    Path data = Path.of(args[0]);
    if (args[1].equals("full")) {
      Files.write(data.resolve(DataDirectory.BALLAST), new byte[200_000]);
      try (var out = Files.newOutputStream(data.resolve("somebody-elses"))) {
        while (true) {
          out.write(new byte[1000]);
        }
      } catch (IOException e) {
        // That is what it was for.
      }
      DataDirectory.open(data, N1);
      if (Files.exists(data.resolve(DataDirectory.BALLAST))) {
        throw new IllegalStateException("the ballast is still there");
      }
      return;
    }
    try {
      DataDirectory.open(data, N1);
      throw new IllegalStateException("a read-only disk was taken");
    } catch (IOException e) {
      String said = String.valueOf(e.getMessage());
      if (!said.contains("Read-only file system") || said.indexOf('\n') >= 0) {
        throw e;
      }
    }
  }
}
