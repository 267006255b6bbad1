package idunno.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;

/** What a client of a store does here; called from several threads. */
interface StoreClient extends AutoCloseable {
  /** Buffers of copies between a store's streams and local files, the same for all. */
  int BUFFER_BYTES = 1 << 20;

  /** Stores a local file under a new name; returns when the store has acknowledged it. */
  void put(Path local, String name) throws IOException;

  /** Fetches a file over its checksums into a new local file. */
  void get(String name, Path local) throws IOException;

  /**
   * Fetches a file over its checksums and throws its bytes away.
   *
   * @throws UnsupportedOperationException if this store's client has no such call
   */
  void drain(String name) throws IOException;

  /** Deletes a file for good, its space too, as soon as the store does so. */
  void delete(String name) throws IOException;

  @Override
  void close() throws IOException;
}
