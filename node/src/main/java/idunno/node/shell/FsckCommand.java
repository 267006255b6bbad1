package idunno.node.shell;

import idunno.core.base.NodeName;
import idunno.core.files.DiskReport;
import idunno.core.files.Health;
import idunno.core.files.Scrub;
import idunno.core.files.Scrub.Round;
import idunno.node.api.FsckView;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;

/** How the store stands: one verdict, then why. */
final class FsckCommand {
  private static final String ALL = "--all";
  private static final String SCRUB = "--scrub";
  private static final String WAIT = "--wait";

  private final Call call;
  private final List<FsckView.NodeDisk> disks = new ArrayList<>();
  private final List<FsckView.Silence> silences = new ArrayList<>();
  private Health.Verdict verdict = Health.Verdict.UNREADABLE;
  private int target;

  private FsckCommand(Call call) {
    this.call = call;
  }

  static List<Command> all() {
    return List.of(
        Command.remote(
                "fsck",
                Group.FILES,
                "one verdict on the store, and what is wrong; exit code 1 unless healthy",
                call -> new FsckCommand(call).run())
            .flag("list every version with too few replicas, not the first hundred", ALL)
            .flag("have every node read all of its replicas again, from now on", SCRUB)
            .flag("wait until they have, before the verdict", WAIT));
  }

  private int run() throws IOException {
    boolean waits = call.words().has(WAIT);
    if (waits && !call.words().has(SCRUB)) {
      throw new Usage(WAIT + " is for " + SCRUB);
    }
    boolean scrubbed = !call.words().has(SCRUB) || scrub(waits);
    call.client().fsck(call.words().has(ALL), this::take);
    if (!call.json()) {
      printDisks();
    }
    return verdict == Health.Verdict.HEALTHY && scrubbed ? Action.DONE : Action.FAILED;
  }

  private void take(FsckView line) {
    if (call.json()) {
      call.printJsonLine(line);
    }
    switch (line) {
      case FsckView.Verdict found -> {
        verdict = found.verdict();
        target = found.chunks().target();
        if (!call.json()) {
          printVerdict(found);
        }
      }
      case FsckView.Troubled troubled -> {
        if (!call.json()) {
          call.print(described(troubled));
        }
      }
      case FsckView.More more -> {
        if (!call.json()) {
          String count = Units.count(more.versions());
          call.print("and " + count + " more versions; fsck " + ALL + " lists them");
        }
      }
      case FsckView.NodeDisk disk -> disks.add(disk);
      case FsckView.Silence silence -> silences.add(silence);
      case FsckView.ScrubBegun ignored -> {}
    }
  }

  private static String word(Health.Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private String dressed(Health.Verdict of) {
    return switch (of) {
      case HEALTHY -> call.style().good(word(of));
      case UNDER_REPLICATED -> call.style().doubtful(word(of));
      case UNREADABLE -> call.style().bad(word(of));
    };
  }

  private void printVerdict(FsckView.Verdict found) {
    call.print(dressed(found.verdict()));
    Health.Chunks chunks = found.chunks();
    call.print(
        "%s files, %s versions, %s; %s of them have too few replicas"
            .formatted(
                Units.count(found.files()),
                Units.count(found.versions()),
                Units.bytes(found.bytes()),
                Units.count(found.troubled())));
    call.print(
        "%s chunks, %s, %s replicas: %s chunks have %d, %s more, %s fewer, %s none"
            .formatted(
                Units.count(chunks.chunks()),
                Units.bytes(chunks.bytes()),
                Units.count(chunks.replicas()),
                Units.count(chunks.at()),
                chunks.target(),
                Units.count(chunks.above()),
                Units.count(chunks.below() - chunks.lost()),
                Units.count(chunks.lost())));
  }

  private String described(FsckView.Troubled troubled) {
    String missing =
        troubled.missing().isEmpty()
            ? ""
            : ", not alive: " + ListCommands.joined(troubled.missing());
    return "%s  version %d  %s, %d of %d replicas%s"
        .formatted(
            troubled.name(),
            troubled.version(),
            dressed(troubled.verdict()),
            troubled.replicas(),
            target,
            missing);
  }

  private void printDisks() {
    Columns table =
        call.columns()
            .words("NODE")
            .figures("USED", "FREE")
            .words("TAKES CHUNKS", "LAST SCRUB")
            .figures("DAMAGED")
            .words("NEXT SCRUB");
    disks.sort(Comparator.comparing(FsckView.NodeDisk::node));
    for (FsckView.NodeDisk one : disks) {
      DiskReport disk = one.disk();
      table.row(
          one.node().value(),
          Units.bytes(disk.usedBytes()),
          Units.bytes(disk.freeBytes()),
          disk.writable() ? "yes" : call.style().bad("no"),
          disk.scrub().last().map(last -> Units.moment(last.endedMs())).orElse("never"),
          disk.scrub().last().map(last -> Units.count(last.damaged())).orElse("-"),
          next(disk));
    }
    table.printTo(call.out());
    for (FsckView.NodeDisk one : disks) {
      if (!one.disk().writable()) {
        call.print(
            one.node()
                + call.style().bad(" takes no chunks: ")
                + Style.foreign(one.disk().reason()));
      }
    }
    silences.sort(Comparator.comparing(FsckView.Silence::node));
    for (FsckView.Silence silence : silences) {
      String node = silence.node() + " did not answer: ";
      call.print(call.style().bad(node) + Style.foreign(silence.reason()));
    }
  }

  private static String next(DiskReport disk) {
    Scrub scrub = disk.scrub();
    return scrub
        .running()
        .map(round -> "now, " + percent(round, disk))
        .orElseGet(() -> scrub.nextMs() == 0 ? "none by itself" : Units.moment(scrub.nextMs()));
  }

  private static String percent(Round round, DiskReport disk) {
    double share = (double) round.bytes() / Math.max(1, disk.usedBytes());
    return (int) (100 * Math.min(1, share)) + " %";
  }

  /** Begins rounds everywhere; {@return whether all that were waited for have ended} */
  private boolean scrub(boolean waits) throws IOException {
    NavigableMap<NodeName, Long> rounds = new TreeMap<>();
    call.client()
        .startScrub(
            line -> {
              if (call.json()) {
                call.printJsonLine(line);
              }
              switch (line) {
                case FsckView.ScrubBegun begun -> rounds.put(begun.node(), begun.round());
                case FsckView.Silence silence ->
                    call.remark(
                        silence.node() + " does not scrub: " + Style.foreign(silence.reason()));
                case FsckView.Verdict ignored -> {}
                case FsckView.Troubled ignored -> {}
                case FsckView.More ignored -> {}
                case FsckView.NodeDisk ignored -> {}
              }
            });
    if (waits) {
      return new ScrubWait(call, rounds).untilAllHaveEnded();
    }
    call.remark(
        "%d nodes read all of their replicas again; fsck says how far they are"
            .formatted(rounds.size()));
    return true;
  }
}
