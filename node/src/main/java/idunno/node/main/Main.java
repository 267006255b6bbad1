package idunno.node.main;

import idunno.node.shell.Action;
import idunno.node.shell.Command;
import idunno.node.shell.Commands;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import idunno.node.workbench.Workbench;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The program's entry: makes the table of commands and runs the one that was named. */
public final class Main {
  /** The launcher's word, for its ahead-of-time cache of short commands; see {@link Rehearsal}. */
  private static final String REHEARSE = "--rehearse";

  /** The same for that of nodes; see {@link NodeRehearsal}. */
  private static final String REHEARSE_NODE = "--rehearse-node";

  private static final long REHEARSE_WITHIN_MS = 90_000;

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
      return Action.DONE;
    }
    if (args.size() == 2 && args.getFirst().equals(REHEARSE_NODE)) {
      return rehearseNode(program, Path.of(args.getLast()), err);
    }
    try (Session session = new Session(System.in, out, err, style, System.getenv(), Http::client)) {
      return program.run(args, session);
    }
  }

  /** What was played until time is up counts, too. */
  private static int rehearseNode(Program program, Path folder, PrintStream err) {
    FutureTask<Integer> play =
        new FutureTask<>(
            () -> {
              NodeRehearsal.play(program, folder);
              return Action.DONE;
            });
    Thread.ofPlatform().daemon().name("rehearsal").start(play);
    try {
      return play.get(REHEARSE_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      err.println("idunno: the rehearsal of a node did not come to its end: " + e);
      return Action.FAILED;
    }
  }
}
