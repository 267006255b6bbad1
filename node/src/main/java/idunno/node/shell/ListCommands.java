package idunno.node.shell;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.NamePattern;
import idunno.node.api.ListViews.HoldView;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Meaning;
import idunno.node.api.ListViews.Shape;
import idunno.node.api.ListViews.SpaceView;
import idunno.node.api.ListViews.StatView;
import idunno.node.api.ListViews.UseView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.Client;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is in the file store, and where; printed as it comes. */
final class ListCommands {
  static final String PATTERNS = "; * ? [a-c] {a,b} ** fit several";

  private static final String SDFS = "SDFS";

  private ListCommands() {}

  static List<Command> all() {
    return List.of(
        Stale.mayBe(
            Command.remote(
                    "ls",
                    Group.FILES,
                    "which machines hold a file; what is in a folder",
                    ListCommands::ls)
                .numbered(10)
                .mayTake(SDFS, "a file or folder" + PATTERNS + "; none: the root")
                .flag("with version, time and replicas", "-l", "--long")
                .flag("every file at any depth", "-R", "--recursive")
                .flag("what was deleted and can be had back", "--deleted")),
        Stale.mayBe(
            Command.remote("du", Group.FILES, "what files take on the disks", ListCommands::du)
                .mayTake(SDFS, "a file or folder" + PATTERNS + "; none: all files")),
        Stale.mayBe(
            Command.remote(
                    "stat",
                    Group.FILES,
                    "everything of a file: versions, chunks, who holds which",
                    ListCommands::stat)
                .takes(SDFS, "a file" + PATTERNS)),
        Stale.mayBe(
            Command.remote("store", Group.FILES, "what a machine holds now", ListCommands::store)
                .numbered(11)
                .mayTake("NODE", "a member's name; none: the node that is called")));
  }

  /** A word for one or more files, as the cluster takes it. */
  static String word(Call call) {
    Optional<String> word = call.words().optional(SDFS);
    word.ifPresent(text -> Words.file(SDFS, text));
    return word.orElse("");
  }

  private static int ls(Call call) throws IOException {
    if (call.words().has("--deleted")) {
      return VersionCommands.deleted(call);
    }
    boolean detailed = call.words().has("--long");
    boolean deep = call.words().has("--recursive");
    Client client = Stale.client(call);
    Listed listed = new Listed(call, detailed);
    client
        .lists()
        .list(
            word(call),
            deep ? Shape.DEEP : Shape.LEVEL,
            call.json() ? call::printJsonLine : listed::take);
    Stale.tell(call, client);
    return Action.DONE;
  }

  /** A listing on its way to the screen. */
  private static final class Listed {
    private final Call call;
    private final boolean detailed;
    private final Columns table;
    private boolean oneFile;

    Listed(Call call, boolean detailed) {
      this.call = call;
      this.detailed = detailed;
      this.table = call.columns();
    }

    void take(ListView line) {
      switch (line) {
        case ListView.Found found -> begin(found.meaning() == Meaning.FILE);
        case ListView.Folder folder -> row(folder);
        case ListView.File file -> row(file);
        case ListView.Version version -> row(version.version());
        case ListView.Total total -> {
          table.printTo(call.out());
          if (!oneFile) {
            call.remark(
                call.style()
                    .faint(Units.count(total.files()) + " files, " + Units.bytes(total.bytes())));
          }
        }
      }
    }

    private void begin(boolean file) {
      oneFile = file && !call.words().has("--recursive");
      if (oneFile) {
        table.figures("VERSION", "SIZE").words("CRC32C", "STORED").figures("REPLICAS");
        table.words("MACHINES");
      } else if (detailed) {
        table.figures("SIZE", "FILES", "VERSION", "REPLICAS").words("STORED", "NAME");
      } else {
        table.figures("SIZE", "FILES").words("NAME");
      }
    }

    private void row(ListView.Folder folder) {
      String size = Units.bytes(folder.bytes());
      String files = Units.count(folder.files());
      String name = folder.name() + "/";
      if (detailed) {
        table.row(size, files, "", "", "", name);
      } else {
        table.row(size, files, name);
      }
      table.flowTo(call.out());
    }

    private void row(ListView.File file) {
      VersionView latest = file.latest();
      String size = Units.bytes(latest.length());
      if (detailed) {
        table.row(
            size,
            "",
            Integer.toString(latest.number()),
            Integer.toString(latest.copies()),
            Units.moment(latest.atMs()),
            file.name().value());
      } else {
        table.row(size, "", file.name().value());
      }
      table.flowTo(call.out());
    }

    private void row(VersionView version) {
      table.row(
          Integer.toString(version.number()),
          Units.bytes(version.length()),
          version.crc32c(),
          Units.moment(version.atMs()),
          Integer.toString(version.copies()),
          machines(version));
      table.flowTo(call.out());
    }
  }

  /** Those that hold all of it, then in brackets those that hold some of it. */
  private static String machines(VersionView version) {
    return version.partly().isEmpty()
        ? joined(version.replicas())
        : (version.replicas().isEmpty() ? "" : joined(version.replicas()) + " ")
            + "("
            + joined(version.partly())
            + ")";
  }

