package idunno.node.main;

import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.StoredChunk;
import idunno.core.membership.Member;
import idunno.core.state.ClusterState;
import idunno.node.chunks.ChunkStore;
import idunno.node.codec.Codec;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.ConsensusException;
import idunno.node.replica.ReplicatedState;
import idunno.node.transport.Body;
import idunno.node.transport.Response;
import idunno.node.wire.PeerReply.FileRead;
import idunno.node.wire.PeerReply.FilesRead;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where files lie, and the bytes of short ones with that: a client that wants many small files asks
 * one question for several, not two for each.
 */
final class Lookups {
  private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(1);

  /** Longer ones are read from several nodes at once. */
  private static final long MAX_FILE_BYTES = 512 << 10;

  private static final long MAX_BODY_BYTES = 4 << 20;

  private final ReplicatedState state;
  private final Consensus consensus;
  private final Compass compass;
  private final OwnChunks own;
  private final Codec codec = Codec.cbor();

  Lookups(ReplicatedState state, Consensus consensus, Compass compass, OwnChunks own) {
    this.state = state;
    this.consensus = consensus;
    this.compass = compass;
    this.own = own;
  }

  /** The chunks of a version, each once. */
  static List<StoredChunk> chunksOf(ClusterState state, FileVersion version) {
    Set<StoredChunk> chunks = new LinkedHashSet<>();
    for (Extent extent : version.extents()) {
      state.files().chunk(extent.chunk()).ifPresent(chunks::add);
    }
    return List.copyOf(chunks);
  }

  /**
   * Answers.
   *
   * @throws IOException if a majority doesn't confirm at once that this node is current; whoever
   *     asked finds out more by the API
   */
  Response read(PeerRequest.ReadFiles ask) throws IOException, InterruptedException {
    try {
      consensus.barrier(CONFIRM_WITHIN);
    } catch (ConsensusException.NotConfirmed e) {
      throw new IOException(e.getMessage(), e);
    }
    List<FileRead> found = state.read(s -> ask.names().stream().map(n -> find(s, n)).toList());
    Map<ChunkId, ChunkStore.Part> opened = new HashMap<>();
    List<Body.InFile> parts = new ArrayList<>();
    List<FileRead> files = new ArrayList<>();
    long bytes = 0;
    for (FileRead file : found) {
      long length = file.version().map(FileVersion::length).orElse(Long.MAX_VALUE);
      boolean sent =
          length <= MAX_FILE_BYTES && bytes + length <= MAX_BODY_BYTES && add(file, opened, parts);
      bytes += sent ? length : 0;
      files.add(new FileRead(file.version(), file.chunks(), sent));
    }
    for (ChunkStore.Part chunk : opened.values()) {
      if (parts.stream().noneMatch(part -> part.file().equals(chunk.file()))) {
        chunk.file().close();
      }
    }
    FilesRead answer = new FilesRead(files, compass.coordinator().map(Member::name));
    return new Response(codec.encode(answer), new Body.InFiles(parts));
  }

  private static FileRead find(ClusterState state, FileName name) {
    Optional<FileVersion> version = state.files().latest(name);
    return new FileRead(version, version.map(v -> chunksOf(state, v)).orElse(List.of()), false);
  }

  /**
   * Adds all of a file's stretches, or none of them. Each chunk is opened once, for all files in
   * it.
   */
  private boolean add(
      FileRead file, Map<ChunkId, ChunkStore.Part> opened, List<Body.InFile> parts) {
    for (StoredChunk chunk : file.chunks()) {
      if (!opened.containsKey(chunk.id())) {
        try {
          opened.put(chunk.id(), own.part(chunk.id(), 0, chunk.length()));
        } catch (IOException | IllegalArgumentException e) {
          return false; // not on this disk, or not well: whoever asked reads it from another
        }
      }
    }
    for (Extent extent : file.version().orElseThrow().extents()) {
      ChunkStore.Part chunk = Objects.requireNonNull(opened.get(extent.chunk()));
      parts.add(new Body.InFile(chunk.file(), chunk.offset() + extent.offset(), extent.length()));
    }
    return true;
  }
}
