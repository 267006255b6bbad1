package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Meaning;
import idunno.node.api.ListViews.Shape;
import idunno.node.client.Client;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The names of many files, listed once and then gone through at leisure: they lie in a temporary
 * file, so that a million of them take no memory and no connection is held open meanwhile.
 *
 * <p>Thread-safe.
 */
final class Spool implements Closeable {
  private final Path file;
  private Meaning meaning = Meaning.PATTERN;
  private Optional<FileName> base = Optional.empty();
  private long files;
  private long bytes;
  private final BufferedReader lines;

  /** One name, and how long its latest version was when it was listed. */
  record Entry(FileName name, long length) {}

  private Spool(Client client, String word) throws IOException {
    file = Files.createTempFile("idunno-names-", "");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
        client.lists().list(word, Shape.DEEP, line -> write(line, out));
      }
      lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** Lists the files that a word means. */
  static Spool of(Client client, String word) throws IOException {
    return new Spool(client, word);
  }

  private void write(ListView line, BufferedWriter out) throws IOException {
    switch (line) {
      case ListView.Found found -> {
        meaning = found.meaning();
        base = found.base();
      }
      // A name has no control characters, and so no end of a line.
      case ListView.File one -> out.write(one.latest().length() + " " + one.name() + "\n");
      case ListView.Total total -> {
        files = total.files();
        bytes = total.bytes();
      }
      case ListView.Folder _, ListView.Version _ ->
          throw new IOException("a listing of all files had another line in it: " + line);
    }
  }

  /** What the word turned out to mean. */
  Meaning meaning() {
    return meaning;
  }

  /** The folder that the names lie in. */
  Optional<FileName> base() {
    return base;
  }

  /** How many names there are. */
  long files() {
    return files;
  }

  /** The lengths of their latest versions together. */
  long bytes() {
    return bytes;
  }

  /** The next name; none at the end. */
  synchronized Optional<Entry> next() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      return Optional.empty();
    }
    int blank = line.indexOf(' ');
    return Optional.of(
        new Entry(
            new FileName(line.substring(blank + 1)), Long.parseLong(line.substring(0, blank))));
  }

  @Override
  public void close() throws IOException {
    lines.close();
    Files.deleteIfExists(file);
  }
}
