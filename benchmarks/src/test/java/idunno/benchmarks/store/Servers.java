package idunno.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The processes of one store, all on this machine; they end with the {@link Arena}. */
interface Servers {
  /** The servers' processes. */
  List<Long> pids();

  /** Processes that work for the client, such as a mount. */
  default List<Long> clientPids() {
    return List.of();
  }

  /** Frees the space of what was deleted, where the store itself takes too long to. */
  default void forget() throws IOException, InterruptedException {}

  /** Where their bytes lie. */
  Path data();
}
