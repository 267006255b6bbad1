package idunno.node.shell;

import idunno.node.client.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The table of commands, and how one of them is found and run. */
public final class Program {
  private static final Set<String> GLOBAL_FLAGS = Set.of(Grammar.JSON);

  private final List<Command> table;
  private final Map<String, Command> byName = new LinkedHashMap<>();
  private final String version;

  /**
   * A program of these commands and the shell over them.
   *
   * @param version what {@code --version} prints
   * @throws IllegalArgumentException if two commands have a name in common
   */
  public Program(List<Command> commands, String version) {
    Command shell =
        Command.local(
                "shell",
                Command.Group.BEGIN,
                "all commands at a prompt, by name or number",
                call -> new Shell(this, call.session()).run(call.words().option(Grammar.API)))
            .option(Grammar.API, "HOST:PORT[,...]", "the node that the commands call, and others");
    this.table = Stream.concat(commands.stream(), Stream.of(shell)).toList();
    this.version = version;
    for (Command command : table) {
      for (String name : command.names()) {
        if (byName.put(name, command) != null) {
          throw new IllegalArgumentException("two commands are called " + name);
        }
      }
    }
  }

  /** All commands, in the order of the help. */
  public List<Command> table() {
    return table;
  }

  /** Runs one command, or prints the help if there is no word; {@return the exit code} */
  public int run(List<String> words, Session session) {
    return run(words, session, "./idunno");
  }

  /**
   * Runs one command.
   *
   * @param program how the program is called; empty within the shell
   */
  int run(List<String> words, Session session, String program) {
    int code;
    try {
      code = dispatch(words, session, program);
    } catch (Usage e) {
      session.err().println("idunno: " + e.getMessage());
      code = Action.USAGE;
    } catch (Refused e) {
      session.err().println("idunno: " + Style.foreign(String.valueOf(e.getMessage())));
      code = e.isUsage() ? Action.USAGE : Action.FAILED;
    } catch (IOException e) {
      session.err().println("idunno: " + Style.foreign(String.valueOf(e.getMessage())));
      code = Action.FAILED;
    }
    session.out().flush();
    session.err().flush();
    return code;
  }

  private int dispatch(List<String> words, Session session, String program) throws IOException {
    List<String> given = new ArrayList<>();
    int at = 0;
    // `--api X` and `--json` may stand before the command; they belong to it all the same.
    while (at < words.size() && isGlobal(words.get(at))) {
      String option = words.get(at++);
      given.add(option);
      if (option.equals(Grammar.API) && at < words.size()) {
        given.add(words.get(at++));
      }
    }
    List<String> rest = words.subList(at, words.size());
    String first = rest.isEmpty() ? "help" : rest.getFirst();
    return switch (first) {
      case "help", "--help", "-h" -> {
        session.out().print(help(rest.stream().skip(1).toList(), session.style(), program));
        yield Action.DONE;
      }
      case "--version", "-V", "version" -> {
        session.out().println("idunno " + version);
        yield Action.DONE;
      }
      default -> {
        Command command = find(rest);
        int nameWords = isFamily(command, rest) ? 2 : 1;
        given.addAll(rest.subList(nameWords, rest.size()));
        yield run(command, given, session);
      }
    };
  }

  private static boolean isGlobal(String word) {
    return word.equals(Grammar.API)
        || word.startsWith(Grammar.API + "=")
        || GLOBAL_FLAGS.contains(word);
  }

  private static int run(Command command, List<String> words, Session session) throws IOException {
    Grammar grammar = new Grammar(command);
    Words parsed;
    try {
      parsed = grammar.parse(words);
      if (parsed.asksForHelp()) {
        session.out().print(grammar.help(session.style()));
        return Action.DONE;
      }
      return command.action().run(new Call(parsed, session));
    } catch (Usage e) {
      throw new Usage(
          command.name() + ": " + e.getMessage() + "\n" + command.name() + " --help explains it");
    }
  }

  private String help(List<String> words, Style style, String program) {
    return words.isEmpty()
        ? Help.text(table, program, style)
        : new Grammar(find(words)).help(style);
  }

  private static boolean isFamily(Command command, List<String> words) {
    return command.name().indexOf(' ') > 0
        && words.size() > 1
        && command.name().equals(words.getFirst() + " " + words.get(1));
  }

  /** The command that words begin with. */
  private Command find(List<String> words) {
    String first = words.getFirst();
    Command command = byName.get(first);
    if (command == null && words.size() > 1) {
      command = byName.get(first + " " + words.get(1));
    }
    if (command != null) {
      return command;
    }
    List<String> family =
        byName.keySet().stream().filter(name -> name.startsWith(first + " ")).toList();
    if (!family.isEmpty()) {
      throw new Usage(first + ": expected one of: " + String.join(", ", family));
    }
    List<String> near = Nearest.to(first, byName.keySet());
    throw new Usage(
        "there is no command \""
            + Style.foreign(first)
            + "\"; "
            + (near.isEmpty() ? "" : "did you mean " + String.join(" or ", near) + "? ")
            + "`help` lists them all");
  }
}
