package idunno.node.files;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.state.Reply;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import idunno.node.transfer.ChunkReader;
import idunno.node.transfer.ChunkWriter;
import idunno.node.transfer.Content;
import idunno.node.transfer.ContentStream;
import idunno.node.transfer.Holders;
import idunno.node.transfer.Memory;
import idunno.node.transfer.Replicas;
import idunno.node.transfer.Upload;
import idunno.node.transport.Buffers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The file store: puts are durable on their replicas before they are committed, and visible only
 * then; gets are checked to the last byte.
 */
public final class FileStore {
  /** An upload that took longer asks its nodes again: one may have died, or swept. */
  private static final long CONFIRM_AFTER_MS = 30_000;

  /** So many chunks of uploads lie outside of the heap; those beyond lie on it. */
  private static final int MAX_BUFFERS = 8;

  private final ReplicatedState state;
  private final Commits commits;
  private final LongSupplier clockMs;
  private final ChunkWriter writer;
  private final ChunkReader reader;
  private final Holders holders;
  private final Buffers buffers = new Buffers(MAX_BUFFERS);

  /** A file that is about to be uploaded. */
  public record Source(FileName name, InputStream in) {}

  /**
   * What was put.
   *
   * @param versions the new versions' numbers, in the order of the files
   * @param files what was committed, in the same order
   * @param replicas the least number of nodes that hold any of it
   */
  public record Put(List<Integer> versions, List<NewFile> files, int replicas) {}

