package idunno.node.client;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.node.api.DataViews.CommitAsk;
import idunno.node.api.DataViews.CommittedView;
import idunno.node.api.Views;
import idunno.node.client.Packed.Small;
import idunno.node.codec.Codec;
import idunno.node.transfer.ChunkWriter;
import idunno.node.transfer.Holders;
import idunno.node.transfer.Memory;
import idunno.node.transfer.TooFewReplicas;
import idunno.node.transfer.Upload;
import idunno.node.transport.Buffers;
import idunno.node.wire.PeerReply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Files up, straight to the nodes that shall hold them; the cluster is told when they are durable.
 * Small files that several threads put at once go together.
 */
final class DirectUploads {
  /** What is shorter goes together with others. */
  private static final int SMALL_BYTES = 1 << 20;

  /** What is shorter is sent anew as fast as it is looked up. */
  private static final long MIN_JOURNAL_BYTES = 64L << 20;

  private static final int MAX_TOGETHER = 64;

  /** A part of what a put takes, that of many as that of one. */
  private static final Duration COMPANY = Duration.ofMillis(2);

  /** How long a node may be silent while it commits: it asks all holders first. */
  private static final long COMMIT_MS = 60_000;

  private final Calls calls;
  private final DataNodes nodes;
  private final ChunkWriter writer;
  private final Holders holders;
  private final Buffers buffers;
  private final Together<Small, Done> small;
  private final Path journals;

  /** A file that is visible. */
  private record Done(int version, NewFile file, int replicas) {}

  /**
   * Uploads to those nodes.
   *
   * @param journals the folder in which it is remembered what long uploads have made durable
   */
  DirectUploads(Calls calls, DataNodes nodes, Buffers buffers, Path journals) {
    this.calls = calls;
    this.journals = journals;
    this.nodes = nodes;
    this.writer = new ChunkWriter(nodes);
    this.holders = new Holders(nodes);
    this.buffers = buffers;
    this.small = new Together<>(MAX_TOGETHER, COMPANY, this::putTogether);
  }

  /** Uploads one file. */
  Views.PutView put(Path local, FileName name, Optional<Integer> onlyOver, ByteProgress progress)
      throws IOException {
    long startedNanos = System.nanoTime();
    long length = LocalSource.lengthOf(local);
    Done done;
    try {
      done =
          length <= SMALL_BYTES && onlyOver.isEmpty()
              ? small.ask(new Small(name, whole(local, length, progress)))
              : putAlone(local, name, onlyOver, length, progress);
    } catch (TooFewReplicas e) {
      throw e.andNothingWasCommitted();
    }
    return new Views.PutView(
        name,
        done.version(),
        done.file().length(),
        HexFormat.of().toHexDigits(done.file().crc32c()),
        done.replicas(),
        msSince(startedNanos));
  }

