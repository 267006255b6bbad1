package idunno.system;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * The contents of the puts of a run: each is another, and says which it is. Thread-safe.
 *
 * <p>A file's list tells only checksums; a content is found by that, too.
 */
final class Writes {
  /** The number of bytes that nobody has put. */
  static final long NOBODYS = Long.MAX_VALUE;

  private final AtomicLong next = new AtomicLong();
  private final Map<String, Long> byChecksum = new ConcurrentHashMap<>();

  /** A content and its number. */
  record Write(long number, String text) {
    byte[] bytes() {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** A content that nobody has put yet, a little longer than {@code more} bytes. */
  Write fresh(int more) {
    while (true) {
      long number = next.getAndIncrement();
      Write write = new Write(number, "#" + number + " " + "x".repeat(more));
      if (byChecksum.putIfAbsent(crc32c(write.bytes()), number) == null) {
        return write;
      }
    }
  }

  /** Which content has that checksum. */
  Optional<Long> withChecksum(String crc32c) {
    return Optional.ofNullable(byChecksum.get(crc32c));
  }

  /** Which content these bytes are; empty if they are none that was ever made. */
  Optional<Long> of(byte[] bytes) {
    return withChecksum(crc32c(bytes))
        .filter(
            number -> new String(bytes, StandardCharsets.US_ASCII).startsWith("#" + number + " "));
  }

  static String crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return String.format("%08x", crc.getValue());
  }
}
