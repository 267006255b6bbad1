package idunno.node.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The interactive face of the table: a prompt with history and completion at a terminal; without
 * one, lines are read as they come and nothing but results is printed.
 */
final class Shell {
  private static final List<String> OWN_WORDS = List.of("help", "exit", "quit");
  private static final int HISTORY_LINES = 10_000;

  private final Program program;
  private final Session session;
  private int lastFailure = Action.DONE;

  Shell(Program program, Session session) {
    this.program = program;
    this.session = session;
  }

  /**
   * Runs lines until there are no more; {@return the exit code of the last command that failed, 0
   * where none did}
   */
  int run(Optional<String> api) throws IOException {
    api.ifPresent(session::callFromNowOn);
    if (session.style().live()) {
      atTerminal();
      return Action.DONE;
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8));
    String line;
    do {
      line = lines.readLine();
    } while (line != null && runLine(line));
    return lastFailure;
  }

  /** Runs one line; {@return whether the shell goes on} */
  private boolean runLine(String line) {
    List<String> words;
    try {
      words = Splitter.words(line);
    } catch (Usage e) {
      session.err().println("idunno: " + e.getMessage());
      lastFailure = Action.USAGE;
      return true;
    }
    if (words.isEmpty()) {
      return true;
    }
    if (words.size() == 1 && (words.getFirst().equals("exit") || words.getFirst().equals("quit"))) {
      return false;
    }
    if (words.getFirst().equals("shell")) {
      session.err().println("idunno: this is the shell already");
      return true;
    }
    int code = runGuarded(words);
    if (code != Action.DONE) {
      lastFailure = code;
    }
    return true;
  }

  /** Not even a fault of the program ends the shell. */
  private int runGuarded(List<String> words) {
    try {
      return program.run(words, session, "");
    } catch (RuntimeException e) {
      session.err().println("idunno: a fault of this program: " + e);
      return Action.FAILED;
    }
  }

  private void atTerminal() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .appName("idunno")
              .parser(new DefaultParser().escapeChars(null))
              .completer((line, at, candidates) -> complete(at, candidates))
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
              .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
              .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES)
              .variable(LineReader.BELL_STYLE, "none")
              .build();
      historyFile().ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
      Prompt prompt = new Prompt(session.api(), session.client(session.api()), session.style());
      session
          .out()
          .println(session.style().faint("help lists the commands, Tab completes, Ctrl-D ends."));
      Thread main = Thread.currentThread();
      boolean goesOn = true;
      while (goesOn) {
        try {
          String line = reader.readLine(prompt.text());
          // While a command runs, Ctrl-C ends the command and not the shell.
          terminal.handle(Terminal.Signal.INT, signal -> main.interrupt());
          goesOn = runLine(line);
        } catch (UserInterruptException e) {
          // Ctrl-C at the prompt forgets the line.
        } catch (EndOfFileException e) {
          goesOn = false;
        } finally {
          terminal.handle(Terminal.Signal.INT, Terminal.SignalHandler.SIG_IGN);
          Thread.interrupted();
        }
      }
    }
  }

  private void complete(ParsedLine at, List<Candidate> candidates) {
    List<String> before = at.words().subList(0, at.wordIndex());
    if (before.isEmpty()) {
      OWN_WORDS.forEach(word -> candidates.add(new Candidate(word)));
    }
    for (Command command : program.table()) {
      for (String name : command.names()) {
        List<String> words = List.of(name.split(" ", -1));
        boolean starts =
            before.size() < words.size() && words.subList(0, before.size()).equals(before);
        if (starts && !Character.isDigit(name.charAt(0)) && !name.equals("shell")) {
          candidates.add(candidate(words.get(before.size()), command));
        }
        boolean follows =
            before.size() >= words.size() && before.subList(0, words.size()).equals(words);
        if (follows) {
          command.flags().forEach(flag -> candidates.add(new Candidate(flag.names().getLast())));
        }
      }
    }
  }

  private static Candidate candidate(String word, Command command) {
    return new Candidate(word, word, null, command.does(), null, null, true);
  }

  private Optional<Path> historyFile() {
    String cache = session.variable("IDUNNO_CACHE");
    Path folder =
        cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache", "idunno")
            : Path.of(cache);
    try {
      Files.createDirectories(folder);
      return Optional.of(folder.resolve("history"));
    } catch (IOException e) {
      session.err().println("idunno: no history is kept: " + folder + " can't be made: " + e);
      return Optional.empty();
    }
  }
}
