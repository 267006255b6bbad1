package idunno.node.shell;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.Views;
import idunno.node.client.Client;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is in the file store, and where. */
final class ListCommands {
  private static final String SDFS = "SDFS";

  private ListCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "ls", Group.FILES, "which machines hold a file; a folder's files", ListCommands::ls)
            .numbered(10)
            .mayTake(SDFS, "a file or a folder of the store; none: all files"),
        Command.remote("store", Group.FILES, "what a machine holds now", ListCommands::store)
            .numbered(11)
            .mayTake("NODE", "a member's name; none: the node that is called"));
  }

  private static int ls(Call call) throws IOException {
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
