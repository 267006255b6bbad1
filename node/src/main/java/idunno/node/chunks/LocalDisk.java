package idunno.node.chunks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The disk under a store's folder. */
final class LocalDisk implements DiskWatch.Disk {
  private static final int TRY_BYTES = 64 << 10;

  private final Path dir;
  private final Path incoming;
  private final FileStore store;
  private final long totalBytes;
  private final Optional<Ballast> ballast;
  private final AtomicLong lastTry = new AtomicLong();

  LocalDisk(Path dir, Path incoming, Optional<Path> ballast) throws IOException {
    this.dir = dir;
    this.incoming = incoming;
    this.store = Files.getFileStore(dir);
    this.totalBytes = store.getTotalSpace();
    this.ballast = ballast.map(file -> Ballast.of(file, totalBytes));
  }

  @Override
  public Path folder() {
    return dir;
  }

  @Override
  public long totalBytes() {
    return totalBytes;
  }

  @Override
  public long freeBytes() throws IOException {
    return store.getUsableSpace();
  }

  @Override
  public void tryToWrite() throws IOException {
    Files.createDirectories(incoming);
    Path temp = incoming.resolve("try." + lastTry.incrementAndGet());
    try (FileChannel out =
        FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(TRY_BYTES);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  @Override
  public void looked(long freeBytes) {
    ballast.ifPresent(one -> one.looked(freeBytes));
  }
}
