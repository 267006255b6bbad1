package idunno.core.files;

import idunno.core.base.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A pattern over names in the store, such as {@code photos/*.jpg}.
 *
 * <p>Within a segment {@code *} stands for any characters, {@code ?} for one, {@code [a-c]} for one
 * of those, {@code [!a-c]} for one of all others, <code>{jpg,png}</code> for one of these texts,
 * patterns themselves. The segment {@code **} stands for any number of segments: none too, but at
 * the pattern's end at least one. What is never closed, and braces without a comma, stand for
 * themselves; so does a character in brackets, as in {@code [*]}.
 *
 * <p>It becomes a nondeterministic automaton that is in all its states at once (Thompson, "Regular
 * Expression Search Algorithm", CACM 11(6), 1968), so that no pattern takes longer than its length
 * times the name's: nothing is ever tried again.
 */
public final class NamePattern {
  /** The longest pattern, in characters; it bounds the time that a name takes. */
  public static final int MAX_CHARACTERS = 256;

  private static final String SPECIAL = "*?[{";

  private final String text;
  private final List<Step> steps = new ArrayList<>();

  /** A state of the automaton; a target is the place of another in the list. */
  private sealed interface Step {
    /** Takes that character and goes on. */
    record One(int point) implements Step {}

    /** Takes any character and goes on; a slash only if it may. */
    record Any(boolean slash) implements Step {}

    /** Takes a character that is, or is not, in one of the ranges; never a slash. */
    record Among(List<Span> spans, boolean not) implements Step {}

    /** Takes nothing and is in both at once. */
    record Fork(int left, int right) implements Step {}

    /** The pattern fits what was taken so far. */
    record End() implements Step {}
  }

  /** A range of characters, both ends included. */
  private record Span(int from, int to) {}

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException if it is empty or longer than 256 characters
   */
  public NamePattern(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "pattern: expected 1 to %d characters, found %d: %s"
              .formatted(MAX_CHARACTERS, text.length(), Checks.quote(text)));
    }
    this.text = text;
    String[] segments = text.split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      boolean last = i == segments.length - 1;
      if (!segments[i].equals("**")) {
        segment(segments[i].codePoints().toArray());
        if (!last) {
          steps.add(new Step.One('/'));
        }
      } else if (last) {
        repeated(true);
      } else {
        anySegments();
      }
    }
    steps.add(new Step.End());
  }

  /** Whether a text has a character that means something in a pattern. */
  public static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
  }

  /** What every name that it fits begins with. */
  public String prefix() {
    int end = 0;
    while (end < text.length() && SPECIAL.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(0, end);
  }

  /** Some segments, none too, each with the slash behind it. */
  private void anySegments() {
    int fork = steps.size();
    steps.add(new Step.End());
    repeated(false);
    steps.add(new Step.One('/'));
    steps.add(new Step.Fork(fork, fork));
    steps.set(fork, new Step.Fork(fork + 1, steps.size()));
  }

  /** One or more characters. */
  private void repeated(boolean slash) {
    steps.add(new Step.Any(slash));
    steps.add(new Step.Fork(steps.size() - 1, steps.size() + 1));
  }

  private void segment(int[] points) {
    int at = 0;
    while (at < points.length) {
      int close =
          switch (points[at]) {
            case '[' -> endOfClass(points, at);
            case '{' -> endOfBraces(points, at);
            default -> -1;
          };
      switch (points[at]) {
        case '*' -> {
          int fork = steps.size();
          steps.add(new Step.Fork(fork + 1, fork + 3));
          steps.add(new Step.Any(false));
          steps.add(new Step.Fork(fork, fork));
        }
        case '?' -> steps.add(new Step.Any(false));
        case '[' -> {
          if (close < 0) {
            steps.add(new Step.One('['));
          } else {
            among(points, at + 1, close);
          }
        }
        case '{' -> {
          if (close < 0) {
            steps.add(new Step.One('{'));
          } else {
            alternatives(points, at + 1, close);
          }
        }
        default -> steps.add(new Step.One(points[at]));
      }
      at = Math.max(at, close) + 1;
    }
  }

  /** A bracket right behind the opening one, or behind the exclamation mark, is in the class. */
  private static int endOfClass(int[] points, int open) {
    int at = open + 1;
    if (at < points.length && (points[at] == '!' || points[at] == '^')) {
      at++;
    }
    for (at++; at < points.length; at++) {
      if (points[at] == ']') {
        return at;
      }
    }
    return -1;
  }

  private void among(int[] points, int from, int end) {
    boolean not = points[from] == '!' || points[from] == '^';
    List<Span> spans = new ArrayList<>();
    int at = not ? from + 1 : from;
    while (at < end) {
      boolean span = at + 2 < end && points[at + 1] == '-';
      spans.add(new Span(points[at], span ? points[at + 2] : points[at]));
      at += span ? 3 : 1;
    }
    steps.add(new Step.Among(spans, not));
  }

  /** Where the braces end; -1 if nowhere, or if there is nothing to choose from in them. */
  private static int endOfBraces(int[] points, int open) {
    int depth = 0;
    boolean comma = false;
    for (int at = open; at < points.length; at++) {
      int close = points[at] == '[' ? endOfClass(points, at) : -1;
      if (close >= 0) {
        at = close;
      } else if (points[at] == '{') {
        depth++;
      } else if (points[at] == '}' && --depth == 0) {
        return comma ? at : -1;
      } else if (points[at] == ',' && depth == 1) {
        comma = true;
      }
    }
    return -1;
  }

  private void alternatives(int[] points, int from, int end) {
    List<Integer> ends = new ArrayList<>();
    int begin = from;
    while (begin <= end) {
      int comma = endOfAlternative(points, begin, end);
      int fork = steps.size();
      steps.add(new Step.End());
      segment(Arrays.copyOfRange(points, begin, comma));
      ends.add(steps.size());
      steps.add(new Step.End());
      // Behind the last alternative there is no other: it is entered and nothing else.
      steps.set(fork, new Step.Fork(fork + 1, comma < end ? steps.size() : fork + 1));
      begin = comma + 1;
    }
    for (int one : ends) {
      steps.set(one, new Step.Fork(steps.size(), steps.size()));
    }
  }

  private static int endOfAlternative(int[] points, int begin, int end) {
    int depth = 0;
    for (int at = begin; at < end; at++) {
      int close = points[at] == '[' ? endOfClass(points, at) : -1;
      if (close >= 0 && close < end) {
        at = close;
      } else if (points[at] == '{') {
        depth++;
      } else if (points[at] == '}') {
        depth--;
      } else if (points[at] == ',' && depth == 0) {
        return at;
      }
    }
    return end;
  }

  /**
   * How much of a name it fits: the name's length if it fits the whole name; else the length of the
   * shortest of the folders that the name lies in and it fits; else -1.
   */
  public int fit(FileName name) {
    String value = name.value();
    BitSet now = new BitSet(steps.size());
    BitSet next = new BitSet(steps.size());
    // States yet to be entered: each is entered once, and puts two others there at most.
    int[] open = new int[2 * steps.size() + 1];
    enter(0, now, open);
    int folder = -1;
    int point;
    for (int at = 0; at < value.length(); at += Character.charCount(point)) {
      point = value.codePointAt(at);
      if (point == '/' && folder < 0 && now.get(steps.size() - 1)) {
        folder = at;
      }
      next.clear();
      for (int state = now.nextSetBit(0); state >= 0; state = now.nextSetBit(state + 1)) {
        if (takes(steps.get(state), point)) {
          enter(state + 1, next, open);
        }
      }
      if (next.isEmpty()) {
        return folder;
      }
      BitSet spent = now;
      now = next;
      next = spent;
    }
    return now.get(steps.size() - 1) ? value.length() : folder;
  }

  private static boolean takes(Step step, int point) {
    return switch (step) {
      case Step.One one -> one.point() == point;
      case Step.Any any -> any.slash() || point != '/';
      case Step.Among among ->
          point != '/'
              && among.not()
                  != among.spans().stream()
                      .anyMatch(span -> span.from() <= point && point <= span.to());
      case Step.Fork _, Step.End _ -> false;
    };
  }

  /** Is in that state, and in all that can be reached from it for nothing. */
  private void enter(int first, BitSet states, int[] open) {
    int count = 0;
    open[count++] = first;
    while (count > 0) {
      int state = open[--count];
      if (states.get(state)) {
        continue;
      }
      states.set(state);
      if (steps.get(state) instanceof Step.Fork(int left, int right)) {
        open[count++] = left;
        open[count++] = right;
      }
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
