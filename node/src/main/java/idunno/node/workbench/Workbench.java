package idunno.node.workbench;

import idunno.node.shell.Command;
import java.util.List;

/** The room's commands. */
public final class Workbench {
  private Workbench() {}

  /** All of them, in the order of the help. */
  public static List<Command> commands() {
    return List.of(CatalogueCommands.list(), CatalogueCommands.pull(), AddCommand.command());
  }
}
