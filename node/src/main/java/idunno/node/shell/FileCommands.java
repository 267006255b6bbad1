package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.core.files.NamePattern;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

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
            .flag("store all files below the folder LOCAL in the folder SDFS", "-r", "--recursive"),
        Command.remote(
                "delete", Group.FILES, "delete a file with all its versions", FileCommands::delete)
            .numbered(9)
            .takes(SDFS, "a name in the store; with -r a folder too" + ListCommands.PATTERNS)
            .flag("delete all files of a folder or pattern", "-r", "--recursive"));
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
    if (call.words().has("--recursive")) {
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
    Views.PutView put = putFile(call, local, name);
    if (call.json()) {
      call.printDocument(put);
    } else {
      call.print(described(put));
    }
    return Action.DONE;
  }

  /** Uploads a file with a progress bar. */
  static Views.PutView putFile(Call call, Path local, FileName name) throws IOException {
    try (ProgressLine progress = call.bytes("put " + name)) {
      return call.client().put(local, name, progress);
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

  private static int delete(Call call) throws IOException {
    String word = call.words().text(SDFS);
    boolean recursive = call.words().has("--recursive");
    if (recursive || NamePattern.isPattern(word)) {
      Words.file(SDFS, word);
      return ManyDeletes.run(call, word, recursive);
    }
    Views.DeletedView deleted = call.client().delete(call.words().file(SDFS));
    if (call.json()) {
      call.printDocument(deleted);
    } else {
      call.print("%s  deleted, %d versions".formatted(deleted.name(), deleted.versions()));
    }
    return Action.DONE;
  }
}
