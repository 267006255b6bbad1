package idunno.node.logs;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The node's log: one line an event, in a file of its own, which {@code grep} reads.
 *
 * <pre>{@code
 * 2026-01-31T10:00:00.123Z n1#2 7f3a-000042 batch-started batch=3/17 model=resnet50@1
 * }</pre>
 *
 * <p>Time, node, the event's unique id (this life of the log and a count), what happened, and its
 * fields as {@code key=value}; a value with blanks is quoted. A file that has reached its bound
 * becomes {@code node.log.1}, and the older ones move on; the oldest goes.
 *
 * <p>Thread-safe. A full disk costs log lines and nothing else.
 */
public final class NodeLog implements AutoCloseable {
  private static final System.Logger ERRORS = System.getLogger(NodeLog.class.getName());
  private static final long MAX_FILE_BYTES = 64L << 20;
  private static final int OLD_FILES = 4;

  private final Path folder;
  private final long maxFileBytes;
  private final String life = UUID.randomUUID().toString().substring(0, 8);
  private volatile String node;
  private long count;
  private long bytes;
  private @Nullable BufferedWriter out;
  private boolean failing;

  /**
   * Opens the log in a folder and goes on where the last life stopped.
   *
   * @param node who writes, until {@link #rename}
   * @throws IOException if the folder can't be made or the file can't be opened
   */
  public static NodeLog open(Path folder, String node) throws IOException {
    return new NodeLog(folder, node, MAX_FILE_BYTES);
  }

  NodeLog(Path folder, String node, long maxFileBytes) throws IOException {
    this.folder = folder;
    this.node = node;
    this.maxFileBytes = maxFileBytes;
    Files.createDirectories(folder);
    openFile();
  }

  private void openFile() throws IOException {
    Path file = current(folder);
    bytes = Files.exists(file) ? Files.size(file) : 0;
    out =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  static Path current(Path folder) {
    return folder.resolve("node.log");
  }

  static Path old(Path folder, int age) {
    return folder.resolve("node.log." + age);
  }

  /** The log's files that exist, oldest first. */
  static List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>();
    for (int age = OLD_FILES; age >= 1; age--) {
      files.add(old(folder, age));
    }
    files.add(current(folder));
    return files.stream().filter(Files::isRegularFile).toList();
  }

  /** From now on the node is called that: it was admitted under a new incarnation. */
  public void rename(String id) {
    node = id;
  }

  /**
   * Writes a line.
   *
   * @param event what happened, in lower case with dashes
   * @param fields names and values in turn
   */
  public synchronized void write(String event, Object... fields) {
    StringBuilder line = new StringBuilder(128);
    line.append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
        .append(' ')
        .append(node)
        .append(' ')
        .append(life)
        .append('-')
        .append(String.format("%06d", ++count))
        .append(' ')
        .append(event);
    for (int i = 0; i + 1 < fields.length; i += 2) {
      line.append(' ').append(fields[i]).append('=').append(quoted(String.valueOf(fields[i + 1])));
    }
    line.append('\n');
    append(line.toString());
  }

  private static String quoted(String value) {
    boolean plain =
        !value.isEmpty()
            && value.codePoints().allMatch(point -> point > ' ' && point != '"' && point != 0x7f);
    if (plain) {
      return value;
    }
    StringBuilder text = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            point -> {
              if (point == '"' || point == '\\') {
                text.append('\\').appendCodePoint(point);
              } else if (Character.isISOControl(point)) {
                text.append(String.format("\\u%04x", point));
              } else {
                text.appendCodePoint(point);
              }
            });
    return text.append('"').toString();
  }

  private void append(String line) {
    try {
      if (out == null || bytes > maxFileBytes) {
        rotate();
      }
      if (out != null) {
        out.write(line);
        out.flush();
        bytes += line.getBytes(StandardCharsets.UTF_8).length;
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        ERRORS.log(
            System.Logger.Level.WARNING,
            "node log: cannot write to {0} ({1}); lines are lost until it can be written again",
            current(folder),
            e.getMessage());
      }
    }
  }

  private void rotate() throws IOException {
    if (out != null) {
      out.close();
      out = null;
      Files.deleteIfExists(old(folder, OLD_FILES));
      for (int age = OLD_FILES - 1; age >= 1; age--) {
        if (Files.exists(old(folder, age))) {
          Files.move(old(folder, age), old(folder, age + 1), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.move(current(folder), old(folder, 1), StandardCopyOption.REPLACE_EXISTING);
    }
    openFile();
  }

  @Override
  public synchronized void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
