package idunno.node.shell;

import idunno.core.base.Address;
import idunno.core.base.Checks;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * What was typed behind a command's name, by the labels and names that the command gave them.
 *
 * <p>Whatever is not of its type is a {@link Usage} that names the word.
 */
public final class Words {
  private static final Pattern SPAN = Pattern.compile("([1-9][0-9]{0,8})(s|min|m|h|d)");

  private final ParseResult parsed;

  Words(ParseResult parsed) {
    this.parsed = parsed;
  }

  boolean asksForHelp() {
    return parsed.isUsageHelpRequested();
  }

  /** Whether an option was given. */
  public boolean has(String option) {
    return parsed.hasMatchedOption(option);
  }

  /** The value of an option. */
  public Optional<String> option(String option) {
    return Optional.ofNullable(parsed.matchedOptionValue(option, (String) null));
  }

  /** The value of an option that is a whole number within bounds. */
  public Optional<Long> number(String option, long least, long most) {
    return option(option).map(text -> whole(option, text, least, most));
  }

  /** A word that is the name of a constant, in small letters. */
  static <E extends Enum<E>> E oneOf(String label, String text, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    String all =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" or "));
    throw new Usage(label + ": expected " + all + ", found " + Checks.quote(text));
  }

  /** A word that must be there. */
  public String text(String label) {
    return optional(label).orElseThrow(() -> new Usage("expected " + label));
  }

  /** A word that may be there. */
  public Optional<String> optional(String label) {
    return Optional.ofNullable(spec(label).getValue());
  }

  /** The words of an argument that takes any number. */
  public List<String> all(String label) {
    List<String> words = spec(label).getValue();
    return words == null ? List.of() : List.copyOf(words);
  }

  /** A word that is a whole number within bounds. */
  public long whole(String label, long least, long most) {
    return whole(label, text(label), least, most);
  }

  /** A word that is a name in the store; a slash at its end, as completion leaves it, is let be. */
  public FileName file(String label) {
    return file(label, text(label));
  }

  /** A text that is a name in the store. */
  public static FileName file(String label, String text) {
    String name =
        text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    return typed(label, name, FileName::new);
  }

  /** A word that is a model's name. */
  public ModelName model(String label) {
    return typed(label, text(label), ModelName::new);
  }

  /** A word that is a model's name, with or without a revision. */
  public ModelRef modelRef(String label) {
    return typed(label, text(label), ModelRef::parse);
  }

  /** A word that is a job's number. */
  public Optional<JobId> job(String label) {
    return optional(label).map(text -> new JobId(whole(label, text, 1, Long.MAX_VALUE)));
  }

  /** A text of addresses between commas. */
  public static List<Address> addresses(String label, String text) {
    return Arrays.stream(text.split(",", -1))
        .map(one -> typed(label, one.strip(), Address::parse))
        .toList();
  }

  /**
   * A text that is a span of time: a number and s, min or m, h, or d.
   *
   * @return milliseconds, 1 to {@code mostMs}
   */
  public static long spanMs(String label, String text, long mostMs) {
    Matcher span = SPAN.matcher(text);
    if (span.matches()) {
      long unitMs =
          switch (span.group(2)) {
            case "s" -> 1_000L;
            case "m", "min" -> 60_000L;
            case "h" -> 3_600_000L;
            default -> 86_400_000L;
          };
      long ms = Long.parseLong(span.group(1)) * unitMs;
      if (ms <= mostMs) {
        return ms;
      }
    }
    throw new Usage(
        "%s: expected a time such as 90s, 30m, 2h or 7d, at most %dd, found '%s'"
            .formatted(label, mostMs / 86_400_000L, text));
  }

  /** A text of another type, read by a function that refuses what it can't read. */
  public static <T> T typed(String label, String text, Function<String, T> read) {
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Usage(label + ": " + e.getMessage());
    }
  }

  private static long whole(String label, String text, long least, long most) {
    String bounds = most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the bounds.
    }
    throw new Usage(label + ": expected a whole number, " + bounds + ", found '" + text + "'");
  }

  private PositionalParamSpec spec(String label) {
    return parsed.commandSpec().positionalParameters().stream()
        .filter(spec -> spec.paramLabel().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the command takes no " + label));
  }
}
