package idunno.node.main;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of several cursors as one: of a query that several have a line of, that of the last of
 * them. So what was run again replaces what was found before.
 */
final class MergedCursor implements ResultCursor {
  private final List<ResultCursor> cursors;
  private final List<ResultCursor> behind;
  private final List<ResultCursor> ahead = new ArrayList<>();
  private ResultCursor chosen;

  /**
   * Merges.
   *
   * @param cursors one or more; a later one's lines go before an earlier one's
   */
  MergedCursor(List<ResultCursor> cursors) {
    this.cursors = List.copyOf(cursors);
    this.behind = new ArrayList<>(cursors);
    this.chosen = cursors.getFirst();
  }

  @Override
  public boolean next() throws IOException {
    // Those that were at the line just left move on; the others stand at a line that is to come.
    List<ResultCursor> still = new ArrayList<>();
    for (ResultCursor cursor : cursors) {
      if (behind.contains(cursor) ? cursor.next() : ahead.contains(cursor)) {
        still.add(cursor);
      }
    }
    ahead.clear();
    ahead.addAll(still);
    behind.clear();
    if (ahead.isEmpty()) {
      return false;
    }
    long least = ahead.stream().mapToLong(ResultCursor::query).min().getAsLong();
    for (ResultCursor cursor : ahead) {
      if (cursor.query() == least) {
        behind.add(cursor);
        chosen = cursor;
      }
    }
    return true;
  }

  @Override
  public long query() {
    return chosen.query();
  }

  @Override
  public byte[] line() {
    return chosen.line();
  }

  @Override
  public void close() throws IOException {
    for (ResultCursor cursor : cursors) {
      cursor.close();
    }
  }
}