  static String joined(List<NodeName> names) {
    return names.isEmpty()
        ? "-"
        : names.stream().map(NodeName::value).collect(Collectors.joining(" "));
  }

  private static int du(Call call) throws IOException {
    Client client = Stale.client(call);
    Columns table = call.columns().figures("DATA", "ON DISKS", "FILES", "VERSIONS").words("NAME");
    client
        .lists()
        .use(
            word(call),
            line -> {
              if (call.json()) {
                call.printJsonLine(line);
                return;
              }
              switch (line) {
                case UseView.Folder folder -> space(table, folder.space(), folder.name() + "/");
                case UseView.Total total -> space(table, total.space(), "total");
              }
              table.flowTo(call.out());
            });
    if (!call.json()) {
      table.printTo(call.out());
    }
    Stale.tell(call, client);
    return Action.DONE;
  }

  private static void space(Columns table, SpaceView space, String name) {
    table.row(
        Units.bytes(space.bytes()),
        Units.bytes(space.diskBytes()),
        Units.count(space.files()),
        Units.count(space.versions()),
        name);
  }

  private static int stat(Call call) throws IOException {
    String word = word(call);
    Client client = Stale.client(call);
    if (NamePattern.isPattern(word)) {
      try (Spool names = Spool.of(client, word)) {
        for (Optional<Spool.Entry> one = names.next(); one.isPresent(); one = names.next()) {
          stat(call, client, one.get().name());
        }
      }
    } else {
      stat(call, client, Words.file(SDFS, word));
    }
    Stale.tell(call, client);
    return Action.DONE;
  }

  private static void stat(Call call, Client client, FileName name) throws IOException {
    List<Columns> tables = new ArrayList<>();
    client
        .lists()
        .stat(
            name,
            line -> {
              if (call.json()) {
                call.printJsonLine(line);
                return;
              }
              switch (line) {
                case StatView.Version version -> {
                  endTable(call, tables);
                  print(call, version);
                  if (version.extents() > 0) {
                    tables.add(
                        call.columns()
                            .figures("EXTENT")
                            .words("CHUNK")
                            .figures("OFFSET", "LENGTH")
                            .words("CRC32C", "MACHINES"));
                  }
                }
                case StatView.Extent extent -> {
                  row(tables.getLast(), extent);
                  tables.getLast().flowTo(call.out());
                }
                case StatView.Total _ -> endTable(call, tables);
              }
            });
  }

  private static void endTable(Call call, List<Columns> tables) {
    tables.forEach(table -> table.printTo(call.out()));
    tables.clear();
  }

  private static void print(Call call, StatView.Version of) {
    VersionView version = of.version();
    call.print(
        "%s  version %d, %s (%d bytes), CRC32C %s, stored %s, %d copies, on %s"
            .formatted(
                call.style().strong(of.name().value()),
                version.number(),
                Units.bytes(version.length()),
                version.length(),
                version.crc32c(),
                Units.moment(version.atMs()),
                version.copies(),
                machines(version)));
  }

  private static void row(Columns table, StatView.Extent extent) {
    table.row(
        Integer.toString(extent.index()),
        extent.chunk().value(),
        Integer.toString(extent.offset()),
        Integer.toString(extent.length()),
        extent.crc32c(),
        joined(extent.nodes())
            + (extent.absent().isEmpty() ? "" : "; not alive: " + joined(extent.absent())));
  }

  private static int store(Call call) throws IOException {
    Optional<NodeName> node =
        call.words().optional("NODE").map(text -> Words.typed("NODE", text, NodeName::new));
    Client client = Stale.client(call);
    Columns table = call.columns().figures("SIZE", "VERSION").words("NAME");
    List<HoldView.Disk> disk = new ArrayList<>();
    client
        .lists()
        .held(
            node,
            line -> {
              if (call.json()) {
                call.printJsonLine(line);
                return;
              }
              switch (line) {
                case HoldView.Disk one -> disk.add(one);
                case HoldView.Holding held -> {
                  row(table, held);
                  table.flowTo(call.out());
                }
                case HoldView.Total total -> {
                  table.printTo(call.out());
                  remark(call, disk.getFirst(), total);
                }
              }
            });
    Stale.tell(call, client);
    return Action.DONE;
  }

  private static void row(Columns table, HoldView.Holding held) {
    table.row(
        Units.bytes(held.length()),
        Integer.toString(held.version()),
        held.partly()
            ? held.name() + "  (part: " + Units.bytes(held.heldBytes()) + ")"
            : held.name().value());
  }

  private static void remark(Call call, HoldView.Disk disk, HoldView.Total total) {
    call.remark(
        call.style()
            .faint(
                "%s holds %s versions%s, %s used, %s free"
                    .formatted(
                        disk.node(),
                        Units.count(total.versions()),
                        total.parts() == 0
                            ? ""
                            : " (" + Units.count(total.parts()) + " in part only)",
                        Units.bytes(disk.usedBytes()),
                        Units.bytes(disk.freeBytes()))));
  }
}
