package idunno.node.client;

import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.FileVersion;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine that is being fetched in pieces, in any order: it is written beside its
 * place under another name, and takes its place at once and whole, or not at all.
 *
 * <p>The other name tells of which version the bytes are, so that a fetch that was broken off goes
 * on from there: which pieces have arrived, their checksums tell.
 */
final class Landing implements Closeable {
  /** What is shorter is fetched anew faster than it is checked. */
  private static final long MIN_KEPT_BYTES = 32L << 20;

  /** What is written at once; far more can be far slower, as for the files of chunks. */
  private static final int PIECE_BYTES = 64 << 10;

  private final Path place;
  private final Path part;
  private final FileChannel file;
  private final boolean resumable;
  private final boolean begun;
  private boolean kept;

  /**
   * Begins beside the place, or goes on there.
   *
   * @throws LocalFailure if nothing can be written there
   */
  Landing(Path place, FileVersion version) throws LocalFailure {
    this.place = place;
    try {
      Path named =
          place.resolveSibling(
              nameFor(place.getFileName() + " " + version.number() + " " + version.crc32c()));
      FileChannel own = version.length() >= MIN_KEPT_BYTES ? openAlone(named) : null;
      this.resumable = own != null;
      this.part = own != null ? named : place.resolveSibling("." + UUID.randomUUID() + ".part");
      this.file =
          own != null
              ? own
              : FileChannel.open(
                  part,
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
      this.begun = file.size() > 0;
    } catch (NoSuchFileException e) {
      throw new LocalFailure(place + ": its folder doesn't exist; make it first", e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The same for the same text, and short, however long the file's name is. */
  private static String nameFor(String text) {
    return "." + UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)) + ".part";
  }

  /** Opens a part that nobody else is writing; null if somebody is. */
  private static @Nullable FileChannel openAlone(Path part) throws IOException {
    FileChannel file =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process is.
    }
    file.close();
    return null;
  }

  /** Whether a piece has arrived before, whole. */
  boolean has(long offset, Extent extent) throws LocalFailure {
    if (!begun) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.allocate(extent.length());
    try {
      while (bytes.hasRemaining()) {
        if (file.read(bytes, offset + bytes.position()) < 0) {
          return false;
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
    return Crc32c.of(bytes.flip()) == extent.crc32c();
  }

  /** Writes a piece. */
  void write(long offset, ByteBuffer bytes) throws LocalFailure {
    try {
      long at = offset;
      while (bytes.hasRemaining()) {
        int size = Math.min(bytes.remaining(), PIECE_BYTES);
        int count = file.write(bytes.slice(bytes.position(), size), at);
        bytes.position(bytes.position() + count);
        at += count;
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Where it will be. */
  Path place() {
    return place;
  }

  /** Puts what was written in its place, over whatever was there. */
  void keep(long lengthBytes) throws LocalFailure {
    try {
      file.truncate(lengthBytes);
      try {
        Files.move(
            part, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
      }
      kept = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Where the rest of a long fetch can go on from, if this one is not kept. */
  boolean resumable() {
    return resumable;
  }

  /** Forgets what was not kept, unless it is worth going on from. */
  @Override
  public void close() throws IOException {
    boolean empty = file.isOpen() && file.size() == 0;
    file.close();
    if (!kept && (!resumable || empty)) {
      Files.deleteIfExists(part);
    }
  }

  private LocalFailure failed(IOException e) {
    return new LocalFailure(place + " can't be written: " + e, e);
  }
}
