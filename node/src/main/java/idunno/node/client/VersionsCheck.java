package idunno.node.client;

import idunno.core.files.FileName;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Several versions in one stream, each behind a line that says its length and checksum; copied as
 * they are, and each version checked against its line.
 */
final class VersionsCheck {
  private static final Pattern DELIMITER =
      Pattern.compile(
          "=== (?<name>.+) version (?<version>[0-9]{1,9}) of [0-9]+, (?<length>[0-9]{1,18}) bytes,"
              + " CRC32C (?<crc>[0-9a-f]{8}), \\S+ ===");
  private static final int MAX_DELIMITER_BYTES = 2048;
  private static final int BUFFER_BYTES = 1 << 17;

  private final FileName name;
  private final Download into;
  private final ByteProgress progress;

  VersionsCheck(FileName name, Download into, ByteProgress progress) {
    this.name = name;
    this.into = into;
    this.progress = progress;
  }

  /**
   * Copies the stream to its end; {@return the versions, in the order in which they came}
   *
   * @throws Corrupt if a version isn't what its line says
   */
  List<Integer> copy(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(stream, BUFFER_BYTES);
    List<Integer> versions = new ArrayList<>();
    String line = delimiter(in);
    while (!line.isEmpty()) {
      Matcher said = DELIMITER.matcher(line);
      if (!said.matches() || !said.group("name").equals(name.value())) {
        throw new Corrupt(
            "get-versions %s: expected a delimiter of that file, found \"%s\"; nothing was written"
                .formatted(name, line));
      }
      copyOne(in, said);
      versions.add(Integer.valueOf(said.group("version")));
      line = delimiter(in);
    }
    return versions;
  }

  /** The next line, copied too; empty at the end of the stream. */
  private String delimiter(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    while ((next = in.read()) >= 0 && next != '\n' && line.size() < MAX_DELIMITER_BYTES) {
      line.write(next);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    if (next >= 0) {
      line.write(next);
    }
    into.write(line.toByteArray(), line.size());
    return text;
  }

  private void copyOne(InputStream in, Matcher said) throws IOException {
    long left = Long.parseLong(said.group("length"));
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[BUFFER_BYTES];
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new IOException("version " + said.group("version") + " broke off");
      }
      crc.update(buffer, 0, count);
      into.write(buffer, count);
      progress.moved(into.lengthBytes(), -1);
      left -= count;
    }
    String found = Download.hex(crc);
    if (!found.equals(said.group("crc")) || in.read() != '\n') {
      throw new Corrupt(
          "get-versions %s: version %s: checksum mismatch (expected %s, found %s); nothing written"
              .formatted(name, said.group("version"), said.group("crc"), found));
    }
    into.write(new byte[] {'\n'}, 1);
  }
}