  private static ByteBuffer whole(Path local, long length, ByteProgress progress)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) length + 1);
    try (LocalSource source = source(local, length, progress)) {
      while (source.read(bytes) >= 0) {
        // The source tells if there is less or more than there was.
      }
    }
    return bytes.flip();
  }

  private static LocalSource source(Path local, long length, ByteProgress progress)
      throws LocalFailure {
    long[] done = new long[1];
    return new LocalSource(
        local,
        length,
        bytes -> {
          done[0] += bytes;
          progress.moved(done[0], length);
        });
  }

  private Done putAlone(
      Path local, FileName name, Optional<Integer> onlyOver, long length, ByteProgress progress)
      throws IOException {
    String what = "%s to %s".formatted(stamp(local, length), name);
    try (Kept kept = kept(length, what);
        Upload upload = new Upload(writer, holders, buffers, kept.memory(), length);
        LocalSource source = source(local, length, progress)) {
      upload.add(name, source);
      Done done = committed(upload.finish().onlyOver(onlyOver), Optional.empty()).getFirst();
      kept.forget();
      return done;
    }
  }

  /** What tells a file from what it is after a change. */
  private static String stamp(Path local, long length) throws LocalFailure {
    try {
      return "%s %d %d"
          .formatted(
              local.toAbsolutePath().normalize(),
              length,
              Files.getLastModifiedTime(local).toMillis());
    } catch (IOException e) {
      throw new LocalFailure(local + " can't be read: " + e, e);
    }
  }

  /** The journal of an upload that is long enough to have one. */
  private record Kept(Optional<Journal> journal) implements AutoCloseable {
    Memory memory() {
      return journal.isPresent() ? journal.get() : Memory.NONE;
    }

    void forget() {
      journal.ifPresent(Journal::forget);
    }

    @Override
    public void close() {
      journal.ifPresent(Journal::close);
    }
  }

  private Kept kept(long length, String upload) {
    return new Kept(
        length < MIN_JOURNAL_BYTES
            ? Optional.empty()
            : Optional.of(new Journal(journals, nodes.cluster() + " " + upload)));
  }

  private List<Done> putTogether(List<Small> files) throws IOException {
    long length = files.stream().mapToLong(file -> file.bytes().remaining()).sum();
    RequestId id = calls.newRequest();
    if (length > 0 && length <= Upload.CHUNK_BYTES) {
      try {
        return putPacked(id, Packed.of(files, buffers));
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        // The long way finds out what is wrong, or whether it was done: it is the same request.
      }
    }
    try (Upload upload = new Upload(writer, holders, buffers, Memory.NONE, length)) {
      for (Small file : files) {
        upload.add(file.name(), new InMemory(file.bytes().duplicate()));
      }
      return committed(id, upload.finish(), Optional.empty());
    }
  }

  private List<Done> putPacked(RequestId id, Packed packed) throws IOException {
    try {
      PeerReply.FilesPut put = nodes.putFiles(id, packed);
      return done(packed.files(), put.versions(), put.replicas());
    } finally {
      buffers.give(packed.bytes());
    }
  }

  private static List<Done> done(List<NewFile> files, List<Integer> versions, int replicas) {
    List<Done> done = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      done.add(new Done(versions.get(i), files.get(i), replicas));
    }
    return done;
  }

  private List<Done> committed(Upload.Ready ready, Optional<FileName> folder) throws IOException {
    return committed(calls.newRequest(), ready, folder);
  }

  private List<Done> committed(RequestId id, Upload.Ready ready, Optional<FileName> folder)
      throws IOException {
    byte[] body = Codec.json().encode(new CommitAsk(ready.files(), ready.chunks(), folder));
    CommittedView view =
        calls.ask(
            Ask.change("POST", "/v1/commits", Body.bytes(body), COMMIT_MS),
            id,
            (response, in) -> Whole.decode(in, CommittedView.class));
    return done(ready.files(), view.versions(), view.replicas());
  }

  /** Uploads all files below a folder; they become visible together, in groups of 2,000. */
  Views.FolderPutView putFolder(Path folder, FileName into, ByteProgress progress)
      throws IOException {
    long startedNanos = System.nanoTime();
    List<LocalFolder.Entry> entries = LocalFolder.entries(folder, into);
    long total = entries.stream().mapToLong(LocalFolder.Entry::lengthBytes).sum();
    long[] done = new long[1];
    StringBuilder what = new StringBuilder("into ").append(into);
    for (LocalFolder.Entry entry :
        total < MIN_JOURNAL_BYTES ? List.<LocalFolder.Entry>of() : entries) {
      what.append('\n').append(stamp(entry.path(), entry.lengthBytes()));
    }
    try (Kept kept = kept(total, what.toString());
        Upload upload = new Upload(writer, holders, buffers, kept.memory(), Math.max(1, total))) {
      for (LocalFolder.Entry entry : entries) {
        try (LocalSource source =
            new LocalSource(
                entry.path(),
                entry.lengthBytes(),
                bytes -> {
                  done[0] += bytes;
                  progress.moved(done[0], total);
                })) {
          upload.add(into.resolve(entry.name()), source);
        }
      }
      List<Done> committed = committed(upload.finish(), Optional.of(into));
      kept.forget();
      return new Views.FolderPutView(
          into, committed.size(), total, committed.getFirst().replicas(), msSince(startedNanos));
    } catch (TooFewReplicas e) {
      throw e.andNothingWasCommitted();
    }
  }

  private static long msSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }
}
