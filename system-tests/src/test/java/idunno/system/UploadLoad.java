package idunno.system;

import idunno.core.base.Address;
import idunno.core.files.FileName;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.NoAnswer;
import idunno.node.client.Refused;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several clients that put files without a pause, of all sizes: small ones, over and over under a
 * few names, ones of several chunks, and folders. It remembers all that it tried and all that was
 * acknowledged.
 */
final class UploadLoad implements AutoCloseable {
  /** So long that no two contents are the same. */
  private static final int MIN_BYTES = 16;

  private static final int SMALL_CLIENTS = 4;
  private static final int SMALL_NAMES = 10;
  private static final int MAX_SMALL_BYTES = 100_000;
  private static final int MIN_LARGE_BYTES = 9 << 20;
  private static final int MAX_MORE_BYTES = 5 << 20;

  /** How many files each folder has. */
  static final int FOLDER_FILES = 30;

  private static final int MAX_FOLDER_FILE_BYTES = 20_000;

  private final Cluster cluster;
  private final String prefix;
  private final Path scratch;
  private final Queue<Upload> tried = new ConcurrentLinkedQueue<>();
  private final Queue<Upload> acknowledged = new ConcurrentLinkedQueue<>();
  private final AtomicLong newestCallNanos = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong newestAckNanos = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> clients = new ArrayList<>();
  private volatile boolean over;

  /** One upload of one client. */
  private interface Act {
    void act(Client client, Path local, int number) throws IOException;
  }

  /**
   * A load that begins at once.
   *
   * @param prefix the folder that all of it goes to
   */
  UploadLoad(Cluster cluster, String prefix, long seed) throws IOException {
    this.cluster = cluster;
    this.prefix = prefix;
    this.scratch = Files.createDirectories(cluster.scratch().resolve(prefix));
    Random random = new Random(seed);
    for (int i = 0; i < SMALL_CLIENTS; i++) {
      Random own = new Random(random.nextLong());
      String names = prefix + "/small-" + i + "/";
      begin(
          "small-" + i,
          own,
          (client, local, number) ->
              put(
                  client,
                  local,
                  names + number % SMALL_NAMES,
                  MIN_BYTES + own.nextInt(MAX_SMALL_BYTES),
                  own));
    }
    Random large = new Random(random.nextLong());
    begin(
        "large",
        large,
        (client, local, number) ->
            put(
                client,
                local,
                prefix + "/large/" + number,
                MIN_LARGE_BYTES + large.nextInt(MAX_MORE_BYTES),
                large));
    Random folders = new Random(random.nextLong());
    begin("folders", folders, (client, local, number) -> putFolder(client, local, number, folders));
  }

  private void begin(String name, Random random, Act act) {
    clients.add(
        threads.submit(
            () -> {
              List<Address> apis =
                  new ArrayList<>(cluster.machines().stream().map(Machine::api).toList());
              Collections.shuffle(apis, random);
              Client client = Client.connect(apis, Cluster.http());
              for (int number = 0; !over; number++) {
                long called = System.nanoTime();
                try {
                  act.act(client, scratch.resolve(name), number);
                  acknowledge(called);
                } catch (NoAnswer | Refused e) {
                  // Not acknowledged: it may be there or not, and whole if it is.
                }
              }
              return null;
            }));
  }

  private synchronized void acknowledge(long calledNanos) {
    if (calledNanos > newestCallNanos.get()) {
      newestCallNanos.set(calledNanos);
      newestAckNanos.set(System.nanoTime());
    }
  }

  private void put(Client client, Path local, String name, int length, Random random)
      throws IOException {
    Upload upload = new Upload(new FileName(name), 0, random.nextLong(), length);
    tried.add(upload);
    int version = client.put(upload.write(local), upload.name(), ByteProgress.SILENT).version();
    acknowledged.add(upload.as(version));
  }

  private void putFolder(Client client, Path local, int number, Random random) throws IOException {
    FileName folder = new FileName(prefix + "/folder-" + number);
    Path fresh = Files.createDirectories(local.resolve("" + number));
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < FOLDER_FILES; i++) {
      Upload upload =
          new Upload(
              folder.resolve("f" + i),
              0,
              random.nextLong(),
              MIN_BYTES + random.nextInt(MAX_FOLDER_FILE_BYTES));
      uploads.add(upload);
      upload.write(fresh.resolve("f" + i));
    }
    tried.addAll(uploads);
    client.putFolder(fresh, folder, ByteProgress.SILENT);
    uploads.forEach(upload -> acknowledged.add(upload.as(1)));
  }

  /** Everything that was tried so far. */
  List<Upload> tried() {
    return List.copyOf(tried);
  }

  /** Everything that was acknowledged so far. */
  List<Upload> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** When a put was acknowledged that was called after that moment; 0 if none was yet. */
  synchronized long acknowledgedNanosOfCallAfter(long nanos) {
    return newestCallNanos.get() > nanos ? newestAckNanos.get() : 0;
  }

  /** Ends it; what is under way is waited for. */
  void end() throws Exception {
    over = true;
    for (Future<?> client : clients) {
      client.get();
    }
  }

  @Override
  public void close() {
    over = true;
    threads.shutdownNow();
  }
}
