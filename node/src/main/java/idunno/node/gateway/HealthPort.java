package idunno.node.gateway;

import idunno.node.api.FsckView;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The store's health, as the gateway needs it. Every method may throw {@link Unavailable}, and
 * {@link IOException} where something else went wrong; each line is passed on as it comes, from one
 * thread at a time.
 */
public interface HealthPort {
  /**
   * Looks at the whole store.
   *
   * @param all whether all versions with trouble are listed, however many
   */
  void fsck(boolean all, Consumer<FsckView> sink) throws IOException, InterruptedException;

  /** Has every node read all of its replicas again, from now on. */
  void startScrub(Consumer<FsckView> sink) throws IOException, InterruptedException;

  /** How far each node is with that. */
  void disks(Consumer<FsckView> sink) throws IOException, InterruptedException;
}
