package idunno.benchmarks.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/** Measures the machine itself, in turn with the stores. */
final class Limits {
  private static final int BLOCK_BYTES = 4 << 20;
  private static final int WIRE_BYTES = 1 << 20;

  /** What is written at once: far larger writes are slower where memory is a virtual machine's. */
  private static final int WRITE_BYTES = 64 << 10;

  private final Path folder;
  private final Workload load;
  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
  private final Map<Limit, List<Double>> figures = new EnumMap<>(Limit.class);

  /** Writes below that folder, which is on the disk in question. */
  Limits(Path folder, Workload load) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.load = load;
    byte[] random = new byte[BLOCK_BYTES];
    new SplittableRandom(2).nextBytes(random);
    block.put(random).flip();
  }

  /** Part of a measurement; several run at once. */
  private interface Share {
    void run(int number) throws IOException;
  }

  /** Something that takes a while. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** Of all rounds that count. */
  List<Double> figures(Limit limit) {
    return List.copyOf(figures.getOrDefault(limit, List.of()));
  }

  /** Measures everything once, in an order that chance gives. */
  void turn(Arena arena, Random order, boolean counts) throws IOException, InterruptedException {
    double megabytes = load.largeBytes() / 1e6;
    List<Limit> shuffled = new ArrayList<>(List.of(Limit.values()));
    Collections.shuffle(shuffled, order);
    for (Limit limit : shuffled) {
      arena.prime();
      double perSecond =
          switch (limit) {
            case PLAIN -> megabytes / seconds(() -> writeCopies(false, false));
            case SYNCED -> megabytes / seconds(() -> writeCopies(false, true));
            case SYNCED_OFTEN -> megabytes / seconds(() -> writeCopies(true, true));
            case FILES_PLAIN -> load.files() / seconds(() -> writeFiles(false));
            case FILES_SYNCED -> load.files() / seconds(() -> writeFiles(true));
            case LOG_SYNCED -> load.files() / seconds(() -> appendFiles(false));
            case LOG_GROUPED -> load.files() / seconds(() -> appendFiles(true));
            case CACHE -> readFromCache(megabytes);
            case LOOPBACK -> megabytes / seconds(this::sendToMyself);
            case CRC -> megabytes / seconds(this::checksum);
            case CALIBRATION -> Calibration.perSecond();
          };
      System.out.printf("  %-20s %-13s %8.1f a second%n", "the machine", limit, perSecond);
      if (counts) {
        figures.computeIfAbsent(limit, any -> new ArrayList<>()).add(perSecond);
      }
      clear();
    }
  }

  private static double seconds(Work work) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    work.run();
    return (System.nanoTime() - begun) / 1e9;
  }

  private void clear() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void inParallel(int shares, Share share) throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(shares)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < shares; i++) {
        int number = i;
        running.add(
            threads.submit(
                () -> {
                  share.run(number);
                  return true;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private FileChannel create(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private void writeCopies(boolean syncEachBlock, boolean syncAtEnd)
      throws IOException, InterruptedException {
    inParallel(
        Workload.COPIES,
        number -> {
          try (FileChannel file = create("copy-" + number)) {
            for (long left = load.largeBytes(); left > 0; left -= BLOCK_BYTES) {
              write(file, Math.toIntExact(Math.min(left, BLOCK_BYTES)));
              if (syncEachBlock) {
                file.force(false);
              }
            }
            if (syncAtEnd) {
              file.force(false);
            }
          }
        });
  }

  private void write(FileChannel file, int bytes) throws IOException {
    ByteBuffer part = block.slice(0, bytes);
    while (part.hasRemaining()) {
      int size = Math.min(part.remaining(), WRITE_BYTES);
      part.position(part.position() + file.write(part.slice(part.position(), size)));
    }
  }

  private void writeFiles(boolean syncs) throws IOException, InterruptedException {
    inParallel(
        load.threads(),
        first -> {
          for (int number = first; number < load.files(); number += load.threads()) {
            for (int copy = 0; copy < Workload.COPIES; copy++) {
              try (FileChannel file = create("file-" + number + "-" + copy)) {
                write(file, load.fileBytes());
                if (syncs) {
                  file.force(false);
                }
              }
            }
          }
        });
  }

  /** A file is appended to its four logs at once, as four machines would do it. */
  private void appendFiles(boolean shares) throws IOException, InterruptedException {
    List<GroupLog> logs = new ArrayList<>();
    try (ExecutorService appenders = Executors.newCachedThreadPool()) {
      for (int copy = 0; copy < Workload.COPIES; copy++) {
        logs.add(new GroupLog(folder.resolve("log-" + copy), shares));
      }
      inParallel(
          load.threads(),
          first -> {
            for (int number = first; number < load.files(); number += load.threads()) {
              appendToAll(logs, appenders);
            }
          });
    } finally {
      for (GroupLog log : logs) {
        log.close();
      }
    }
  }

  private void appendToAll(List<GroupLog> logs, ExecutorService appenders) throws IOException {
    List<Future<?>> running = new ArrayList<>();
    for (GroupLog log : logs) {
      running.add(
          appenders.submit(
              () -> {
                log.append(block.slice(0, load.fileBytes()));
                return true;
              }));
    }
    try {
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private double readFromCache(double megabytes) throws IOException, InterruptedException {
    try (FileChannel file = create("cached")) {
      for (long left = load.largeBytes(); left > 0; left -= BLOCK_BYTES) {
        write(file, Math.toIntExact(Math.min(left, BLOCK_BYTES)));
      }
      ByteBuffer buffer = ByteBuffer.allocateDirect(WIRE_BYTES);
      return megabytes
          / seconds(
              () -> {
                file.position(0);
                while (file.read(buffer.clear()) >= 0) {
                  // The bytes are wanted nowhere.
                }
              });
    }
  }

  private void sendToMyself() throws IOException, InterruptedException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      inParallel(
          2,
          number -> {
            if (number == 0) {
              send(SocketChannel.open(server.getLocalAddress()));
            } else {
              receive(server.accept());
            }
          });
    }
  }

  private void send(SocketChannel to) throws IOException {
    try (to) {
      for (long left = load.largeBytes(); left > 0; left -= WIRE_BYTES) {
        ByteBuffer part = block.slice(0, Math.toIntExact(Math.min(left, WIRE_BYTES)));
        while (part.hasRemaining()) {
          to.write(part);
        }
      }
    }
  }

  private static void receive(SocketChannel from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(WIRE_BYTES);
    try (from) {
      while (from.read(buffer.clear()) >= 0) {
        // The bytes are wanted nowhere.
      }
    }
  }

  private void checksum() {
    CRC32C crc = new CRC32C();
    for (long left = load.largeBytes(); left > 0; left -= BLOCK_BYTES) {
      crc.update(block.slice(0, Math.toIntExact(Math.min(left, BLOCK_BYTES))));
    }
    if (crc.getValue() < 0) {
      throw new IllegalStateException("not reached: the sum must be used");
    }
  }
}
