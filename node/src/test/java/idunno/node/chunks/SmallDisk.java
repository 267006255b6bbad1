package idunno.node.chunks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A disk of 1 MiB, in memory, mounted where only a child process sees it: in a mount namespace of
 * its own. The same disk, empty again, for each child.
 *
 * @param folder where it is mounted
 */
public record SmallDisk(Path folder) {
  /** One at a folder; the test is skipped where the system doesn't permit it. */
  public static SmallDisk at(Path folder) throws IOException, InterruptedException {
    SmallDisk disk = new SmallDisk(folder);
    assumeTrue(disk.run("true") == 0, "mounting a small disk is not permitted here");
    return disk;
  }

  /** Runs the main method of a class. {@return its exit status} */
  public int run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    return run("", main, arguments);
  }

  /**
   * Runs the main method of a class.
   *
   * @param first a shell command that comes before; none, if empty
   * @return its exit status
   */
  public int run(String first, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "exec '%s' -cp '%s' %s %s"
            .formatted(
                java,
                System.getProperty("java.class.path"),
                main.getName(),
                String.join(" ", arguments));
    return run(first.isEmpty() ? command : first + " && " + command);
  }

  /** What the last child printed. */
  public String said() throws IOException {
    return Files.readString(out());
  }

  private Path out() {
    return folder.resolveSibling(folder.getFileName() + ".out");
  }

  private int run(String command) throws IOException, InterruptedException {
    String mount = "mount -t tmpfs -o size=1m none '" + folder + "' && ";
    Process process;
    try {
      process =
          new ProcessBuilder("unshare", "-Urm", "sh", "-c", mount + command)
              .redirectErrorStream(true)
              .redirectOutput(out().toFile())
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
}
