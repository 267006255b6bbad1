package idunno.node.main;

import java.util.List;

/** The short help: what there is, on one screen of 80 columns. */
final class Help {
  private static final int WIDTH = 28;

  /** One line of the help: what is typed, and what it does. */
  private record Line(String typed, String does) {}

  /** Lines that belong together. */
  private record Group(String title, List<Line> lines) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              "Begin",
              List.of(
                  new Line("demo", "see it work: five nodes, two networks, two kills"),
                  new Line("start --name N --data DIR", "one node; the next with --join HOST:PORT"),
                  new Line("shell", "every command below, by name or number"))),
          new Group(
              "Machines",
              List.of(
                  new Line("list_mem, list_self", "who is in the group; who am I"),
                  new Line("list_master", "the coordinator and its standbys"),
                  new Line("join, leave", "enter the group; leave it in good order"),
                  new Line("grep REGEX", "ask every machine's log at once"))),
          new Group(
              "Files",
              List.of(
                  new Line("put [-r] LOCAL SDFS", "store a file, or a folder, on four machines"),
                  new Line("get SDFS LOCAL", "fetch the latest version"),
                  new Line("get-versions SDFS N LOCAL", "fetch the last N versions in one file"),
                  new Line("ls SDFS, store, delete SDFS", "where it is; what is here; remove"))),
          new Group(
              "Inference",
              List.of(
                  new Line("model, train", "add a model; warm it on every machine"),
                  new Line("inference START END MODEL", "classify that range of the dataset"),
                  new Line("c1, c2, c3, c4", "rates, times, batch size, results"),
                  new Line("cvm, cq", "who runs what now; who ran what"))));

  private Help() {}

  /** The help as text, ending with a line end. */
  static String text(Style style) {
    StringBuilder text = new StringBuilder();
    text.append(style.strong("IDunno"))
        .append(" classifies pictures on many machines at once, and survives their death.\n")
        .append("\nUsage: ./idunno COMMAND [ARGUMENT...]\n");
    for (Group group : GROUPS) {
      text.append('\n').append(style.strong(group.title())).append('\n');
      for (Line line : group.lines()) {
        text.append("  ").append(style.typed(line.typed()));
        text.repeat(' ', Math.max(1, WIDTH - line.typed().length()));
        text.append(line.does()).append('\n');
      }
    }
    return text.append('\n')
        .append(style.faint("COMMAND --help explains one; --json answers for programs."))
        .append('\n')
        .toString();
  }
}