  /** The state refused a change; its words say why. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    /** Says why. */
    public Refused(String reason) {
      super(reason);
    }
  }

  /** Another version is there than the writer has said; nothing was committed. */
  public static final class Conflict extends IOException {
    private static final long serialVersionUID = 1;
    private final transient FileName name;
    private final int expected;
    private final int found;

    Conflict(Reply.Conflict reply) {
      super(
          "%s: expected version %d, found %d"
              .formatted(reply.name(), reply.expected(), reply.found()));
      this.name = reply.name();
      this.expected = reply.expected();
      this.found = reply.found();
    }

    /** The file. */
    public FileName name() {
      return name;
    }

    /** The number that the writer gave, 0 for "no such file". */
    public int expected() {
      return expected;
    }

    /** The latest version's number, 0 if there is none. */
    public int found() {
      return found;
    }
  }

  /**
   * A store over the cluster's state and chunks.
   *
   * @param clockMs the time, milliseconds since 1970
   */
  public FileStore(
      ReplicatedState state, Proposer proposer, Replicas replicas, LongSupplier clockMs) {
    this.state = state;
    this.commits = new Commits(proposer, clockMs);
    this.clockMs = clockMs;
    this.writer = new ChunkWriter(replicas);
    this.reader = new ChunkReader(replicas);
    this.holders = new Holders(replicas);
  }

  /** Uploads one file, whatever is there. */
  public Put put(RequestId id, FileName name, InputStream in)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    return put(id, name, Optional.empty(), in);
  }

  /**
   * Uploads one file.
   *
   * @param id the client's id of this request: repeated, it makes one version
   * @param onlyOver the number of the latest version that must be there at the commit, 0 for none;
   *     empty where any may be
   * @throws Conflict if another one is there
   * @throws IOException if not enough nodes hold it in time; nothing is visible then
   * @throws Proposer.OutcomeUnknown if it isn't known whether the version is visible
   */
  public Put put(RequestId id, FileName name, Optional<Integer> onlyOver, InputStream in)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    return put(id, List.of(new Source(name, in)).iterator(), onlyOver, Optional.empty());
  }

  /**
   * Uploads files, small ones packed together; they become visible in groups of up to 2,000.
   *
   * @param id the client's id of this request; the groups' ids follow from it
   * @param sources the files; each stream is read to its end before the next is asked for
   * @param folder the folder that they make up, if they make up one
   */
  public Put put(RequestId id, Iterator<Source> sources, Optional<FileName> folder)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    return put(id, sources, Optional.empty(), folder);
  }

  private Put put(
      RequestId id, Iterator<Source> sources, Optional<Integer> onlyOver, Optional<FileName> folder)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    Upload.Ready ready = commits.prepared(id, () -> upload(sources));
    List<NewFile> wanted = ready.files().stream().map(file -> file.onlyOver(onlyOver)).toList();
    return commit(id, wanted, ready.chunks(), folder);
  }

  private Upload.Ready upload(Iterator<Source> sources) throws IOException, InterruptedException {
    long startedMs = clockMs.getAsLong();
    try (Upload upload = new Upload(writer, holders, buffers, Memory.NONE, Upload.CHUNK_BYTES)) {
      while (sources.hasNext()) {
        Source source = sources.next();
        upload.add(source.name(), Channels.newChannel(source.in()));
      }
      Upload.Ready ready = upload.finish();
      return clockMs.getAsLong() - startedMs > CONFIRM_AFTER_MS
          ? new Upload.Ready(ready.files(), holders.confirm(ready.chunks()))
          : ready;
    }
  }

  /**
   * Commits files whose bytes a client has written to the nodes itself.
   *
   * @param chunks the chunks, and who is said to hold them, which isn't believed
   * @throws IOException if a chunk isn't on enough nodes; nothing is visible then
   */
  public Put commitWritten(
      RequestId id, List<NewFile> files, List<StoredChunk> chunks, Optional<FileName> folder)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    List<StoredChunk> held = commits.prepared(id, () -> holders.confirm(chunks));
    return commit(id, files, held, folder);
  }

  /**
   * Commits files whose chunks were written by this node a moment ago.
   *
   * @param chunks the chunks, and who is known to hold them
   */
  public Put commitHeld(RequestId id, List<NewFile> files, List<StoredChunk> chunks)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    return commit(id, files, chunks, Optional.empty());
  }

  private Put commit(
      RequestId id, List<NewFile> files, List<StoredChunk> chunks, Optional<FileName> folder)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    List<Integer> versions = commits.commit(id, files, chunks, folder);
    return new Put(versions, files, replicasOf(chunks));
  }

  /** Makes a file durable without committing it. */
  public Durable prepare(FileName name, InputStream in) throws IOException, InterruptedException {
    try (Upload upload = new Upload(writer, holders, buffers, Memory.NONE, Upload.CHUNK_BYTES)) {
      upload.add(name, Channels.newChannel(in));
      Upload.Ready ready = upload.finish();
      return new Durable(ready.files().getFirst(), ready.chunks());
    }
  }

  /** A file that is durable and not yet visible. */
  public record Durable(NewFile file, List<StoredChunk> chunks) {}

  private static int replicasOf(List<StoredChunk> chunks) {
    return chunks.stream().mapToInt(chunk -> chunk.replicas().size()).min().orElse(0);
  }

  /** One version of a file, the latest where none is named; as far as this node's state is. */
  public Optional<FileVersion> find(FileName name, Optional<Integer> number) {
    return state.read(
        s ->
            number.isEmpty()
                ? s.files().latest(name)
                : s.files().versions(name).stream()
                    .filter(version -> version.number() == number.get())
                    .findFirst());
  }

  /** Opens a version as a stream that fails with an IOException where no replica can be read. */
  public InputStream open(FileVersion version) {
    return new ContentStream(content(version));
  }

  /** Writes a version's bytes. */
  public void copy(FileVersion version, OutputStream out) throws IOException {
    copy(version, 0, version.length(), out);
  }

  /** Writes a version's bytes from one offset up to another. */
  public void copy(FileVersion version, long from, long to, OutputStream out) throws IOException {
    content(version)
        .inOrder(
            from,
            to,
            (offset, bytes) ->
                out.write(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
  }

  private Content content(FileVersion version) {
    return new Content(reader, version.extents(), chunk -> state.read(s -> s.files().chunk(chunk)));
  }
}
