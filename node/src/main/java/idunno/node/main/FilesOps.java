package idunno.node.main;

import idunno.core.base.Checks;
import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.StoredChunk;
import idunno.core.membership.MemberState;
import idunno.core.state.ClusterState;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.FilesView;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.HeldView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.StoreView;
import idunno.node.api.Views.VersionView;
import idunno.node.files.FileStore;
import idunno.node.gateway.Conflict;
import idunno.node.gateway.FilesPort;
import idunno.node.gateway.NotFound;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.Proposer;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The file store's commands, done by this node. */
final class FilesOps implements FilesPort {
  private static final Duration HELD_WITHIN = Duration.ofSeconds(10);

  private final NodeProcess process;

  FilesOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public PutView put(RequestId id, FileName name, Optional<Integer> onlyOver, InputStream in)
      throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    try {
      FileStore.Put put = process.node().files().put(id, name, onlyOver, in);
      var file = put.files().getFirst();
      return new PutView(
          name,
          put.versions().getFirst(),
          file.length(),
          String.format("%08x", file.crc32c()),
          put.replicas(),
          msSince(startedNanos));
    } catch (FileStore.Conflict e) {
      throw new Conflict(name, e.expected(), e.found());
    } catch (FileStore.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  private static long msSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  @Override
  public FolderPutView putFolder(RequestId id, FileName folder, Iterator<Part> parts)
      throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    Iterator<FileStore.Source> sources =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return parts.hasNext();
          }

          @Override
          public FileStore.Source next() {
            Part part = parts.next();
            return new FileStore.Source(folder.resolve(part.name()), part.in());
          }
        };
    try {
      FileStore.Put put = process.node().files().put(id, sources, Optional.of(folder));
      long bytes = put.files().stream().mapToLong(file -> file.length()).sum();
      return new FolderPutView(
          folder, put.files().size(), bytes, put.replicas(), msSince(startedNanos));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (FileStore.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public List<FileVersion> versions(FileName name) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    return node.state().read(s -> s.files().versions(name));
  }

  @Override
  public void copy(FileVersion version, OutputStream out) throws IOException {
    process.node().files().copy(version, out);
  }

  @Override
  public FilesView list(FileName name) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    FileView file = node.state().read(s -> view(s, name));
    if (file.versions().isEmpty()) {
      throw new NotFound("no file " + name + "; 'ls' without a name lists those there are");
    }
    return new FilesView(List.of(file));
  }

  @Override
  public FilesView listFolder(Optional<FileName> folder) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    return node.state()
        .read(
            s ->
                new FilesView(
                    (folder.isPresent() ? s.files().namesIn(folder.get()) : s.files().names())
                        .stream().map(name -> view(s, name)).toList()));
  }

  private static FileView view(ClusterState state, FileName name) {
    List<VersionView> versions = new ArrayList<>();
    for (FileVersion version : state.files().versions(name)) {
      versions.add(
          new VersionView(
              version.number(),
              version.length(),
              String.format("%08x", version.crc32c()),
              version.atMs(),
              holders(state, version)));
    }
    return new FileView(name, versions);
  }

  /**
   * The nodes that are alive and hold every chunk of the version; all of them for an empty file.
   */
  private static List<NodeName> holders(ClusterState state, FileVersion version) {
    NavigableSet<NodeName> holders = state.members().aliveNames();
    for (Extent extent : version.extents()) {
      Optional<StoredChunk> chunk = state.files().chunk(extent.chunk());
      holders.retainAll(chunk.map(StoredChunk::replicas).orElse(List.of()));
    }
    return List.copyOf(holders);
  }

  @Override
  public StoreView store(Optional<NodeName> of) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    NodeName name = of.orElse(process.name());
    var member =
        node.state()
            .read(s -> s.members().get(name))
            .orElseThrow(
                () ->
                    new NotFound(
                        "no member " + Checks.quote(name.value()) + "; 'list_mem' lists them"));
    if (member.state() != MemberState.ALIVE) {
      throw new Refused(name + " is " + member.state().name().toLowerCase(java.util.Locale.ROOT));
    }
    PeerReply.Held held =
        node.peers()
            .expect(
                member.place().peer(),
                new PeerRequest.AskHeld(),
                PeerReply.Held.class,
                HELD_WITHIN);
    NavigableSet<ChunkId> chunks = new TreeSet<>(held.chunks());
    List<HeldView> files = node.state().read(s -> filesIn(s, chunks));
    return new StoreView(name, held.usedBytes(), held.freeBytes(), files);
  }

  private static List<HeldView> filesIn(ClusterState state, NavigableSet<ChunkId> chunks) {
    List<HeldView> files = new ArrayList<>();
    for (FileName name : state.files().names()) {
      for (FileVersion version : state.files().versions(name)) {
        if (version.extents().stream().allMatch(extent -> chunks.contains(extent.chunk()))) {
          files.add(new HeldView(name, version.number(), version.length()));
        }
      }
    }
    return files;
  }
}
