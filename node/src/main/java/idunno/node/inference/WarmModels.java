package idunno.node.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The models that this node holds in memory, each version loaded once. */
public final class WarmModels implements AutoCloseable {
  /** Where a model's files come from. */
  @FunctionalInterface
  public interface Folders {
    /**
     * A local folder with the files of one version of a model; may fetch them first, and block.
     *
     * @throws IOException if they cannot be had now
     */
    Path folder(String model, long version) throws IOException, InterruptedException;
  }

  /**
   * A model that is in memory.
   *
   * @param model its name in the cluster
   * @param version the version of its files
   * @param loadMillis how long fetching its files, loading and the first run took
   */
  public record Held(String model, long version, long loadMillis) {}

  private record Key(String model, long version) {}

  private static final class Entry {
    final ReentrantLock loading = new ReentrantLock();
    volatile @Nullable WarmModel warm;
    volatile long loadMillis;
    boolean dropped; // guarded by loading
  }

  private final Folders folders;
  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Holds no model yet. */
  public WarmModels(Folders folders) {
    this.folders = folders;
  }

  /**
   * The model, loaded if it is not there. While one thread loads it, others that ask for it wait;
   * if the load fails, its error goes to the thread that tried, and the next one tries again.
   *
   * @throws UnfitModel if its files do not fit together
   * @throws IOException if its files cannot be had or read
   * @throws IllegalStateException if this is closed
   */
  public WarmModel get(String model, long version)
      throws UnfitModel, IOException, InterruptedException {
    Key key = new Key(model, version);
    while (true) {
      Entry entry = entries.computeIfAbsent(key, _ -> new Entry());
      @Nullable WarmModel ready = entry.warm;
      if (ready != null) {
        return ready;
      }
      entry.loading.lockInterruptibly();
      try {
        if (entry.dropped) {
          continue; // dropped while this thread waited: begin anew
        }
        if (closed) { // asked under the lock: an entry that passes is one that close() will find
          entries.remove(key, entry);
          throw new IllegalStateException("model " + model + ": this node is shutting down");
        }
        ready = entry.warm;
        if (ready == null) {
          long started = System.nanoTime();
          ready = WarmModel.open(folders.folder(model, version));
          entry.loadMillis = (System.nanoTime() - started) / 1_000_000;
          entry.warm = ready;
        }
        return ready;
      } finally {
        entry.loading.unlock();
      }
    }
  }

  /** The models in memory, by name and version; one that is still loading is not among them. */
  public List<Held> held() {
    List<Held> held = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.warm != null) {
            held.add(new Held(key.model(), key.version(), entry.loadMillis));
          }
        });
    held.sort(Comparator.comparing(Held::model).thenComparingLong(Held::version));
    return held;
  }

  /** Gives a model's memory back, once no batch uses it; nothing happens if it is not there. */
  public void drop(String model, long version) {
    Key key = new Key(model, version);
    @Nullable Entry entry = entries.get(key);
    if (entry != null) {
      drop(key, entry);
    }
  }

  private void drop(Key key, Entry entry) {
    @Nullable WarmModel warm;
    entry.loading.lock();
    try {
      entry.dropped = true;
      entries.remove(key, entry);
      warm = entry.warm;
      entry.warm = null;
    } finally {
      entry.loading.unlock();
    }
    if (warm != null) {
      warm.close();
    }
  }

  /** Drops every model, waiting for the batches that use them and the loads in progress. */
  @Override
  public void close() {
    closed = true;
    // A thread may add an entry that fails the check in get() and removes it: look until none.
    while (!entries.isEmpty()) {
      entries.forEach(this::drop);
    }
  }
}
