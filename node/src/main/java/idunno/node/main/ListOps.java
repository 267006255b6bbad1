package idunno.node.main;

import idunno.core.base.Checks;
import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.files.Selection;
import idunno.core.files.SpaceTally;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.api.ListViews.HoldView;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Meaning;
import idunno.node.api.ListViews.Shape;
import idunno.node.api.ListViews.SpaceView;
import idunno.node.api.ListViews.StatView;
import idunno.node.api.ListViews.UseView;
import idunno.node.gateway.ListPort;
import idunno.node.gateway.NotFound;
import idunno.node.gateway.Refused;
import idunno.node.replica.ReplicatedState;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file store's listings, made of this node's own state. */
final class ListOps implements ListPort {
  private static final Duration HELD_WITHIN = Duration.ofSeconds(10);

  private final NodeProcess process;

  ListOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public void confirm() throws IOException, InterruptedException {
    Outcomes.confirm(process.node());
  }

  @Override
  public OptionalLong staleMs() throws IOException {
    return process.node().consensus().staleMs();
  }

  @Override
  public void list(Which which, Shape shape, Sink<ListView> sink) throws IOException {
    ReplicatedState state = process.node().state();
    Selection selection = selection(state, which);
    boolean mustBeThere = which instanceof Which.Word(String word) && !word.isEmpty();
    new Listing(state, selection, shape, mustBeThere, sink).run();
  }

  private static Selection selection(ReplicatedState state, Which which) throws IOException {
    return switch (which) {
      case Which.Folder(Optional<FileName> name) -> new Selection.InFolder(name);
      case Which.Word(String word) ->
          state
              .read(s -> Selection.of(word, s.files()))
              .orElseThrow(
                  () ->
                      new NotFound(
                          "there is no such file or folder in the store: " + Checks.quote(word)));
      case Which.File(FileName name) -> {
        if (state.read(s -> s.files().latest(name)).isEmpty()) {
          throw nothing(name);
        }
        yield new Selection.OneFile(name);
      }
    };
  }

  private static NotFound nothing(FileName name) {
    return new NotFound("no file " + name + "; 'ls' without a name lists those there are");
  }

  static Meaning meaning(Selection selection) {
    return switch (selection) {
      case Selection.OneFile _ -> Meaning.FILE;
      case Selection.InFolder _ -> Meaning.FOLDER;
      case Selection.Fitting _ -> Meaning.PATTERN;
    };
  }

  @Override
  public void use(String word, Sink<UseView> sink) throws IOException {
    ReplicatedState state = process.node().state();
    Selection selection = selection(state, new Which.Word(word));
    SpaceTally total = new SpaceTally();
    List<UseView> lines = new ArrayList<>();
    var part =
        new Object() {
          @Nullable FileName folder;
          SpaceTally tally = new SpaceTally();

          void end() {
            if (folder != null) {
              lines.add(new UseView.Folder(folder, view(tally)));
              folder = null;
            }
          }
        };
    NameWalk.each(
        state,
        selection,
        (files, alive, name, fit) -> {
          List<FileVersion> versions = files.versions(name);
          total.add(versions, files, alive);
          if (part.folder != null && !name.isIn(part.folder)) {
            part.end();
          }
          if (fit < name.value().length()) {
            if (part.folder == null) {
              part.folder = new FileName(name.value().substring(0, fit));
              part.tally = new SpaceTally();
            }
            part.tally.add(versions, files, alive);
          }
          return cost(versions);
        },
        () -> pass(lines, sink));
    part.end();
    pass(lines, sink);
    if (total.files() == 0 && !word.isEmpty()) {
      throw new NotFound("no file fits " + Checks.quote(word));
    }
    sink.take(new UseView.Total(view(total)));
  }

  private static SpaceView view(SpaceTally tally) {
    return new SpaceView(tally.files(), tally.versions(), tally.bytes(), tally.diskBytes());
  }

  private static long cost(List<FileVersion> versions) {
    long cost = 0;
    for (FileVersion version : versions) {
      cost += 1 + version.extents().size();
    }
    return cost;
  }

  static <T> void pass(List<T> lines, Sink<T> sink) throws IOException {
    for (T line : lines) {
      sink.take(line);
    }
    lines.clear();
  }

  @Override
  public void stat(FileName name, Sink<StatView> sink) throws IOException {
    ReplicatedState state = process.node().state();
    List<FileVersion> versions = state.read(s -> s.files().versions(name));
    if (versions.isEmpty()) {
      throw nothing(name);
    }
    for (FileVersion version : versions.reversed()) {
      FileStat.of(state, name, version, sink);
    }
    sink.take(new StatView.Total(versions.size()));
  }

  @Override
  public void held(Optional<NodeName> of, Sink<HoldView> sink)
      throws IOException, InterruptedException {
    Node node = process.node();
    NodeName name = of.orElse(process.name());
    Member member =
        node.state()
            .read(s -> s.members().get(name))
            .orElseThrow(
                () ->
                    new NotFound(
                        "no member " + Checks.quote(name.value()) + "; 'list_mem' lists them"));
    if (member.state() != MemberState.ALIVE && of.isPresent()) {
      throw new Refused(name + " is " + member.state().name().toLowerCase(Locale.ROOT));
    }
    PeerReply.Held held =
        node.peers()
            .expect(
                member.place().peer(),
                new PeerRequest.AskHeld(),
                PeerReply.Held.class,
                HELD_WITHIN);
    sink.take(new HoldView.Disk(name, held.usedBytes(), held.freeBytes()));
    Set<ChunkId> chunks = new HashSet<>(held.chunks());
    List<HoldView> lines = new ArrayList<>();
    long[] counts = new long[2];
    NameWalk.each(
        node.state(),
        new Selection.InFolder(Optional.empty()),
        (files, alive, file, fit) -> {
          List<FileVersion> versions = files.versions(file);
          for (FileVersion version : versions) {
            long heldBytes = heldBytes(version, chunks);
            if (heldBytes > 0 || version.length() == 0) {
              HoldView.Holding line =
                  new HoldView.Holding(file, version.number(), version.length(), heldBytes);
              counts[0]++;
              counts[1] += line.partly() ? 1 : 0;
              lines.add(line);
            }
          }
          return cost(versions);
        },
        () -> pass(lines, sink));
    sink.take(new HoldView.Total(counts[0], counts[1]));
  }

  private static long heldBytes(FileVersion version, Set<ChunkId> chunks) {
    long bytes = 0;
    for (Extent extent : version.extents()) {
      bytes += chunks.contains(extent.chunk()) ? extent.length() : 0;
    }
    return bytes;
  }
}
