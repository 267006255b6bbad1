package idunno.node.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * A line as words. Blanks part words; between single quotes everything stands for itself; between
 * double quotes a backslash frees a double quote or a backslash; outside of quotes it frees a
 * blank, a quote, or a backslash, and is itself before anything else, so that {@code grep \d+} is
 * the regular expression that it looks like. A word that begins with {@code #} begins a comment.
 */
final class Splitter {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private char quote;

  private Splitter(String line) {
    this.line = line;
  }

  /**
   * The words of a line.
   *
   * @throws Usage if a quote is not closed
   */
  static List<String> words(String line) {
    return new Splitter(line).split();
  }

  private List<String> split() {
    for (int i = 0; i < line.length(); i++) {
      char letter = line.charAt(i);
      char following = i + 1 < line.length() ? line.charAt(i + 1) : 0;
      if (letter == '\\' && frees(following)) {
        append(following);
        i++;
      } else if (quote != 0) {
        if (letter == quote) {
          quote = 0;
        } else {
          append(letter);
        }
      } else if (letter == '"' || letter == '\'') {
        quote = letter;
        inWord = true;
      } else if (Character.isWhitespace(letter)) {
        end();
      } else if (letter == '#' && !inWord) {
        break;
      } else {
        append(letter);
      }
    }
    if (quote != 0) {
      throw new Usage("the quote " + quote + " is not closed");
    }
    end();
    return words;
  }

  private boolean frees(char following) {
    return switch (quote) {
      case '\'' -> false;
      case '"' -> following == '"' || following == '\\';
      default -> following == '"' || following == '\'' || following == '\\' || following == ' ';
    };
  }

  private void append(char letter) {
    word.append(letter);
    inWord = true;
  }

  private void end() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }
}
