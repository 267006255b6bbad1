package idunno.node.transfer;

import idunno.core.files.StoredChunk;
import java.util.Optional;

/**
 * Remembers which chunks of an upload are durable, so that one that was broken off goes on from
 * there. Thread-safe.
 */
public interface Memory {
  /** Remembers nothing. */
  Memory NONE =
      new Memory() {
        @Override
        public boolean isEmpty() {
          return true;
        }

        @Override
        public Optional<StoredChunk> recall(int index, int length, int crc32c) {
          return Optional.empty();
        }

        @Override
        public void remember(int index, StoredChunk chunk) {}
      };

  /** Whether nothing is remembered from before: then no checksum need be made to ask by. */
  boolean isEmpty();

  /**
   * A chunk that an earlier try has made durable.
   *
   * @param index its place among the chunks of the upload, from 0
   * @param length how many bytes it has
   * @param crc32c their checksum
   */
  Optional<StoredChunk> recall(int index, int length, int crc32c);

  /** A chunk is durable. */
  void remember(int index, StoredChunk chunk);
}
