package idunno.node.client;

import idunno.core.files.FileName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All files below a folder of this machine as one stream, in the order of their names. For each:
 * the length of its name in bytes (u16), the name in UTF-8 relative to the folder, the length of
 * its content (u64), the content, the CRC32C of the content (u32); then a u16 of 0. All big-endian.
 */
final class FolderBody implements Body {
  private static final int NAME_HEADER_BYTES = Short.BYTES;
  private static final int OTHER_BYTES = Long.BYTES + Integer.BYTES;

  private final List<LocalFolder.Entry> entries;
  private final long contentBytes;
  private final ByteProgress progress;

  /**
   * Lists the folder; links are followed.
   *
   * @throws LocalFailure if it can't be read, has nothing in it, or has something that is no file
   * @throws IllegalArgumentException if a name can't be one of the store's
   */
  FolderBody(Path folder, FileName into, ByteProgress progress) throws IOException {
    this.entries = LocalFolder.entries(folder, into);
    this.contentBytes = entries.stream().mapToLong(LocalFolder.Entry::lengthBytes).sum();
    this.progress = progress;
  }

  /** How many files there are. */
  int files() {
    return entries.size();
  }

  /** How many bytes the files have together. */
  long contentBytes() {
    return contentBytes;
  }

  @Override
  public long lengthBytes() {
    long names = entries.stream().mapToLong(entry -> nameBytes(entry).length).sum();
    long framing = (long) entries.size() * (NAME_HEADER_BYTES + OTHER_BYTES) + NAME_HEADER_BYTES;
    return contentBytes + names + framing;
  }

  @Override
  public InputStream open() {
    Iterator<LocalFolder.Entry> rest = entries.iterator();
    long[] done = new long[1];
    return new Parts(
        () -> {
          if (!rest.hasNext()) {
            return List.of();
          }
          LocalFolder.Entry entry = rest.next();
          Content content =
              new Content(
                  entry,
                  bytes -> {
                    done[0] += bytes;
                    progress.moved(done[0], contentBytes);
                  });
          return List.of(() -> head(entry), content, content::trailer);
        },
        new byte[NAME_HEADER_BYTES]);
  }

  private static byte[] nameBytes(LocalFolder.Entry entry) {
    return entry.name().getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream head(LocalFolder.Entry entry) {
    byte[] name = nameBytes(entry);
    ByteBuffer head =
        ByteBuffer.allocate(NAME_HEADER_BYTES + name.length + Long.BYTES)
            .putShort((short) name.length)
            .put(name)
            .putLong(entry.lengthBytes());
    return new ByteArrayInputStream(head.array());
  }

  /** A file's content, and the checksum that follows it. */
  private static final class Content implements Parts.Part {
    private final LocalFolder.Entry entry;
    private final LongConsumer moved;
    private @Nullable ExactFile file;

    Content(LocalFolder.Entry entry, LongConsumer moved) {
      this.entry = entry;
      this.moved = moved;
    }

    @Override
    public InputStream open() throws IOException {
      ExactFile opened = new ExactFile(entry.path(), entry.lengthBytes(), moved);
      file = opened;
      return opened;
    }

    InputStream trailer() {
      int crc = Objects.requireNonNull(file, "the content is read before its checksum").crc32c();
      return new ByteArrayInputStream(ByteBuffer.allocate(Integer.BYTES).putInt(crc).array());
    }
  }
}
