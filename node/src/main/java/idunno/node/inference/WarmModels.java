package idunno.node.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The models that this node holds in memory, each version loaded once, together within a limit.
 *
 * <p>To make room for one, those are given up that were used longest ago; never one that a batch is
 * using, nor the one that was asked for last. So the limit is passed while all that is held is in
 * use, and by a model that is larger than it; both are told.
 */
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
   * @param loadMillis how long fetching its files, loading and the first runs took
   * @param bytes what it takes in memory; see {@link WarmModel#bytes}
   * @param shared whether its weights are shared with other processes of this machine
   * @param device what runs it
   * @param users how many batches use it now
   * @param lastUsedMs when it was last asked for, milliseconds since 1970
   */
  public record Held(
      String model,
      long version,
      long loadMillis,
      long bytes,
      boolean shared,
      String device,
      int users,
      long lastUsedMs) {}

  /** A model that stays in memory until this is closed. */
  public final class Use implements AutoCloseable {
    private final Entry entry;
    private final WarmModel model;
    private boolean over;

    private Use(Entry entry, WarmModel model) {
      this.entry = entry;
      this.model = model;
    }

    /** The model. */
    public WarmModel model() {
      return model;
    }

    @Override
    public void close() {
      if (!over) {
        over = true;
        release(entry);
      }
    }
  }

  private record Key(String model, long version) {}

  private static final class Entry {
    final ReentrantLock loading = new ReentrantLock();
    // All of these guarded by books; warm is set once, under loading too.
    @Nullable WarmModel warm;
    long loadMillis;
    int users;
    long turn;
    long lastUsedMs;
    boolean dropped;
  }

  private final Folders folders;
  private final ModelOpener opener;
  private final long limitBytes;
  private final Consumer<MemoryEvent> told;
  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();
  private final ReentrantLock books = new ReentrantLock();
  private long turns; // guarded by books
  private boolean over; // guarded by books: whether that was told
  private volatile boolean closed;

  /** Holds no model yet, and as many as there are; each process has weights of its own. */
  public WarmModels(Folders folders) {
    this(folders, ModelOpener.plain(), Long.MAX_VALUE, _ -> {});
  }

  /**
   * Holds no model yet.
   *
   * @param opener how models are opened
   * @param limitBytes the most memory that they may take together
   * @param told is told what happens, by whichever thread makes it happen
   */
  public WarmModels(
      Folders folders, ModelOpener opener, long limitBytes, Consumer<MemoryEvent> told) {
    this.folders = folders;
    this.opener = opener;
    this.limitBytes = limitBytes;
    this.told = told;
  }

  /**
   * The model, loaded if it is not there. While one thread loads it, others that ask for it wait;
   * if the load fails, its error goes to the thread that tried, and the next one tries again.
   *
   * <p>It may be given up at any time: whoever runs it asks for {@link #use} instead.
   *
   * @throws UnfitModel if its files do not fit together
   * @throws IOException if its files cannot be had or read
   * @throws IllegalStateException if this is closed
   */
  public WarmModel get(String model, long version)
      throws UnfitModel, IOException, InterruptedException {
    try (Use use = use(model, version)) {
      return use.model();
    }
  }

  /** The same, and it stays until the use is closed, unless it is dropped by name. */
  public Use use(String model, long version) throws UnfitModel, IOException, InterruptedException {
    Key key = new Key(model, version);
    while (true) {
      Entry entry = entries.computeIfAbsent(key, _ -> new Entry());
      @Nullable Use ready = take(entry);
      if (ready != null) {
        return ready;
      }
      entry.loading.lockInterruptibly();
      try {
        if (closed) { // asked under the lock: an entry that passes is one that close() will find
          entries.remove(key, entry);
          throw new IllegalStateException("model " + model + ": this node is shutting down");
        }
        ready = take(entry);
        if (ready != null) {
          return ready;
        }
        if (!isDropped(entry)) {
          return load(key, entry);
        }
        // Dropped while this thread waited: begin anew.
      } finally {
        entry.loading.unlock();
      }
    }
  }

  private boolean isDropped(Entry entry) {
    books.lock();
    try {
      return entry.dropped;
    } finally {
      books.unlock();
    }
  }

  private @Nullable Use take(Entry entry) {
    books.lock();
    try {
      WarmModel warm = entry.warm;
      if (warm == null || entry.dropped) {
        return null;
      }
      entry.users++;
      touch(entry);
      return new Use(entry, warm);
    } finally {
      books.unlock();
    }
  }

  private void touch(Entry entry) {
    entry.turn = ++turns;
    entry.lastUsedMs = System.currentTimeMillis();
  }

  private Use load(Key key, Entry entry) throws UnfitModel, IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    Path folder = folders.folder(key.model(), key.version());
    makeRoom(opener.expectedBytes(folder));
    WarmModel warm = opener.open(folder);
    Held held;
    books.lock();
    try {
      entry.warm = warm;
      entry.loadMillis = (System.nanoTime() - startedNanos) / 1_000_000;
      entry.users++;
      touch(entry);
      held = held(key, entry, warm);
    } finally {
      books.unlock();
    }
    told.accept(new MemoryEvent.Warmed(held));
    makeRoom(0);
    return new Use(entry, warm);
  }

  private void release(Entry entry) {
    books.lock();
    try {
      entry.users--;
    } finally {
      books.unlock();
    }
    makeRoom(0);
  }

  /** Gives up models until as much can be added, or no more can be given up. */
  private void makeRoom(long neededBytes) {
    while (true) {
      @Nullable WarmModel victim = null;
      MemoryEvent event;
      books.lock();
      try {
        long heldBytes = 0;
        for (Entry entry : entries.values()) {
          heldBytes += entry.warm == null ? 0 : entry.warm.bytes();
        }
        if (heldBytes + neededBytes <= limitBytes) {
          over = false;
          return;
        }
        Map.@Nullable Entry<Key, Entry> oldest = oldestIdle(neededBytes == 0);
        if (oldest == null && over) {
          return;
        }
        over = oldest == null;
        if (oldest == null) {
          event = new MemoryEvent.OverLimit(heldBytes + neededBytes, limitBytes);
        } else {
          Entry entry = oldest.getValue();
          victim = entry.warm;
          event =
              new MemoryEvent.Evicted(
                  held(oldest.getKey(), entry, Objects.requireNonNull(victim)),
                  heldBytes,
                  limitBytes);
          entry.dropped = true;
          entry.warm = null;
          entries.remove(oldest.getKey(), entry);
        }
      } finally {
        books.unlock();
      }
      if (victim != null) {
        victim.close();
      }
      told.accept(event);
      if (victim == null) {
        return;
      }
    }
  }

  /** The model used longest ago that no batch uses now. */
  private Map.@Nullable Entry<Key, Entry> oldestIdle(boolean sparingTheNewest) {
    Map.@Nullable Entry<Key, Entry> oldest = null;
    for (Map.Entry<Key, Entry> one : entries.entrySet()) {
      Entry entry = one.getValue();
      boolean may =
          entry.warm != null && entry.users == 0 && !(sparingTheNewest && entry.turn == turns);
      if (may && (oldest == null || entry.turn < oldest.getValue().turn)) {
        oldest = one;
      }
    }
    return oldest;
  }

  private static Held held(Key key, Entry entry, WarmModel warm) {
    return new Held(
        key.model(),
        key.version(),
        entry.loadMillis,
        warm.bytes(),
        warm.sharedAs().isPresent(),
        warm.device().toString(),
        entry.users,
        entry.lastUsedMs);
  }

  /** The models in memory, by name and version; one that is still loading is not among them. */
  public List<Held> held() {
    List<Held> held = new ArrayList<>();
    books.lock();
    try {
      entries.forEach(
          (key, entry) -> {
            WarmModel warm = entry.warm;
            if (warm != null) {
              held.add(held(key, entry, warm));
            }
          });
    } finally {
      books.unlock();
    }
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
      books.lock();
      try {
        entry.dropped = true;
        entries.remove(key, entry);
        warm = entry.warm;
        entry.warm = null;
      } finally {
        books.unlock();
      }
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
    // A thread may add an entry that fails the check in use() and removes it: look until none.
    while (!entries.isEmpty()) {
      entries.forEach(this::drop);
    }
  }
}
