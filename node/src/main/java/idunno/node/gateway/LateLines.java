package idunno.node.gateway;

import java.io.IOException;
import java.io.OutputStream;

/** Begins the answer with its first byte, so that an error before it can still be told. */
final class LateLines extends OutputStream {
  private final Exchange exchange;
  private OutputStream out = OutputStream.nullOutputStream();
  private boolean begun;

  LateLines(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    begin();
    out.write(bytes, offset, length);
  }

  @Override
  public void flush() throws IOException {
    begin();
    out.flush();
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      out = exchange.lines();
    }
  }
}
