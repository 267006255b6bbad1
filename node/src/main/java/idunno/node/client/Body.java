package idunno.node.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a request sends. It can be opened once more for each time that the request is repeated. */
interface Body {
  /** Nothing. */
  Body NONE = bytes(new byte[0]);

  /** How many bytes it has, known before it is opened. */
  long lengthBytes();

  /**
   * Its bytes from the first on.
   *
   * @throws IOException if they can't be had on this machine
   */
  InputStream open() throws IOException;

  /** Bytes that are in memory. */
  static Body bytes(byte[] bytes) {
    return new Body() {
      @Override
      public long lengthBytes() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }
}
