package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.Holdings;
import idunno.core.files.StoredChunk;
import idunno.core.state.ClusterState;
import idunno.node.api.ListViews.StatView;
import idunno.node.api.Views.VersionView;
import idunno.node.gateway.ListPort;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/** Versions as they are told, down to the last chunk. */
final class FileStat {
  private static final int LOT = 1_000;

  private FileStat() {}

  /** Tells everything of one version. */
  static void of(
      ReplicatedState state, FileName name, FileVersion version, ListPort.Sink<StatView> sink)
      throws IOException {
    List<Extent> extents = version.extents();
    sink.take(
        new StatView.Version(
            name,
            state.read(s -> view(version, s.files(), s.members().aliveNames())),
            extents.size()));
    for (int from = 0; from < extents.size(); from += LOT) {
      int first = from;
      List<StatView> lines = state.read(s -> lot(s, version, first));
      for (StatView line : lines) {
        sink.take(line);
      }
    }
  }

  private static List<StatView> lot(ClusterState state, FileVersion version, int first) {
    NavigableSet<NodeName> alive = state.members().aliveNames();
    List<StatView> lines = new ArrayList<>();
    for (int i = first; i < Math.min(first + LOT, version.extents().size()); i++) {
      Extent extent = version.extents().get(i);
      Optional<StoredChunk> chunk = state.files().chunk(extent.chunk());
      List<NodeName> replicas = chunk.map(StoredChunk::replicas).orElse(List.of());
      lines.add(
          new StatView.Extent(
              version.number(),
              i,
              extent.chunk(),
              extent.offset(),
              extent.length(),
              hex(extent.crc32c()),
              chunk.map(StoredChunk::length).orElse(0),
              replicas.stream().filter(alive::contains).toList(),
              replicas.stream().filter(node -> !alive.contains(node)).toList()));
    }
    return lines;
  }

  /** A version, and who of the living holds it. */
  static VersionView view(FileVersion version, FileTable files, NavigableSet<NodeName> alive) {
    Holdings holdings = Holdings.of(version, files, alive);
    return new VersionView(
        version.number(),
        version.length(),
        hex(version.crc32c()),
        version.atMs(),
        holdings.copies(),
        holdings.whole(),
        holdings.partly());
  }

  private static String hex(int crc32c) {
    return HexFormat.of().toHexDigits(crc32c);
  }
}
