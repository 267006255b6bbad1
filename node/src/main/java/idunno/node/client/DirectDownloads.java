package idunno.node.client;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.Crc32c;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.StoredChunk;
import idunno.node.api.DataViews.ContentAsk;
import idunno.node.api.DataViews.ContentView;
import idunno.node.api.DataViews.ContentsAsk;
import idunno.node.api.DataViews.ContentsView;
import idunno.node.codec.Codec;
import idunno.node.transfer.ChunkReader;
import idunno.node.transfer.Content;
import idunno.node.transfer.PeerReplicas;
import idunno.node.transport.Buffers;
import idunno.node.wire.PeerReply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Files down, straight from the nodes that hold them: the cluster says where a version's bytes lie
 * and what checksums they have, and each piece is checked when it arrives.
 */
final class DirectDownloads {
  private static final int MAX_LOOKUPS = 256;
  private static final int TRIES = 3;
  private static final long PAUSE_MS = 500;

  private final Calls calls;
  private final DataNodes nodes;
  private final ChunkReader reader;
  private final Buffers buffers;
  private final Together<ContentAsk, Answer> lookups;

  DirectDownloads(Calls calls, DataNodes nodes, Buffers buffers) {
    this.calls = calls;
    this.nodes = nodes;
    this.reader = new ChunkReader(nodes);
    this.buffers = buffers;
    this.lookups = new Together<>(MAX_LOOKUPS, Duration.ZERO, this::lookUp);
  }

  /**
   * Where a version lies.
   *
   * @param bytes all of its bytes, where they came along and are what was committed
   */
  private record Found(
      FileVersion version, Map<ChunkId, StoredChunk> chunks, Optional<ByteBuffer> bytes) {
    Found(FileVersion version, List<StoredChunk> chunks, Optional<ByteBuffer> bytes) {
      this(
          version,
          chunks.stream()
              .collect(Collectors.toMap(StoredChunk::id, Function.identity(), (a, b) -> a)),
          bytes);
    }
  }

  /** What was found, or why nothing was. */
  private record Answer(Optional<Found> found, String problem) {}

  private List<Answer> lookUp(List<ContentAsk> asks) throws IOException {
    boolean latest = asks.stream().allMatch(ask -> ask.version().isEmpty());
    if (latest && !calls.isStale()) {
      try {
        List<Answer> answers =
            answers(nodes.readFiles(asks.stream().map(ContentAsk::name).toList()));
        if (answers.stream().allMatch(answer -> answer.found().isPresent())) {
          return answers;
        }
      } catch (IOException e) {
        // The API knows others to ask, and says what is wrong.
      }
    }
    byte[] body = Codec.json().encode(new ContentsAsk(asks));
    Ask ask = Ask.question("/v1/contents", Body.bytes(body), calls.patience().attemptMs());
    return calls.ask(ask, (response, in) -> Whole.decode(in, ContentsView.class)).files().stream()
        .map(DirectDownloads::answer)
        .toList();
  }

  private static Answer answer(ContentView view) {
    return new Answer(
        view.version().map(version -> new Found(version, view.chunks(), Optional.empty())),
        view.problem());
  }

  private List<Answer> answers(PeerReplicas.Files files) {
    List<Answer> answers = new ArrayList<>();
    int at = files.bytes().position();
    for (PeerReply.FileRead file : files.files()) {
      int length = (int) file.bodyBytes();
      ByteBuffer bytes = files.bytes().slice(at, length);
      at += length;
      answers.add(
          new Answer(
              file.version()
                  .map(
                      version ->
                          new Found(
                              version,
                              file.chunks(),
                              file.sent() && areGood(bytes, version, files.by())
                                  ? Optional.of(bytes)
                                  : Optional.empty())),
              ""));
    }
    return answers;
  }

