package idunno.node.client;

/** Told as bytes move. Called often, from the thread that moves them: it must be quick. */
@FunctionalInterface
public interface ByteProgress {
  /** Tells nobody. */
  ByteProgress SILENT = (doneBytes, totalBytes) -> {};

  /**
   * Some bytes have moved. A transfer that begins anew at another node counts from 0 again.
   *
   * @param doneBytes how many in all by now
   * @param totalBytes how many there will be; -1 where that isn't known
   */
  void moved(long doneBytes, long totalBytes);
}
