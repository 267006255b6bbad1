package idunno.system;

import idunno.core.files.FileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A file that somebody tried to put: its bytes can be made again from its seed.
 *
 * @param version the number that was acknowledged; 0 if none was
 */
record Upload(FileName name, int version, long seed, int length) {
  byte[] bytes() {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes the bytes to a local file. */
  Path write(Path local) throws IOException {
    return Files.write(local, bytes());
  }

  boolean is(byte[] found) {
    return found.length == length && Arrays.equals(found, bytes());
  }

  /** The same, acknowledged. */
  Upload as(int number) {
    return new Upload(name, number, seed, length);
  }
}
