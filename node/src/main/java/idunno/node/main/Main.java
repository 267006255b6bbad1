package idunno.node.main;

import idunno.node.shell.Commands;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import java.io.PrintStream;
import java.util.List;

/** The program's entry: makes the table of commands and runs the one that was named. */
public final class Main {
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
    Session session = new Session(System.in, out, err, style, System.getenv(), Http::client);
    return new Program(Commands.all(), version()).run(args, session);
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(from classes, not from a jar)" : version;
  }
}
