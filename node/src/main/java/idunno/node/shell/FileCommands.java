package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file store. */
final class FileCommands {
  private static final String SDFS = "SDFS";
  private static final String LOCAL = "LOCAL";

  private FileCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote("put", Group.FILES, "store a file, or with -r a folder", FileCommands::put)
            .numbered(7)
            .takes(LOCAL, "a file of this machine; with -r a folder")
            .takes(SDFS, "its name in the store; a slash at its end keeps the local name")
            .flag("store all files below the folder LOCAL in the folder SDFS", "-r", "--recursive")
            .option("--if-version", "N", "only if N is the latest version there")
            .flag("only if there is no such file", "--if-absent"));
  }

  /** A word that is a path of this machine; {@code ~/} is the user's home, at our prompt too. */
  static Path path(String label, String text) {
    try {
      return text.startsWith("~/")
          ? Path.of(System.getProperty("user.home"), text.substring(2))
          : Path.of(text);
    } catch (InvalidPathException e) {
      throw new Usage(label + ": " + e.getMessage());
    }
  }

  private static int put(Call call) throws IOException {
    Path local = path(LOCAL, call.words().text(LOCAL));
    FileName name = call.words().file(SDFS);
    Optional<Integer> onlyOver = onlyOver(call);
    if (call.words().has("--recursive")) {
      if (onlyOver.isPresent()) {
        throw new Usage("--if-version and --if-absent are for one file, not for a folder");
      }
      Views.FolderPutView put = putFolder(call, local, name);
      if (call.json()) {
        call.printDocument(put);
      } else {
        call.print(
            "%s  %s files, %s on %d machines in %s"
                .formatted(
                    put.folder(),
                    Units.count(put.files()),
                    Units.bytes(put.bytes()),
                    put.replicas(),
                    Units.span(put.tookMs())));
      }
      return Action.DONE;
    }
    if (Files.isDirectory(local)) {
      throw new Usage(local + " is a folder; put -r stores all that is in it");
    }
    if (call.words().text(SDFS).endsWith("/")) {
      name = Words.file(SDFS, name + "/" + local.getFileName());
    }
    Views.PutView put = putFile(call, local, name, onlyOver);
    if (call.json()) {
      call.printDocument(put);
    } else {
      call.print(described(put));
    }
    return Action.DONE;
  }

  private static Optional<Integer> onlyOver(Call call) {
    Optional<Integer> version =
        call.words().number("--if-version", 0, Integer.MAX_VALUE).map(Long::intValue);
    if (!call.words().has("--if-absent")) {
      return version;
    }
    if (version.isPresent()) {
      throw new Usage("expected --if-version or --if-absent, found both");
    }
    return Optional.of(0);
  }

  /** Uploads a file with a progress bar. */
  static Views.PutView putFile(Call call, Path local, FileName name) throws IOException {
    return putFile(call, local, name, Optional.empty());
  }

  /** Uploads a file with a progress bar; only over that version, if one is named. */
  static Views.PutView putFile(Call call, Path local, FileName name, Optional<Integer> onlyOver)
      throws IOException {
    try (ProgressLine progress = call.bytes("put " + name)) {
      return call.client().put(local, name, onlyOver, progress);
    }
  }

  static Views.FolderPutView putFolder(Call call, Path local, FileName name) throws IOException {
    try (ProgressLine progress = call.bytes("put " + name)) {
      return call.client().putFolder(local, name, progress);
    } catch (IllegalArgumentException e) {
      throw new Usage(local + " has a name that the store can't have: " + e.getMessage());
    }
  }

  static String described(Views.PutView put) {
    return "%s  version %d, %s on %d machines in %s, CRC32C %s"
        .formatted(
            put.name(),
            put.version(),
            Units.bytes(put.length()),
            put.replicas(),
            Units.span(put.tookMs()),
            put.crc32c());
  }
}
