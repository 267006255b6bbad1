package idunno.node.main;

import java.io.PrintStream;
import java.util.List;

/** The program's entry: reads the first word and hands the rest to the command of that name. */
public final class Main {
  /** The exit code of a command line that could not be understood (as in sysexits' usage). */
  static final int USAGE = 2;

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
    String word = args.isEmpty() ? "help" : args.getFirst();
    return switch (word) {
      case "help", "--help", "-h" -> {
        out.print(Help.text(style));
        yield 0;
      }
      case "--version", "-V", "version" -> {
        out.println("idunno " + version());
        yield 0;
      }
      default -> {
        err.println("idunno: no command \"" + word + "\" here; ./idunno help lists them all");
        yield USAGE;
      }
    };
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(from classes, not from a jar)" : version;
  }
}
