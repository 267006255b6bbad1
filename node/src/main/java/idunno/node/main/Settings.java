package idunno.node.main;

import idunno.core.base.Checks;
import idunno.node.shell.Usage;
import idunno.node.shell.Words;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of a node: from the command line, else from the environment ({@code --peer-port} is
 * {@code IDUNNO_PEER_PORT}), else from the file that {@code --config} names, else as {@code --help}
 * says.
 */
final class Settings {
  static final String CONFIG = "--config";

  private static final Pattern AMOUNT = Pattern.compile("([1-9][0-9]{0,5})([kmgtKMGT])");

  private final Words words;
  private final Map<String, String> environment;
  private final Properties file = new Properties();

  /**
   * Reads the file, if one is named.
   *
   * @param names every option that there is; the file may set no other
   * @throws IOException if it can't be read
   */
  Settings(Words words, Map<String, String> environment, List<String> names) throws IOException {
    this.words = words;
    this.environment = environment;
    Optional<String> path = words.option(CONFIG).or(() -> variable(CONFIG));
    if (path.isPresent()) {
      try (Reader reader = Files.newBufferedReader(Path.of(path.get()))) {
        file.load(reader);
      } catch (IOException e) {
        throw new IOException(
            CONFIG + " " + path.get() + ": cannot be read (" + e.getMessage() + ")", e);
      }
      for (String name : file.stringPropertyNames()) {
        if (!names.contains("--" + name)) {
          throw new Usage(CONFIG + " " + path.get() + ": there is no option " + Checks.quote(name));
        }
      }
    }
  }

  private Optional<String> variable(String option) {
    String name = "IDUNNO_" + bare(option).replace('-', '_').toUpperCase(Locale.ROOT);
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static String bare(String option) {
    return option.substring(2);
  }

  /** The value of an option, if it is set anywhere. */
  Optional<String> text(String option) {
    return words
        .option(option)
        .or(() -> variable(option))
        .or(() -> Optional.ofNullable(file.getProperty(bare(option))));
  }

  /** Whether an option without a value is set. */
  boolean has(String option) {
    return words.has(option) || text(option).filter("true"::equals).isPresent();
  }

  /** The value of an option that is an amount of memory, or 0 for none at all. */
  Optional<Long> bytesOrNone(String option) {
    return text(option).filter("0"::equals).isPresent() ? Optional.of(0L) : bytes(option);
  }

  /** The value of an option that is an amount of memory, such as {@code 512m} or {@code 4g}. */
  Optional<Long> bytes(String option) {
    return text(option)
        .map(
            text ->
                bytesOf(text)
                    .orElseThrow(
                        () ->
                            new Usage(
                                option
                                    + ": expected an amount such as 512m or 4g, found '"
                                    + text
                                    + "'")));
  }

  static Optional<Long> bytesOf(String text) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      return Optional.empty();
    }
    int thousands = 1 + "kmgt".indexOf(amount.group(2).toLowerCase(Locale.ROOT).charAt(0));
    return Optional.of(Long.parseLong(amount.group(1)) << (10 * thousands));
  }

  /** The value of an option that is a whole number within bounds. */
  Optional<Integer> number(String option, int least, int most) {
    return text(option)
        .map(
            text -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // Said below, with the bounds.
              }
              throw new Usage(
                  option
                      + ": expected a whole number, "
                      + least
                      + " to "
                      + most
                      + ", found '"
                      + text
                      + "'");
            });
  }
}
