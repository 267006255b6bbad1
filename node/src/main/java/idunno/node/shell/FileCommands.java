package idunno.node.shell;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.Views;
import idunno.node.client.Client;
import idunno.node.client.Fetched;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
            .flag("store all files below the folder LOCAL in the folder SDFS", "-r", "--recursive")
            .option("--if-version", "N", "only if N is the latest version there")
            .flag("only if there is no such file", "--if-absent"),
        Command.remote("get", Group.FILES, "fetch a file's latest version", FileCommands::get)
            .numbered(8)
            .takes(SDFS, "a name in the store")
            .takes(LOCAL, "a file of this machine, which is replaced; or a folder")
            .option("--version", "N", "fetch that version"),
        Command.remote(
                "ls", Group.FILES, "which machines hold a file; a folder's files", FileCommands::ls)
            .numbered(10)
            .mayTake(SDFS, "a file or a folder of the store; none: all files")
            .flag("what was deleted and can be had back", "--deleted"),
        Command.remote("store", Group.FILES, "what a machine holds now", FileCommands::store)
            .numbered(11)
            .mayTake("NODE", "a member's name; none: the node that is called"),
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

  private static int ls(Call call) throws IOException {
    if (call.words().has("--deleted")) {
      return VersionCommands.deleted(call);
    }
    Client client = call.client();
    if (call.words().optional(SDFS).isEmpty()) {
      return list(call, client.files(Optional.empty()));
    }
    FileName name = call.words().file(SDFS);
    Optional<Views.FileView> file = client.file(name);
    if (file.isPresent()) {
      Views.FileView found = file.get();
      if (call.json()) {
        call.printDocument(new Views.FilesView(List.of(found)));
      } else {
        printVersions(call, found);
      }
      return Action.DONE;
    }
    Views.FilesView files = client.files(Optional.of(name));
    if (files.files().isEmpty()) {
      throw new IOException("ls " + name + ": there is no such file or folder in the store");
    }
    return list(call, files);
  }

  private static void printVersions(Call call, Views.FileView file) {
    Columns table =
        call.columns().figures("VERSION", "SIZE").words("CRC32C", "STORED").figures("REPLICAS");
    table.words("MACHINES");
    for (Views.VersionView version : file.versions()) {
      table.row(
          Integer.toString(version.number()),
          Units.bytes(version.length()),
          version.crc32c(),
          Units.moment(version.atMs()),
          Integer.toString(version.replicas().size()),
          joined(version.replicas()));
    }
    table.printTo(call.out());
  }

  static String joined(List<NodeName> names) {
    return names.isEmpty()
        ? "-"
        : names.stream().map(NodeName::value).collect(Collectors.joining(" "));
  }

  private static int list(Call call, Views.FilesView files) {
    if (call.json()) {
      call.printDocument(files);
      return Action.DONE;
    }
    Columns table = call.columns().figures("SIZE", "VERSION", "REPLICAS").words("STORED", "NAME");
    long bytes = 0;
    for (Views.FileView file : files.files()) {
      if (!file.versions().isEmpty()) {
        Views.VersionView latest = file.versions().getLast();
        bytes += latest.length();
        table.row(
            Units.bytes(latest.length()),
            Integer.toString(latest.number()),
            Integer.toString(latest.replicas().size()),
            Units.moment(latest.atMs()),
            file.name().value());
      }
    }
    table.printTo(call.out());
    call.remark(
        call.style().faint(Units.count(files.files().size()) + " files, " + Units.bytes(bytes)));
    return Action.DONE;
  }

  private static int store(Call call) throws IOException {
    Optional<NodeName> node =
        call.words().optional("NODE").map(text -> Words.typed("NODE", text, NodeName::new));
    Views.StoreView view = call.client().store(node);
    if (call.json()) {
      call.printDocument(view);
      return Action.DONE;
    }
    Columns table = call.columns().figures("SIZE", "VERSION").words("NAME");
    for (Views.HeldView held : view.files()) {
      table.row(Units.bytes(held.length()), Integer.toString(held.version()), held.name().value());
    }
    table.printTo(call.out());
    call.remark(
        call.style()
            .faint(
                "%s holds %s versions, %s used, %s free"
                    .formatted(
                        view.node(),
                        Units.count(view.files().size()),
                        Units.bytes(view.usedBytes()),
                        Units.bytes(view.freeBytes()))));
    return Action.DONE;
  }
}
