package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.core.files.NamePattern;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Files that are deleted, brought back, moved and copied, and how many versions they keep. */
final class VersionCommands {
  private static final String SDFS = "SDFS";
  private static final String FROM = "FROM";
  private static final String TO = "TO";
  private static final String FOLDER = "FOLDER";
  private static final long KEEP_AT_MOST_MS = 3_650L * 24 * 3_600_000;

  private VersionCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "delete",
                Group.FILES,
                "delete a file with all its versions",
                VersionCommands::delete)
            .numbered(9)
            .takes(SDFS, "a name in the store; with -r a folder too" + ListCommands.PATTERNS)
            .flag("delete all files of a folder or pattern", "-r", "--recursive")
            .option("--keep", "TIME", "it can be had back for so long, such as 2h or 7d; else 24h")
            .flag("give the space back at once; it can't be had back then", "--now"),
        Command.remote(
                "undelete",
                Group.FILES,
                "bring back what the last delete took",
                VersionCommands::undelete)
            .takes(SDFS, "a name that was deleted; `ls --deleted` lists them"),
        Command.remote(
                "versions", Group.FILES, "how many versions are kept", VersionCommands::versions)
            .mayTake(FOLDER, "a folder or a file; none: all limits")
            .option(
                "--keep", "K", "keep the K newest versions of each file in it; 0 takes that back"),
        Command.remote("mv", Group.FILES, "move a file or a folder", VersionCommands::move)
            .takes(FROM, "a file or a folder of the store")
            .takes(TO, "a free name; a slash at its end keeps the last part of FROM"),
        Command.remote("cp", Group.FILES, "copy a file or a folder", VersionCommands::copy)
            .takes(FROM, "a file or a folder of the store")
            .takes(TO, "its copy's name; a slash at its end keeps the last part of FROM")
            .option("--version", "N", "copy that version of the file"));
  }

  private static int delete(Call call) throws IOException {
    Optional<String> keep = call.words().option("--keep");
    if (keep.isPresent() && call.words().has("--now")) {
      throw new Usage("expected --keep or --now, found both");
    }
    OptionalLong keepMs = OptionalLong.empty();
    if (call.words().has("--now")) {
      keepMs = OptionalLong.of(0);
    } else if (keep.isPresent()) {
      keepMs = OptionalLong.of(Words.spanMs("--keep", keep.get(), KEEP_AT_MOST_MS));
    }
    String word = call.words().text(SDFS);
    boolean recursive = call.words().has("--recursive");
    if (recursive || NamePattern.isPattern(word)) {
      Words.file(SDFS, word);
      return ManyDeletes.run(call, word, recursive, keepMs);
    }
    Views.DeletedView deleted = call.client().delete(call.words().file(SDFS), keepMs);
    if (call.json()) {
      call.printDocument(deleted);
    } else {
      call.print(described(deleted));
    }
    return Action.DONE;
  }

  private static String counted(long count, String one) {
    return Units.count(count) + " " + one + (count == 1 ? "" : "s");
  }

  /** What a delete came to, in a line. */
  static String described(Views.DeletedView deleted) {
    return "%s  deleted, %s%s"
        .formatted(
            deleted.name(),
            counted(deleted.versions(), "version"),
            deleted.untilMs() == 0
                ? " gone for good"
                : "; undelete brings it back until " + Units.moment(deleted.untilMs()));
  }

  private static int undelete(Call call) throws IOException {
    Views.UndeletedView back = call.client().undelete(call.words().file(SDFS));
    if (call.json()) {
      call.printDocument(back);
    } else {
      call.print("%s  back, %s".formatted(back.name(), counted(back.versions(), "version")));
    }
    return Action.DONE;
  }

  /** What can be had back; printed as it comes, since it may be much. */
  static int deleted(Call call) throws IOException {
    Optional<FileName> in = call.words().optional(SDFS).map(text -> Words.file(SDFS, text));
    if (call.json()) {
      call.client().deleted(in, call::printJsonLine);
      return Action.DONE;
    }
    Columns table =
        call.columns().figures("SIZE", "VERSIONS", "LAST").words("DELETED", "KEPT UNTIL", "NAME");
    long[] total = new long[2];
    call.client()
        .deleted(
            in,
            file -> {
              total[0]++;
              total[1] += file.bytes();
              table.row(
                  Units.bytes(file.bytes()),
                  Integer.toString(file.versions()),
                  Integer.toString(file.latest()),
                  Units.moment(file.deletedMs()),
                  Units.moment(file.untilMs()),
                  file.name().value());
            });
    table.printTo(call.out());
    call.remark(
        call.style()
            .faint(
                "%s, %s; undelete brings one back"
                    .formatted(counted(total[0], "deleted file"), Units.bytes(total[1]))));
    return Action.DONE;
  }

  private static int versions(Call call) throws IOException {
    Optional<FileName> folder = call.words().optional(FOLDER).map(text -> Words.file(FOLDER, text));
    Optional<Long> keep = call.words().number("--keep", 0, Integer.MAX_VALUE);
    if (keep.isEmpty()) {
      return limits(call, folder);
    }
    if (folder.isEmpty()) {
      throw new Usage("--keep: expected a folder or a file, found none");
    }
    Views.KeptView kept = call.client().keep(folder.get(), keep.get().intValue());
    if (call.json()) {
      call.printDocument(kept);
    } else {
      call.print(
          "%s  %s; %s of %s gone"
              .formatted(
                  kept.folder(),
                  kept.keep() == 0
                      ? "has no limit of its own"
                      : "keeps the last " + kept.keep() + " of each file",
                  counted(kept.versions(), "version"),
                  counted(kept.files(), "file")));
    }
    return Action.DONE;
  }

  private static int limits(Call call, Optional<FileName> of) throws IOException {
    Views.LimitsView all = call.client().limits();
    Views.LimitsView limits = of.isEmpty() ? all : new Views.LimitsView(concerning(of.get(), all));
    if (call.json()) {
      call.printDocument(limits);
      return Action.DONE;
    }
    if (limits.limits().isEmpty()) {
      call.remark(
          call.style()
              .faint(
                  of.map(FileName::value).orElse("every file")
                      + " keeps all versions; versions FOLDER --keep K sets a limit"));
      return Action.DONE;
    }
    Columns table = call.columns().figures("KEEPS").words("FOLDER OR FILE");
    for (Views.LimitView limit : limits.limits()) {
      table.row(Units.count(limit.keep()), limit.folder().value());
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  /** The limit that holds for a name, and those below it. */
  private static List<Views.LimitView> concerning(FileName name, Views.LimitsView all) {
    List<Views.LimitView> concerning = new ArrayList<>();
    Optional<Views.LimitView> nearest = Optional.empty();
    for (Views.LimitView limit : all.limits()) {
      if (limit.folder().equals(name) || name.isIn(limit.folder())) {
        // They are in order, so what comes later is longer, and so nearer.
        nearest = Optional.of(limit);
      } else if (limit.folder().isIn(name)) {
        concerning.add(limit);
      }
    }
    nearest.ifPresent(limit -> concerning.add(0, limit));
    return concerning;
  }

  /** A target; where it ends with a slash, the last part of the source behind it. */
  private static FileName target(Call call, FileName from) {
    String text = call.words().text(TO);
    FileName to = Words.file(TO, text);
    return text.endsWith("/") ? Words.file(TO, to + "/" + from.lastSegment()) : to;
  }

  private static int move(Call call) throws IOException {
    FileName from = call.words().file(FROM);
    Views.MovedView moved = call.client().move(from, target(call, from));
    if (call.json()) {
      call.printDocument(moved);
    } else {
      call.print(
          "%s  is now %s, %s, %s"
              .formatted(
                  moved.from(),
                  moved.to(),
                  counted(moved.files(), "file"),
                  counted(moved.versions(), "version")));
    }
    return Action.DONE;
  }

  private static int copy(Call call) throws IOException {
    FileName from = call.words().file(FROM);
    OptionalInt version =
        call.words()
            .number("--version", 1, Integer.MAX_VALUE)
            .map(number -> OptionalInt.of(number.intValue()))
            .orElse(OptionalInt.empty());
    Views.CopiedView copied = call.client().copy(from, version, target(call, from));
    if (call.json()) {
      call.printDocument(copied);
    } else {
      call.print(
          "%s  is a copy of %s, %s, %s"
              .formatted(
                  copied.to(),
                  copied.from(),
                  copied
                      .version()
                      .map(number -> "version " + number)
                      .orElseGet(() -> counted(copied.files(), "file")),
                  Units.bytes(copied.bytes())));
    }
    return Action.DONE;
  }
}
