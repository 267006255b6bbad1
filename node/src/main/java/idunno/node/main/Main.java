package idunno.node.main;

import idunno.node.shell.Command;
import idunno.node.shell.Commands;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import idunno.node.workbench.Workbench;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The program's entry: makes the table of commands and runs the one that was named. */
public final class Main {
  /** The launcher's word, for its ahead-of-time cache; see {@link Rehearsal}. */
  private static final String REHEARSE = "--rehearse";

  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command line after {@code ./idunno}
   */
  public static void main(String[] args) {
    int code = run(List.of(args), System.out, System.err, Style.of(System.getenv()));
    System.out.flush();
    System.exit(code);
  }

  /** Runs one command; {@return its exit code} 0 is success. */
  static int run(List<String> args, PrintStream out, PrintStream err, Style style) {
    List<Command> commands =
        new ArrayList<>(List.of(DemoCommand.command(), StartCommand.command()));
    commands.addAll(Workbench.commands());
    commands.addAll(Commands.all());
    Program program = new Program(commands, Version.text());
    if (args.equals(List.of(REHEARSE))) {
      Rehearsal.play(program);
      return 0;
    }
    try (Session session = new Session(System.in, out, err, style, System.getenv(), Http::client)) {
      return program.run(args, session);
    }
  }
}
