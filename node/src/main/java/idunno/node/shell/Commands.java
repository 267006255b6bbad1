package idunno.node.shell;

import java.util.List;
import java.util.stream.Stream;

/** The commands that call a cluster, in the order of the help. */
public final class Commands {
  private Commands() {}

  /** All of them. */
  public static List<Command> all() {
    return Stream.of(
            MachineCommands.all(),
            FileCommands.all(),
            VersionCommands.all(),
            GetCommands.all(),
            ListCommands.all(),
            BalanceCommand.all(),
            FsckCommand.all(),
            ModelCommands.all(),
            JobCommands.all(),
            StatisticsCommands.all())
        .flatMap(List::stream)
        .toList();
  }
}
