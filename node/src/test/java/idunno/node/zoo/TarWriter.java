package idunno.node.zoo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes tarballs, sound and hostile ones. */
final class TarWriter {
  private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

  TarWriter file(String name, byte[] bytes) {
    return entry(name, '0', bytes.length, bytes);
  }

  TarWriter file(String name, String text) {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  TarWriter entry(String name, char type, long statedSize, byte[] bytes) {
    return raw(header(name, type, statedSize)).padded(bytes);
  }

  TarWriter raw(byte[] bytes) {
    tar.writeBytes(bytes);
    return this;
  }

  private TarWriter padded(byte[] bytes) {
    return raw(bytes).raw(new byte[(512 - bytes.length % 512) % 512]);
  }

  static byte[] header(String name, char type, long size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 124, "%011o\0".formatted(size));
    put(header, 136, "00000000000\0");
    header[156] = (byte) type;
    put(header, 257, "ustar\00000");
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  byte[] tgz() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      tar.writeTo(gzip);
      gzip.write(new byte[1024]);
    }
    return packed.toByteArray();
  }

  Path write(Path file) throws IOException {
    return Files.write(file, tgz());
  }
}
