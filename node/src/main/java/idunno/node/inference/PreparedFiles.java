package idunno.node.inference;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What lies in the folder of one prepared network, and a list of it with lengths and checksums.
 *
 * <p>The weights are mapped, and a mapped file that is shorter than it was said to be kills the
 * process that reads it. So nothing is mapped before all of it has been read and compared: 50 ms
 * for 660 MB that are in the page cache.
 *
 * @param networkBytes the length of the ONNX file that it was made of
 */
record PreparedFiles(long networkBytes) {
  static final String NETWORK = "model.onnx";
  static final String WEIGHTS = "weights.bin";
  static final String LIST = "list";

  private static final String TITLE = "idunno prepared network 1";
  private static final int MAX_LIST_BYTES = 4096;
  private static final Pattern LINE = Pattern.compile("([a-z.]+) ([0-9]{1,18}) ([0-9a-f]{8})");
  private static final Pattern MADE_OF = Pattern.compile("network ([0-9]{1,18})");

  /** Writes the list of what is in a folder, all of it forced to the disk, the list last. */
  static void seal(Path folder, long networkBytes) throws IOException {
    StringBuilder list = new StringBuilder(TITLE + "\nnetwork " + networkBytes + "\n");
    for (String name : List.of(NETWORK, WEIGHTS)) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        list.append("%s %d %08x%n".formatted(name, Files.size(file), checksum(file)));
        force(file);
      }
    }
    Path file = folder.resolve(LIST);
    Files.writeString(file, list.toString().replace("\r", ""), StandardCharsets.US_ASCII);
    force(file);
  }

  /**
   * What the list of a folder says, without a look at what it lists.
   *
   * @throws IOException if there is no such list
   */
  static PreparedFiles listed(Path folder) throws IOException {
    return listed(lines(folder), folder);
  }

  private static PreparedFiles listed(List<String> lines, Path folder) throws IOException {
    Matcher of = MADE_OF.matcher(lines.size() < 2 ? "" : lines.get(1));
    if (!of.matches() || !lines.getFirst().equals(TITLE)) {
      throw new IOException(
          folder.resolve(LIST) + ": expected \"" + TITLE + "\" and what it was made of");
    }
    return new PreparedFiles(Long.parseLong(of.group(1)));
  }

  private static List<String> lines(Path folder) throws IOException {
    Path list = folder.resolve(LIST);
    if (!Files.isRegularFile(list) || Files.size(list) > MAX_LIST_BYTES) {
      throw new IOException(list + ": expected the list of what was prepared, found none");
    }
    return Files.readAllLines(list, StandardCharsets.US_ASCII);
  }

  /**
   * Compares a folder with its list, byte for byte.
   *
   * @throws IOException saying what is not as it was when the folder was made
   */
  static PreparedFiles check(Path folder) throws IOException {
    Path list = folder.resolve(LIST);
    List<String> lines = lines(folder);
    PreparedFiles files = listed(lines, folder);
    List<String> found = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      Matcher one = LINE.matcher(line);
      if (!one.matches() || !List.of(NETWORK, WEIGHTS).contains(one.group(1))) {
        throw new IOException(list + ": not a line of such a list: " + line);
      }
      compare(
          folder.resolve(one.group(1)),
          Long.parseLong(one.group(2)),
          Integer.parseUnsignedInt(one.group(3), 16));
      found.add(one.group(1));
    }
    if (!found.contains(NETWORK)) {
      throw new IOException(list + ": expected " + NETWORK + " in it");
    }
    return files;
  }

  private static void compare(Path file, long bytes, int sum) throws IOException {
    long found = Files.size(file);
    if (found != bytes) {
      throw new IOException(file + ": expected " + bytes + " bytes, found " + found);
    }
    int foundSum = checksum(file);
    if (foundSum != sum) {
      throw new IOException(
          "%s: checksum mismatch (expected %08x, found %08x)".formatted(file, sum, foundSum));
    }
  }

  private static int checksum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        sum.update(buffer.flip());
        buffer.clear();
      }
    }
    return (int) sum.getValue();
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
