package idunno.core.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Virtual time: what is due next, and a transcript of all that has happened. */
final class Timeline {
  private static final Comparator<Due> ORDER =
      Comparator.comparingLong(Due::atMs).thenComparingLong(Due::sequence);

  private final PriorityQueue<Due> queue = new PriorityQueue<>(ORDER);
  private final List<String> transcript = new ArrayList<>();
  private final int mostLines;
  private long nowMs;
  private long sequence;

  private record Due(long atMs, long sequence, Runnable what) {}

  /**
   * A timeline at its beginning.
   *
   * @param mostLines of a transcript longer than that the beginning is forgotten
   */
  Timeline(int mostLines) {
    this.mostLines = mostLines;
  }

  /** Milliseconds since the run began. */
  long nowMs() {
    return nowMs;
  }

  /** Does something later; what is due at the same moment happens in the order of these calls. */
  void after(long delayMs, Runnable what) {
    queue.add(new Due(nowMs + delayMs, sequence++, what));
  }

  /** Does what is due next; false if nothing is. */
  boolean step() {
    Due due = queue.poll();
    if (due == null) {
      return false;
    }
    nowMs = due.atMs();
    due.what().run();
    return true;
  }

  /** Adds a line to the transcript. */
  void tell(String line) {
    transcript.add(nowMs + " " + line);
    if (transcript.size() / 2 >= mostLines) {
      transcript.subList(0, transcript.size() - mostLines).clear();
    }
  }

  /** Every line so far, or the last ones. */
  List<String> transcript() {
    return Collections.unmodifiableList(transcript);
  }
}
