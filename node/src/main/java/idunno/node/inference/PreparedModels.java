package idunno.node.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.node.natives.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Networks prepared once for all processes of this user on this machine: optimised, and their
 * weights laid out as this processor's kernels want them, in a file that each process maps. So the
 * machine holds these weights once, however many nodes run on it.
 *
 * <p>Each has a folder, named by the network's SHA-256 and by what the layout depends on ({@link
 * Kernels}). It is made beside its place, read once through, forced to the disk and then renamed:
 * what has the name is whole. Everything here happens under one lock between the processes, so one
 * of them prepares a network and the others wait for it; and since ONNX Runtime lays the weights
 * out once more while it opens them, only to find that they are there, only one process of the
 * machine at a time pays for that.
 *
 * <p>A network that is in use is held by a shared lock and never swept.
 */
final class PreparedModels {
  private static final System.Logger LOG = System.getLogger(PreparedModels.class.getName());
  private static final String LOCK = "lock";
  private static final String LOCK_SUFFIX = ".lock";
  private static final String PART = "part-";

  /** The network is written twice, as it was and laid out. */
  private static final long DISK_PER_NETWORK_BYTE = 2;

  private static final long SPARE_DISK_BYTES = 256L << 20;

  /**
   * What is kept.
   *
   * @param minNetworkBytes smaller networks are not worth a file of their own
   * @param maxBytes the most that all of them may take on the disk
   * @param unused how long one is kept that nobody opens
   * @param lockWithin how long to wait for other processes; one of them may be preparing
   */
  record Rules(long minNetworkBytes, long maxBytes, Duration unused, Duration lockWithin) {
    static final Rules DEFAULT =
        new Rules(1L << 20, 20L << 30, Duration.ofDays(30), Duration.ofSeconds(90));
  }

  /**
   * An open network.
   *
   * @param session the session, whose weights are mapped
   * @param networkBytes the length of the ONNX file that it was made of
   * @param hold to be closed after the session
   */
  record Opened(OrtSession session, long networkBytes, MachineLock hold) {}

  /** Says what a session makes of a picture, to compare sessions by. */
  interface Sample {
    float[] of(OrtSession session) throws OrtException;
  }

  private final Path folder;
  private final Rules rules;

  /**
   * Opens the folder, or makes it.
   *
   * @throws IOException if it can't be made, or others than its owner can write to it
   */
  PreparedModels(Path folder, Rules rules) throws IOException {
    this.folder = folder;
    this.rules = rules;
    CacheFolder.makePrivate(folder);
    CacheFolder.checkPrivate(folder);
  }

  private Path entry(String sha256) {
    return folder.resolve(sha256 + "-" + Kernels.name());
  }

  /** Whether a network of that length is worth the trouble. */
  boolean isFor(long networkBytes) {
    return networkBytes >= rules.minNetworkBytes();
  }

  /** Whether there is one, not whether it is whole. */
  boolean has(String sha256) {
    return Files.isDirectory(entry(sha256));
  }

  /**
   * The length of the ONNX file that one was made of.
   *
   * @throws IOException if there is none
   */
  long networkBytes(String sha256) throws IOException {
    return PreparedFiles.listed(entry(sha256)).networkBytes();
  }

  /**
   * Opens a network, preparing it first if nobody has.
   *
   * @param network the ONNX file; null if it is no longer at hand
   * @param sha256 its checksum, in hexadecimal digits
   * @param sample what both forms are asked before the prepared one is trusted
   * @throws NotPrepared if it can't be had, saying why
   */
  Opened open(@Nullable Path network, String sha256, Sample sample) throws NotPrepared {
    try {
      try (MachineLock _ = MachineLock.exclusive(folder.resolve(LOCK), rules.lockWithin())) {
        Path entry = entry(sha256);
        PreparedFiles files = whole(entry, network, sample);
        MachineLock hold = MachineLock.shared(lockOf(entry));
        @Nullable OrtSession session = null;
        try {
          session = Sessions.saved(entry.resolve(PreparedFiles.NETWORK));
          Files.setLastModifiedTime(
              entry.resolve(PreparedFiles.LIST), FileTime.fromMillis(System.currentTimeMillis()));
          sweepQuietly();
          return new Opened(session, files.networkBytes(), hold);
        } catch (OrtException | IOException e) {
          if (session != null) {
            Sessions.close(session);
          }
          hold.close();
          throw e;
        }
      }
    } catch (IOException | OrtException e) {
      throw new NotPrepared(String.valueOf(e.getMessage()), e);
    }
  }