  /** Whether bytes are those that were committed; a replica that gave others is looked at. */
  private boolean areGood(ByteBuffer bytes, FileVersion version, NodeName from) {
    int at = 0;
    for (Extent extent : version.extents()) {
      if (extent.length() > bytes.remaining() - at) {
        return false;
      }
      if (Crc32c.of(bytes.slice(at, extent.length())) != extent.crc32c()) {
        nodes.damaged(from, extent.chunk());
        return false;
      }
      at += extent.length();
    }
    return at == bytes.remaining();
  }

  private Found find(FileName name, OptionalInt version) throws IOException {
    Optional<Integer> number =
        version.isPresent() ? Optional.of(version.getAsInt()) : Optional.empty();
    Answer answer = lookups.ask(new ContentAsk(name, number));
    return answer.found().orElseThrow(() -> new Refused(404, answer.problem()));
  }

  private Content content(Found found) {
    return new Content(
        reader, found.version().extents(), id -> Optional.ofNullable(found.chunks().get(id)));
  }

  /** Downloads one version; what a download that was broken off has left is not fetched again. */
  Fetched get(FileName name, OptionalInt version, Path local, ByteProgress progress)
      throws IOException {
    if (Files.isDirectory(local)) {
      throw new LocalFailure(local + " is a folder; name a file", null);
    }
    Found found = find(name, version);
    FileVersion wanted = found.version();
    try (Landing landing = new Landing(local, wanted)) {
      AtomicLong done = new AtomicLong();
      for (int tries = 1; ; tries++) {
        try {
          Missing missing = new Missing(landing, done, progress, wanted.length());
          if (found.bytes().isPresent()) {
            missing.take(0, found.bytes().get());
          } else {
            content(found).inAnyOrder(buffers, missing, missing);
          }
          landing.keep(wanted.length());
          return new Fetched(
              name,
              List.of(wanted.number()),
              landing.place().toString(),
              wanted.length(),
              HexFormat.of().toHexDigits(wanted.crc32c()));
        } catch (LocalFailure | InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          if (tries == TRIES) {
            throw failed(name, wanted, landing, e);
          }
          // Its chunks may have been moved meanwhile: the cluster knows where to.
          Calls.pause(PAUSE_MS);
          found = find(name, OptionalInt.of(wanted.number()));
          done.set(0);
        }
      }
    }
  }

  private static IOException failed(
      FileName name, FileVersion wanted, Landing landing, IOException e) {
    String rest =
        landing.resumable()
            ? "; what has arrived is kept, and the same get goes on from there"
            : "";
    return new IOException(
        "get %s version %d: %s%s".formatted(name, wanted.number(), e.getMessage(), rest), e);
  }

  /** What has yet to arrive. */
  private static final class Missing implements Content.Wanted, Content.Sink {
    private final Landing landing;
    private final AtomicLong done;
    private final ByteProgress progress;
    private final long totalBytes;

    Missing(Landing landing, AtomicLong done, ByteProgress progress, long totalBytes) {
      this.landing = landing;
      this.done = done;
      this.progress = progress;
      this.totalBytes = totalBytes;
    }

    @Override
    public boolean isWanted(long offset, Extent extent) throws IOException {
      boolean here = landing.has(offset, extent);
      if (here) {
        progress.moved(done.addAndGet(extent.length()), totalBytes);
      }
      return !here;
    }

    @Override
    public void take(long offset, ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      landing.write(offset, bytes);
      progress.moved(done.addAndGet(count), totalBytes);
    }
  }

  /** Writes a stretch of one version, in its order; see {@link Client#copy}. */
  int copy(FileName name, OptionalInt version, long from, long to, OutputStream out)
      throws IOException {
    Found found = find(name, version);
    long length = found.version().length();
    if (from >= length) {
      throw new Refused(
          416,
          "%s: expected a range within the file's %d bytes, found one from %d"
              .formatted(name, length, from));
    }
    long end = Math.min(to, length);
    if (found.bytes().isPresent()) {
      write(found.bytes().get().slice((int) from, (int) (end - from)), out);
    } else {
      content(found).inOrder(from, end, (offset, bytes) -> write(bytes, out));
    }
    return found.version().number();
  }

  private static void write(ByteBuffer bytes, OutputStream out) throws IOException {
    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }
}
