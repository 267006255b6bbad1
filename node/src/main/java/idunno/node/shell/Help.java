package idunno.node.shell;

import java.util.List;

/** The short help: every command of the table on one screen of 80 columns. */
final class Help {
  private static final int COLUMNS = 80;
  private static final int WIDTH = 29;

  private Help() {}

  /**
   * The help as text, ending with a line end.
   *
   * @param table the commands
   * @param program how the program is called; empty within the shell
   */
  static String text(List<Command> table, String program, Style style) {
    StringBuilder text = new StringBuilder();
    if (!program.isEmpty()) {
      text.append(style.strong("IDunno"))
          .append(" classifies pictures on many machines at once, and survives their death.\n")
          .append("\nUsage: ")
          .append(program)
          .append(" COMMAND [ARGUMENT...]\n");
    }
    for (Command.Group group : Command.Group.values()) {
      List<Command> commands = table.stream().filter(one -> one.group() == group).toList();
      if (!commands.isEmpty()) {
        text.append(text.isEmpty() ? "" : "\n").append(style.strong(group.title())).append('\n');
        commands.forEach(command -> append(text, command, style));
      }
    }
    String end =
        program.isEmpty()
            ? "help COMMAND explains one; numbers work too; exit or Ctrl-D ends the shell."
            : "COMMAND --help explains one; --json answers for programs.";
    return text.append('\n').append(style.faint(end)).append('\n').toString();
  }

  private static void append(StringBuilder text, Command command, Style style) {
    String alias = command.aliases().isEmpty() ? "" : command.aliases().getFirst();
    String typed = command.synopsis();
    int blanks = Math.max(1, WIDTH - typed.length());
    text.append("%4s ".formatted(alias)).append(style.typed(typed)).repeat(' ', blanks);
    int room = COLUMNS - 5 - typed.length() - blanks;
    text.append(beginning(command.does(), room)).append('\n');
  }

  /** As many of a sentence's clauses as there is room for; its --help has them all. */
  private static String beginning(String does, int room) {
    String shown = does;
    while (shown.length() > room) {
      int end =
          Math.max(
              shown.lastIndexOf(", "), Math.max(shown.lastIndexOf("; "), shown.lastIndexOf(". ")));
      shown = end > 0 ? shown.substring(0, end) : shown.substring(0, Math.max(0, room));
    }
    return shown;
  }
}
