package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import idunno.core.base.NodeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    assumeTrue(inOwnMounts("true") == 0, "mounting a small disk is not permitted here");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String child =
        "'%s' -cp '%s' %s '%s'"
            .formatted(
                java,
                System.getProperty("java.class.path"),
                DataDirectoryTest.class.getName(),
                folder);
    int full = inOwnMounts(child + " full");
    assertEquals(0, full, Files.readString(said()));
    int readOnly = inOwnMounts("mount -o remount,ro '" + folder + "' && " + child + " read-only");
    assertEquals(0, readOnly, Files.readString(said()));
  }

  private Path said() {
    return folder.resolveSibling(folder.getFileName() + ".out");
  }

  private int inOwnMounts(String command) throws IOException, InterruptedException {
    String mount = "mount -t tmpfs -o size=1m none '" + folder + "' && ";
    Process process;
    try {
      process =
          new ProcessBuilder("unshare", "-Urm", "sh", "-c", mount + command)
              .redirectErrorStream(true)
              .redirectOutput(said().toFile())
              .start();
    } catch (IOException e) {
      return -1; // no such program on this system
    }
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the child did not end within 120 s");
    }
    return process.exitValue();
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
