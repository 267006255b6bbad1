package idunno.node.main;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cursors one behind the other, each opened when the one before it is at its end. */
final class ChainedCursor implements ResultCursor {
  private final Iterator<Opening> rest;
  private @Nullable ResultCursor current;

  /** Opens a cursor. */
  @FunctionalInterface
  interface Opening {
    ResultCursor open() throws IOException;
  }

  ChainedCursor(List<Opening> parts) {
    this.rest = List.copyOf(parts).iterator();
  }

  @Override
  public boolean next() throws IOException {
    while (current == null || !current.next()) {
      close();
      if (!rest.hasNext()) {
        return false;
      }
      current = rest.next().open();
    }
    return true;
  }

  private ResultCursor current() {
    if (current == null) {
      throw new IllegalStateException("results: at no line");
    }
    return current;
  }

  @Override
  public long query() {
    return current().query();
  }

  @Override
  public byte[] line() {
    return current().line();
  }

  @Override
  public void close() throws IOException {
    ResultCursor was = current;
    current = null;
    if (was != null) {
      was.close();
    }
  }
}
