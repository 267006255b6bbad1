package idunno.node.shell;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.membership.MemberState;
import idunno.node.api.Views;
import idunno.node.api.Views.GrepView;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Who is in the group, and what their logs say. */
final class MachineCommands {
  /** As many lines as a machine sends at all. */
  private static final long MAX_LINES = 100_000;

  private MachineCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "list_mem",
                Group.MACHINES,
                "every member: its state, its role, since when, its disk",
                MachineCommands::listMembers)
            .numbered(1),
        Command.remote("list_self", Group.MACHINES, "this node's id", MachineCommands::listSelf)
            .numbered(2),
        Command.remote(
                "join", Group.MACHINES, "join the group of another node", MachineCommands::join)
            .numbered(3)
            .takesAny("HOST:PORT", "nodes of the group; none: those that this node knew last"),
        Command.remote(
                "leave", Group.MACHINES, "leave the group in good order", MachineCommands::leave)
            .numbered(4),
        Command.remote(
                "list_master",
                Group.MACHINES,
                "the coordinator, and the standbys behind it",
                MachineCommands::listMaster)
            .numbered(5),
        Command.remote(
                "grep",
                Group.MACHINES,
                "ask the logs of all machines at once",
                MachineCommands::grep)
            .numbered(6)
            .takes("REGEX", "a regular expression in RE2's syntax")
            .flag("print the counts alone", "-c", "--count")
            .option(
                "--limit",
                "N",
                "lines of each machine, at most 100000; else 10000. Counts are of all"));
  }

  private static int listMembers(Call call) throws IOException {
    Views.MembersView view = call.client().members();
    if (call.json()) {
      call.printDocument(view);
      return Action.DONE;
    }
    Columns table =
        call.columns()
            .words("NAME")
            .figures("INCARNATION")
            .words("STATE", "ROLE", "API", "PEERS")
            .figures("SLOTS")
            .words("SINCE", "ZONE")
            .figures("USED", "FREE")
            .words("DISK");
    for (Views.MemberView member : view.members()) {
      table.row(
          member.id().name().value(),
          Long.toString(member.id().incarnation()),
          state(member.state(), call.style()),
          lower(member.role()),
          member.api().toString(),
          member.peer().toString(),
          Integer.toString(member.slots()),
          Units.moment(member.sinceMs()),
          member.zone().isEmpty() ? "-" : member.zone(),
          member.room().map(room -> Units.bytes(room.usedBytes())).orElse("-"),
          member.room().map(room -> Units.bytes(room.freeBytes())).orElse("-"),
          member.room().map(room -> disk(room, call.style())).orElse("-"));
    }
    table.printTo(call.out());
    if (!view.current()) {
      call.remark(
          call.style()
              .doubtful(
                  "no coordinator answers, so this is what the node knew last; more than half of"
                      + " the voters must be alive"));
    }
    return Action.DONE;
  }

  private static String disk(DiskRoom room, Style style) {
    return room.writable() ? "writable" : style.bad("read-only");
  }

  /** A member's state, in its colour. */
  static String state(MemberState state, Style style) {
    String word = lower(state);
    return switch (state) {
      case ALIVE -> style.good(word);
      case SUSPECT -> style.doubtful(word);
      case FAILED -> style.bad(word);
      case LEFT -> style.faint(word);
    };
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static int listSelf(Call call) throws IOException {
    printSelf(call, call.client().self());
    return Action.DONE;
  }

  private static void printSelf(Call call, Views.SelfView self) {
    if (call.json()) {
      call.printDocument(self);
      return;
    }
    Style style = call.style();
    call.print(
        self.id()
            .map(id -> style.strong(id.toString()))
            .orElse(style.strong(self.name().value()) + " (in no group)"));
    Columns table =
        call.columns().words("CLUSTER", "API", "PEERS", "CONSENSUS", "RELEASE", "SINCE");
    table.row(
        self.cluster().orElse("-"),
        self.api().toString(),
        self.peer().toString(),
        self.consensus().toString(),
        Style.foreign(self.version()),
        Units.moment(self.startedMs()));
    table.printTo(call.out());
  }

  private static int join(Call call) throws IOException {
    List<Address> seeds =
        call.words().all("HOST:PORT").stream()
            .flatMap(text -> Words.addresses("HOST:PORT", text).stream())
            .toList();
    printSelf(call, call.client().join(seeds));
    return Action.DONE;
  }

  private static int leave(Call call) throws IOException {
    return done(call, call.client().leave());
  }

  /** Prints that something was done. */
  static int done(Call call, Views.DoneView done) {
    if (call.json()) {
      call.printDocument(done);
    } else {
      call.print(Style.foreign(done.done()));
    }
    return Action.DONE;
  }

  private static int listMaster(Call call) throws IOException {
    Views.MasterView view = call.client().master();
    if (call.json()) {
      call.printDocument(view);
      return Action.DONE;
    }
    Style style = call.style();
    call.print(
        "coordinator  "
            + view.coordinator()
                .map(NodeId::toString)
                .map(style::strong)
                .orElse(style.bad("none now"))
            + "  term "
            + view.term()
            + ", "
            + Units.count(view.entries())
            + " entries committed");
    Columns table = call.columns().words("STANDBY", "STATE").figures("ENTRIES BEHIND");
    for (Views.StandbyView standby : view.standbys()) {
      table.row(
          standby.id().toString(),
          state(standby.state(), style),
          standby.behind() < 0 ? "not known" : Units.count(standby.behind()));
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  private static int grep(Call call) throws IOException {
    boolean countOnly = call.words().has("--count");
    OptionalLong limit =
        countOnly
            ? OptionalLong.of(0)
            : call.words()
                .number("--limit", 0, MAX_LINES)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    List<GrepView> ends = new ArrayList<>();
    NavigableMap<NodeName, Long> printed = new TreeMap<>();
    call.client()
        .grep(
            call.words().text("REGEX"),
            limit,
            answer -> {
              if (call.json()) {
                call.printJsonLine(answer);
              }
              switch (answer) {
                case GrepView.Match match -> {
                  printed.merge(match.node(), 1L, Long::sum);
                  if (!call.json() && !countOnly) {
                    String node = call.style().typed(match.node() + ":");
                    call.print(node + " " + Style.foreign(match.text()));
                  }
                }
                case GrepView.Count count -> ends.add(count);
                case GrepView.Silence silence -> ends.add(silence);
              }
            });
    if (!call.json()) {
      printCounts(call, ends, countOnly);
    }
    if (!countOnly) {
      counts(ends)
          .filter(one -> one.matches() > printed.getOrDefault(one.node(), 0L))
          .forEach(
              one ->
                  call.remark(
                      "%s: %s of %s lines were sent; --limit sets how many"
                          .formatted(
                              one.node(),
                              Units.count(printed.getOrDefault(one.node(), 0L)),
                              Units.count(one.matches()))));
    }
    return counts(ends).findAny().isPresent() ? Action.DONE : Action.FAILED;
  }

  private static Stream<GrepView.Count> counts(List<GrepView> ends) {
    return ends.stream()
        .filter(GrepView.Count.class::isInstance)
        .map(GrepView.Count.class::cast)
        .sorted(Comparator.comparing(GrepView.Count::node));
  }

  private static void printCounts(Call call, List<GrepView> ends, boolean countOnly) {
    if (!countOnly) {
      call.print("");
    }
    Columns table = call.columns().words("MACHINE").figures("MATCHES", "LINES READ", "TOOK");
    counts(ends)
        .forEach(
            one ->
                table.row(
                    one.node().value(),
                    Units.count(one.matches()),
                    Units.count(one.lines()),
                    Units.span(one.tookMs())));
    table.row(
        "total",
        Units.count(counts(ends).mapToLong(GrepView.Count::matches).sum()),
        Units.count(counts(ends).mapToLong(GrepView.Count::lines).sum()),
        "");
    table.printTo(call.out());
    for (GrepView end : ends) {
      if (end instanceof GrepView.Silence silence) {
        String node = silence.node() + " did not answer: ";
        call.print(call.style().bad(node) + Style.foreign(silence.reason()));
      }
    }
  }
}
