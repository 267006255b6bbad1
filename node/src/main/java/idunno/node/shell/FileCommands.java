package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.node.api.Views;
import idunno.node.client.Fetched;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

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
        Command.remote("get", Group.FILES, "fetch a file's latest version", FileCommands::get)
            .numbered(8)
            .takes(SDFS, "a name in the store")
            .takes(LOCAL, "a file of this machine, which is replaced; or a folder")
            .option("--version", "N", "fetch that version"),
        Command.remote(
                "delete", Group.FILES, "delete a file with all its versions", FileCommands::delete)
            .numbered(9)
            .takes(SDFS, "a name in the store"),
        Command.remote(
                "get-versions",
                Group.FILES,
                "fetch the last N versions in one file",
                FileCommands::getVersions)
            .numbered(12)
            .takes(SDFS, "a name in the store")
            .takes("N", "how many versions, newest first, a delimiter before each")
            .takes(LOCAL, "a file of this machine, which is replaced"));
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

  private static int get(Call call) throws IOException {
    FileName name = call.words().file(SDFS);
    Path local = path(LOCAL, call.words().text(LOCAL));
    Path into = Files.isDirectory(local) ? local.resolve(lastSegment(name)) : local;
    OptionalInt version =
        call.words()
            .number("--version", 1, Integer.MAX_VALUE)
            .map(number -> OptionalInt.of(number.intValue()))
            .orElse(OptionalInt.empty());
    try (ProgressLine progress = call.bytes("get " + name)) {
      return fetched(call, call.client().get(name, version, into, progress));
    }
  }

  private static String lastSegment(FileName name) {
    return name.value().substring(name.value().lastIndexOf('/') + 1);
  }

  private static int getVersions(Call call) throws IOException {
    FileName name = call.words().file(SDFS);
    int last = (int) call.words().whole("N", 1, Integer.MAX_VALUE);
    Path local = path(LOCAL, call.words().text(LOCAL));
    try (ProgressLine progress = call.bytes("get-versions " + name)) {
      return fetched(call, call.client().versions(name, last, local, progress));
    }
  }

  private static int fetched(Call call, Fetched fetched) {
    if (call.json()) {
      call.printDocument(fetched);
    } else {
      String versions =
          fetched.versions().stream().map(String::valueOf).collect(Collectors.joining(", "));
      call.print(
          "%s  version %s, %s, CRC32C %s, in %s"
              .formatted(
                  fetched.name(),
                  versions,
                  Units.bytes(fetched.length()),
                  fetched.crc32c(),
                  fetched.local()));
    }
    return Action.DONE;
  }

  private static int delete(Call call) throws IOException {
    Views.DeletedView deleted = call.client().delete(call.words().file(SDFS));
    if (call.json()) {
      call.printDocument(deleted);
    } else {
      call.print("%s  deleted, %d versions".formatted(deleted.name(), deleted.versions()));
    }
    return Action.DONE;
  }
}