  private PreparedFiles whole(Path entry, @Nullable Path network, Sample sample)
      throws IOException, NotPrepared, OrtException {
    if (Files.isDirectory(entry)) {
      try {
        return PreparedFiles.check(entry);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "{0}; it is made anew", e.getMessage());
        discard(entry);
      }
    }
    if (network == null) {
      throw new NotPrepared("its prepared form is gone, and its network not at hand");
    }
    prepare(network, entry, sample);
    return PreparedFiles.check(entry);
  }

  private void prepare(Path network, Path entry, Sample sample)
      throws IOException, NotPrepared, OrtException {
    long bytes = Files.size(network);
    long needed = bytes * DISK_PER_NETWORK_BYTE + SPARE_DISK_BYTES;
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw new NotPrepared(
          "%s: expected %d bytes free on the disk to prepare it, found %d"
              .formatted(folder, needed, free));
    }
    Path part = folder.resolve(PART + UUID.randomUUID());
    CacheFolder.makePrivate(part);
    try {
      Path optimised = part.resolve(PreparedFiles.NETWORK);
      float[] plain;
      OrtSession saving = Sessions.onCpuSaving(network, optimised, PreparedFiles.WEIGHTS);
      try {
        plain = sample.of(saving);
      } finally {
        Sessions.close(saving);
      }
      Alignment.check(optimised);
      OrtSession saved = Sessions.saved(optimised);
      try {
        compare(plain, sample.of(saved));
      } finally {
        Sessions.close(saved);
      }
      PreparedFiles.seal(part, bytes);
      protect(part);
      Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      discard(part);
    }
  }

  /** Nodes that prepare and nodes that don't must give the same results, to the last bit. */
  private static void compare(float[] plain, float[] prepared) throws NotPrepared {
    for (int i = 0; i < plain.length; i++) {
      if (Float.floatToRawIntBits(plain[i]) != Float.floatToRawIntBits(prepared[i])) {
        throw new NotPrepared(
            "prepared it would give other results: output %d is %s instead of %s"
                .formatted(i, prepared[i], plain[i]));
      }
    }
  }

  private static void protect(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      for (String name : List.of(PreparedFiles.NETWORK, PreparedFiles.WEIGHTS)) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        }
      }
    }
  }

  /**
   * Deletes what nobody has opened for long, then the longest unused until the rest is within the
   * bound, and what a process that died in the middle has left. What is in use stays.
   *
   * @param nowMs milliseconds since 1970
   * @throws IOException if the lock can't be had
   */
  void sweep(long nowMs) throws IOException {
    try (MachineLock _ = MachineLock.exclusive(folder.resolve(LOCK), rules.lockWithin())) {
      sweepHolding(nowMs);
    }
  }

  /** What can't be deleted now is no reason not to use what is here. */
  private void sweepQuietly() {
    try {
      sweepHolding(System.currentTimeMillis());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "prepared networks are not swept: {0}", e.toString());
    }
  }

  private record Kept(Path entry, long bytes, long usedMs) {}

  private void sweepHolding(long nowMs) throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.filter(Files::isDirectory).toList()) {
        if (entry.getFileName().toString().startsWith(PART)) {
          discard(entry); // whoever made it would have the lock
        } else {
          Path list = entry.resolve(PreparedFiles.LIST);
          long usedMs = Files.exists(list) ? Files.getLastModifiedTime(list).toMillis() : 0;
          kept.add(new Kept(entry, sizeOf(entry), usedMs));
        }
      }
    }
    kept.sort(Comparator.comparingLong(Kept::usedMs));
    long total = kept.stream().mapToLong(Kept::bytes).sum();
    for (Kept one : kept) {
      boolean stale = nowMs - one.usedMs() > rules.unused().toMillis();
      if ((stale || total > rules.maxBytes()) && MachineLock.isFree(lockOf(one.entry()))) {
        discard(one.entry());
        total -= one.bytes();
      }
    }
  }

  private static Path lockOf(Path entry) {
    return entry.resolveSibling(entry.getFileName() + LOCK_SUFFIX);
  }

  private static long sizeOf(Path entry) throws IOException {
    try (Stream<Path> files = Files.list(entry)) {
      return files
          .mapToLong(
              file -> {
                try {
                  return Files.size(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void discard(Path entry) throws IOException {
    if (!Files.isDirectory(entry)) {
      return;
    }
    try (Stream<Path> files = Files.list(entry)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(entry);
    Files.deleteIfExists(lockOf(entry));
  }
}
