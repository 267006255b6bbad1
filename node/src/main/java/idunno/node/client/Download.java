package idunno.node.client;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A file of this machine that is being fetched: it is written beside its place under another name,
 * and takes its place at once and whole, or not at all.
 */
final class Download implements Closeable {
  private final Path place;
  private final Path part;
  private final OutputStream out;
  private final CRC32C crc = new CRC32C();
  private long lengthBytes;

  /**
   * Begins beside the place.
   *
   * @throws LocalFailure if nothing can be written there
   */
  Download(Path place) throws LocalFailure {
    this.place = place;
    String name = "." + UUID.randomUUID() + ".part";
    this.part = place.resolveSibling(name);
    try {
      this.out =
          Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new LocalFailure(place + ": its folder doesn't exist; make it first", e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Adds bytes. */
  void write(byte[] buffer, int length) throws LocalFailure {
    try {
      out.write(buffer, 0, length);
    } catch (IOException e) {
      throw failed(e);
    }
    crc.update(buffer, 0, length);
    lengthBytes += length;
  }

  /** Where it will be. */
  Path place() {
    return place;
  }

  /** How many bytes were written. */
  long lengthBytes() {
    return lengthBytes;
  }

  /** The checksum of what was written, eight hexadecimal digits. */
  String crc32c() {
    return hex(crc);
  }

  /** Puts what was written in its place, over whatever was there. */
  void keep() throws LocalFailure {
    try {
      out.close();
      try {
        Files.move(
            part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Forgets what was not kept. */
  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(part);
  }

  /** A checksum as eight hexadecimal digits. */
  static String hex(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private LocalFailure failed(IOException e) {
    return new LocalFailure(place + " can't be written: " + e, e);
  }
}
