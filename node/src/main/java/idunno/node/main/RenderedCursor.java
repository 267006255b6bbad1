package idunno.node.main;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** Lines that are rendered a batch at a time, so that no more are in memory. */
final class RenderedCursor<T> implements ResultCursor {
  private final Iterator<T> groups;
  private final Rendering<T> rendering;
  private Iterator<Line> lines = List.<Line>of().iterator();
  private Line line = new Line(-1, new byte[0]);

  /** One line. */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Line(long query, byte[] bytes) {}

  /** Renders the lines of one group, in the order of their queries. */
  @FunctionalInterface
  interface Rendering<T> {
    List<Line> render(T group) throws IOException;
  }

  RenderedCursor(List<T> groups, Rendering<T> rendering) {
    this.groups = groups.iterator();
    this.rendering = rendering;
  }

  @Override
  public boolean next() throws IOException {
    while (!lines.hasNext()) {
      if (!groups.hasNext()) {
        return false;
      }
      lines = rendering.render(groups.next()).iterator();
    }
    line = lines.next();
    return true;
  }

  @Override
  public long query() {
    return line.query();
  }

  @Override
  public byte[] line() {
    return line.bytes();
  }

  @Override
  public void close() {}
}
