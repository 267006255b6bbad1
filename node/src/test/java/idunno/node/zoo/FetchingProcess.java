package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** A process of its own that fetches one file: another one to meet, or one to be killed. */
final class FetchingProcess {
  private FetchingProcess() {}

  /** Fetches {@code URL} of {@code SHA256} to {@code FOLDER/NAME}. */
  public static void main(String[] words) throws IOException {
    fetch(
        URI.create(words[0]),
        Checksum.parse(words[1]),
        Path.of(words[2]),
        words[3],
        Progress.none());
  }

  static void fetch(URI from, Checksum checksum, Path folder, String name, Progress progress)
      throws IOException {
    Wanted wanted =
        new Wanted(name, OptionalLong.empty(), 1 << 20, Optional.of(checksum), "say where it is");
    new Download(new Download.Patience(30_000, 30_000, 1, 1), ProxySelector.of(null))
        .fetch(from, wanted, folder, checksum.key(), folder.resolve(name), progress);
  }

  static Process start(URI from, Checksum checksum, Path folder, String name) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            FetchingProcess.class.getName(),
            from.toString(),
            checksum.text(),
            folder.toString(),
            name)
        .redirectErrorStream(true)
        .start();
  }

  /** What it printed until its end, for a message. */
  static String said(Process process) throws IOException {
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
