package idunno.node.shell;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command in picocli's terms, which parses its words and prints its help. */
final class Grammar {
  /** The option that names the nodes to call. */
  static final String API = "--api";

  /** The option that asks for JSON. */
  static final String JSON = "--json";

  private static final String HELP = "--help";
  private static final int COLUMNS = 80;

  private final CommandLine line;

  Grammar(Command command) {
    CommandSpec spec = CommandSpec.create().name("idunno " + command.name());
    spec.usageMessage().description(sentence(command)).width(COLUMNS).sortOptions(false);
    spec.usageMessage().sortSynopsis(false).parameterListHeading("%n").optionListHeading("%n");
    int index = 0;
    for (Command.Argument argument : command.arguments()) {
      spec.addPositional(positional(argument, index++));
    }
    for (Command.Flag flag : command.flags()) {
      spec.addOption(option(flag));
    }
    if (command.remote()) {
      spec.addOption(option(new Command.Flag(List.of(JSON), "", "answer in JSON, for programs")));
      spec.addOption(
          option(
              new Command.Flag(
                  List.of(API),
                  "HOST:PORT[,...]",
                  "the node to call, and others behind it (IDUNNO_API; else 127.0.0.1:7400)")));
    }
    spec.addOption(
        OptionSpec.builder("-h", HELP)
            .usageHelp(true)
            .type(boolean.class)
            .arity("0")
            .description("explain this command")
            .build());
    this.line = new CommandLine(spec);
    line.setPosixClusteredShortOptionsAllowed(false);
  }

  private static String sentence(Command command) {
    String also =
        command.aliases().isEmpty() ? "" : " Also: " + String.join(", ", command.aliases());
    String does = command.does();
    return "%n"
        + (Character.toUpperCase(does.charAt(0)) + does.substring(1)).replace("%", "%%")
        + "."
        + also;
  }

  private static PositionalParamSpec positional(Command.Argument argument, int index) {
    PositionalParamSpec.Builder builder =
        PositionalParamSpec.builder().paramLabel(argument.label()).description(argument.does());
    return switch (argument.arity()) {
      case ONE -> builder.index("" + index).arity("1").type(String.class).build();
      case OPTIONAL -> builder.index("" + index).arity("0..1").type(String.class).build();
      case ANY ->
          builder
              .index(index + "..*")
              .arity("0..*")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .build();
    };
  }

  private static OptionSpec option(Command.Flag flag) {
    OptionSpec.Builder builder =
        OptionSpec.builder(flag.names().toArray(String[]::new)).description(flag.does());
    return flag.label().isEmpty()
        ? builder.type(boolean.class).arity("0").build()
        : builder.type(String.class).arity("1").paramLabel(flag.label()).build();
  }

  /**
   * Reads the words behind the command's name.
   *
   * @throws Usage if they are not what the command takes
   */
  Words parse(List<String> words) {
    try {
      return new Words(line.parseArgs(words.toArray(String[]::new)));
    } catch (UnmatchedArgumentException e) {
      List<String> options = new ArrayList<>(line.getCommandSpec().optionsMap().keySet());
      List<String> near =
          e.getUnmatched().stream()
              .filter(word -> word.startsWith("-"))
              .flatMap(word -> Nearest.to(word, options).stream())
              .toList();
      String what = String.valueOf(e.getMessage());
      throw new Usage(
          near.isEmpty() ? what : what + "; did you mean " + String.join(" or ", near) + "?");
    } catch (ParameterException e) {
      throw new Usage(String.valueOf(e.getMessage()));
    }
  }

  /** The command's help. */
  String help(Style style) {
    return line.getUsageMessage(style.colours() ? Ansi.ON : Ansi.OFF);
  }
}
