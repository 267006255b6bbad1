package idunno.node.chunks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 1 MiB, mounted where only a child process sees it. */
class FullDiskTest {
  @TempDir Path dir;

  @Test
  void aFullDiskIsACleanFailureAndTheStoreGoesOn() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assumeTrue(inOwnMounts("true") == 0, "mounting a small disk is not permitted here");
    int exit =
        inOwnMounts(
            "exec '%s' -cp '%s' %s '%s'"
                .formatted(
                    java,
                    System.getProperty("java.class.path"),
                    FullDiskTest.class.getName(),
                    dir));
    assertEquals(0, exit, Files.readString(dir.resolveSibling(dir.getFileName() + ".out")));
  }

  private int inOwnMounts(String command) throws IOException, InterruptedException {
    Path out = dir.resolveSibling(dir.getFileName() + ".out");
    String mount = "mount -t tmpfs -o size=1m none '" + dir + "' && ";
    Process process;
    try {
      process =
          new ProcessBuilder("unshare", "-Urm", "sh", "-c", mount + command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
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

  /** The child: fills the disk; any exception is its failure. */
  public static void main(String[] args) throws IOException {
    Path dir = Path.of(args[0]);
    try (ChunkStore store = ChunkStore.open(dir, "n1")) {
      ByteBuffer large = ByteBuffer.allocate(700_000);
      store.write("0a000000", large, ChunkFile.crcOf(large));
      try {
        store.write("0a000001", large, ChunkFile.crcOf(large));
        throw new IllegalStateException("1.4 MB went onto a disk of 1 MiB");
      } catch (IOException e) {
        if (!e.toString().contains("No space left") || !e.toString().contains("0a000001")) {
          throw e;
        }
      }
      ByteBuffer small = ByteBuffer.allocate(100_000);
      store.write("0a000002", small, ChunkFile.crcOf(small));
      List<ChunkStore.Held> expected =
          List.of(
              new ChunkStore.Held("0a000000", 700_000), new ChunkStore.Held("0a000002", 100_000));
      if (!store.list().equals(expected)) {
        throw new IllegalStateException("found " + store.list());
      }
      store.verify("0a000000");
      try (var leftovers = Files.list(dir.resolve("incoming"))) {
        if (leftovers.findAny().isPresent()) {
          throw new IllegalStateException("half a chunk is left");
        }
      }
    }
  }
}
