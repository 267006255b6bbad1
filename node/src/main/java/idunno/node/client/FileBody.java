package idunno.node.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One file of this machine, streamed. */
final class FileBody implements Body {
  private final Path path;
  private final long lengthBytes;
  private final ByteProgress progress;
  private volatile @Nullable ExactFile last;

  /**
   * Takes the file as it is now.
   *
   * @throws LocalFailure if it is no readable file
   */
  FileBody(Path path, ByteProgress progress) throws LocalFailure {
    this.path = path;
    this.lengthBytes = LocalSource.lengthOf(path);
    this.progress = progress;
  }

  @Override
  public long lengthBytes() {
    return lengthBytes;
  }

  @Override
  public InputStream open() throws IOException {
    long[] done = new long[1];
    ExactFile file =
        new ExactFile(
            path,
            lengthBytes,
            bytes -> {
              done[0] += bytes;
              progress.moved(done[0], lengthBytes);
            });
    last = file;
    return file;
  }

  /** The checksum of what was sent last; 0 where nothing was. */
  int crc32c() {
    ExactFile file = last;
    return file == null ? 0 : file.crc32c();
  }
}
