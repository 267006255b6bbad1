package idunno.node.client;

import idunno.core.files.StoredChunk;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import idunno.node.transfer.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What an upload has made durable, in a file of this machine: the same upload, begun again after it
 * was broken off, finds there what it need not send again.
 *
 * <p>It is found by what is uploaded and where to: a file that has changed meanwhile is another
 * upload. A journal that can't be written is done without: only the going on from there is lost.
 */
final class Journal implements Memory, AutoCloseable {
  /** Chunks that nothing refers to are swept long before. */
  private static final Duration FORGET_AFTER = Duration.ofDays(1);

  private static final String SUFFIX = ".upload";
  private static final int MAX_BYTES = 64 << 20;

  private final Map<Integer, StoredChunk> known = new ConcurrentHashMap<>();
  private final Path path;
  private final @Nullable FileChannel file;

  /** One line. */
  private record Line(int index, StoredChunk chunk) {}

  /**
   * Opens the journal of an upload.
   *
   * @param folder where journals are; made if there is none
   * @param upload all that tells this upload from any other
   */
  Journal(Path folder, String upload) {
    this.path = folder.resolve(digest(upload) + SUFFIX);
    this.file = open(folder);
  }

  private @Nullable FileChannel open(Path folder) {
    FileChannel opened = null;
    try {
      Files.createDirectories(folder);
      forgetOld(folder);
      opened =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (opened.tryLock() != null && opened.size() <= MAX_BYTES) {
        read(opened);
        return opened;
      }
      opened.close();
    } catch (OverlappingFileLockException | IOException e) {
      close(opened);
    }
    return null;
  }

  private static void close(@Nullable FileChannel file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // It is done without.
    }
  }

  private static void forgetOld(Path folder) throws IOException {
    Instant before = Instant.now().minus(FORGET_AFTER);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path one : all) {
        if (Files.getLastModifiedTime(one).toInstant().isBefore(before)) {
          Files.deleteIfExists(one);
        }
      }
    }
  }

  private void read(FileChannel from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) from.size());
    while (bytes.hasRemaining() && from.read(bytes) >= 0) {
      // Until all is there.
    }
    String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    for (String line : text.split("\n", -1)) {
      try {
        Line one = Codec.json().decode(line.getBytes(StandardCharsets.UTF_8), Line.class);
        known.put(one.index(), one.chunk());
      } catch (BadMessage | NullPointerException e) {
        // The last line of a process that was killed may be torn.
      }
    }
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public boolean isEmpty() {
    return known.isEmpty();
  }

  @Override
  public Optional<StoredChunk> recall(int index, int length, int crc32c) {
    return Optional.ofNullable(known.get(index))
        .filter(chunk -> chunk.length() == length && chunk.crc32c() == crc32c);
  }

  @Override
  public synchronized void remember(int index, StoredChunk chunk) {
    if (file == null || !file.isOpen()) {
      return;
    }
    try {
      byte[] line = Codec.json().encode(new Line(index, chunk));
      ByteBuffer bytes = ByteBuffer.allocate(line.length + 2);
      bytes.put((byte) '\n').put(line).put((byte) '\n').flip();
      file.position(file.size());
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      close(file);
    }
  }

  /** The upload is committed: nothing of it is needed any more. */
  void forget() {
    close(file);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It is forgotten when it is old.
    }
  }

  @Override
  public void close() {
    close(file);
  }
}
