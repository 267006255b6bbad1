package idunno.node.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** The bytes behind a message, wherever they are. */
public sealed interface Body {
  /** How many bytes there are. */
  int length();

  /** Gives back what it holds, once it was sent or is not wanted any more. */
  default void release() throws IOException {}

  /** In memory, from the buffer's position to its limit; left as they are. */
  record InMemory(ByteBuffer bytes) implements Body {
    @Override
    public int length() {
      return bytes.remaining();
    }
  }

  /**
   * In a file: they go from the disk's cache to the network without passing through this process's
   * memory.
   *
   * @param file closed when the body is released
   * @param offset where they begin
   * @param length how many there are
   */
  record InFile(FileChannel file, long offset, int length) implements Body {
    @Override
    public void release() throws IOException {
      file.close();
    }
  }

  /** In stretches of files, one behind the other; several may be of the same file. */
  record InFiles(List<InFile> parts) implements Body {
    /** Keeps its own copy of the list. */
    public InFiles {
      parts = List.copyOf(parts);
    }

    @Override
    public int length() {
      return parts.stream().mapToInt(InFile::length).sum();
    }

    @Override
    public void release() throws IOException {
      for (InFile part : parts) {
        part.release();
      }
    }
  }
}
