package idunno.node.zoo;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/**
 * Reads the asked-for files of a {@code .tgz} into memory; never writes anything.
 *
 * <p>The format is POSIX ustar with pax and GNU long names: 512-byte headers, each followed by the
 * file's bytes padded to 512 (<a
 * href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html">POSIX pax</a>). A
 * tarball may be hostile, so sizes are bounded before memory is taken, header checksums are
 * checked, and an asked-for entry that is no plain file, is there twice, or leaves its folder is an
 * error.
 */
final class Tarball {

  /**
   * What a tarball may cost.
   *
   * @param entryBytes the largest asked-for file
   * @param keptBytes all asked-for files together
   * @param unpackedBytes the whole tarball unpacked, skipped files included
   */
  record Limits(int entryBytes, long keptBytes, long unpackedBytes) {}

  private static final int BLOCK = 512;
  private static final int LONG_NAME_BYTES = 64 * 1024;

  private final Path file;
  private final Predicate<String> wanted;
  private final Limits limits;
  private final InputStream in;
  private final Map<String, byte[]> kept = new LinkedHashMap<>();
  private long keptBytes;
  private long unpackedBytes;

  private Tarball(Path file, Predicate<String> wanted, Limits limits, InputStream in) {
    this.file = file;
    this.wanted = wanted;
    this.limits = limits;
    this.in = in;
  }

  /**
   * Reads a tarball once, from front to back.
   *
   * @param wanted which names to keep; an asked-for name that is not there is not an error here
   * @return the kept files by name, in the tarball's order
   * @throws IOException if the file is not a sound tarball or goes beyond the limits
   */
  static Map<String, byte[]> read(Path file, Predicate<String> wanted, Limits limits)
      throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16)) {
      Tarball tarball = new Tarball(file, wanted, limits, in);
      tarball.readEntries();
      return tarball.kept;
    }
  }

  private void readEntries() throws IOException {
    String longName = "";
    byte[] header = new byte[BLOCK];
    while (readHeader(header)) {
      long size = size(header);
      char type = (char) (header[156] & 0xff);
      switch (type) {
        case 'L' -> longName = trimmed(bytes("long name", size, LONG_NAME_BYTES));
        case 'x' -> longName = paxPath(bytes("pax header", size, LONG_NAME_BYTES), longName);
        default -> {
          String name = longName.isEmpty() ? name(header) : longName;
          longName = "";
          entry(name, type, size);
        }
      }
    }
  }

  private void entry(String name, char type, long size) throws IOException {
    boolean global = type == 'g';
    if (global || !wanted.test(name)) {
      skip(padded(size));
      return;
    }
    if (type != '0' && type != 0) {
      throw broken(name + " is no plain file (type " + type + ")");
    }
    if (name.startsWith("/") || (name + "/").contains("../") || name.indexOf('\\') >= 0) {
      throw broken(name + " leaves its folder");
    }
    if (kept.containsKey(name)) {
      throw broken(name + " is there twice");
    }
    keptBytes += size;
    if (keptBytes > limits.keptBytes()) {
      throw broken("more than " + limits.keptBytes() + " bytes asked for");
    }
    kept.put(name, bytes(name, size, limits.entryBytes()));
  }

  /** The next header, or false at the end: a block of zeros, or no further block. */
  private boolean readHeader(byte[] header) throws IOException {
    int got = in.readNBytes(header, 0, BLOCK);
    if (got == 0) {
      return false;
    }
    if (got < BLOCK) {
      throw broken("ends in the middle of a header");
    }
    count(BLOCK);
    int sum = 0;
    boolean zero = true;
    for (int i = 0; i < BLOCK; i++) {
      boolean inChecksum = i >= 148 && i < 156;
      sum += inChecksum ? ' ' : header[i] & 0xff;
      zero &= header[i] == 0;
    }
    if (zero) {
      return false;
    }
    if (octal(header, 148, 8) != sum) {
      throw broken("a header's checksum is wrong");
    }
    return true;
  }

  private byte[] bytes(String what, long size, int most) throws IOException {
    if (size > most) {
      throw broken(what + " has " + size + " bytes, at most " + most + " allowed");
    }
    count(padded(size));
    byte[] bytes = in.readNBytes((int) size);
    if (bytes.length < size) {
      throw broken(what + " ends after " + bytes.length + " of " + size + " bytes");
    }
    skipFully(padded(size) - size);
    return bytes;
  }

  private void skip(long bytes) throws IOException {
    count(bytes);
    skipFully(bytes);
  }

  private void skipFully(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException e) {
      throw broken("ends too early");
    }
  }

  private void count(long bytes) throws IOException {
    unpackedBytes += bytes;
    if (unpackedBytes > limits.unpackedBytes()) {
      throw broken("unpacks to more than " + limits.unpackedBytes() + " bytes");
    }
  }

  private long size(byte[] header) throws IOException {
    // A set top bit means base 256, which only files of 8 GiB and more need: none of ours.
    return octal(header, 124, 12);
  }

  private long octal(byte[] header, int from, int length) throws IOException {
    String text = text(header, from, length).strip();
    if (!text.matches("[0-7]{1,12}")) {
      throw broken("a header's number is not octal");
    }
    return Long.parseLong(text, 8);
  }

  private static String name(byte[] header) {
    String name = text(header, 0, 100);
    boolean ustar = text(header, 257, 5).equals("ustar");
    String prefix = ustar ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** The value of {@code path} in a pax header's records ({@code LENGTH KEY=VALUE\n}). */
  private String paxPath(byte[] records, String otherwise) throws IOException {
    String path = otherwise;
    int at = 0;
    while (at < records.length) {
      int space = at;
      while (space < records.length && space - at < 7 && records[space] != ' ') {
        space++;
      }
      String digits = new String(records, at, space - at, StandardCharsets.US_ASCII);
      int length = digits.matches("[0-9]{1,6}") ? Integer.parseInt(digits) : 0;
      if (length <= space - at + 1 || at + length > records.length) {
        throw broken("a pax header is malformed");
      }
      String field =
          new String(records, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
      if (field.startsWith("path=")) {
        path = field.substring("path=".length());
      } else if (field.startsWith("size=")) {
        throw broken("a pax header gives a file's size, which only huge files need");
      }
      at += length;
    }
    return path;
  }

  private static String trimmed(byte[] bytes) {
    return text(bytes, 0, bytes.length);
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private IOException broken(String why) {
    return new IOException("read " + file + ": " + why + "; delete it and fetch it again");
  }
}
