package idunno.node.convert.torch;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A row of numbers somewhere in a file, of which tensors are views; not read before it is needed.
 *
 * @param type the numbers' type
 * @param numbers how many there are; whoever makes a storage has checked that the file has as many
 * @param source where their bytes are
 */
record Storage(ElementType type, long numbers, Source source) {
  /** Reads a part of the storage. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads bytes.
     *
     * @param from the index of the first byte, counted from the storage's beginning
     * @param into is filled
     * @throws IOException if they can't be read
     */
    void read(long from, byte[] into) throws IOException;
  }

  /** A part of a file, from this position on. */
  static Source part(FileChannel file, long position) {
    return (from, into) -> {
      ByteBuffer buffer = ByteBuffer.wrap(into);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, position + from + buffer.position()) < 0) {
          throw new EOFException("the file has become shorter while it was read");
        }
      }
    };
  }

  /** How many bytes the storage has. */
  long bytes() {
    return numbers * type.bytes;
  }
}
