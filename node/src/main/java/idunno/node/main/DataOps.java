package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.files.Candidate;
import idunno.core.files.DiskRooms;
import idunno.core.files.FileVersion;
import idunno.core.state.ClusterState;
import idunno.node.api.DataViews.CommitAsk;
import idunno.node.api.DataViews.CommittedView;
import idunno.node.api.DataViews.ContentAsk;
import idunno.node.api.DataViews.ContentView;
import idunno.node.api.DataViews.ContentsAsk;
import idunno.node.api.DataViews.ContentsView;
import idunno.node.api.DataViews.NodeAt;
import idunno.node.api.DataViews.NodesView;
import idunno.node.files.FileStore;
import idunno.node.gateway.Conflict;
import idunno.node.gateway.DataPort;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.Proposer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What clients need that move bytes themselves, done by this node. */
final class DataOps implements DataPort {
  private final NodeProcess process;

  DataOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public NodesView nodes() throws IOException {
    Node node = process.node();
    return new NodesView(
        node.cluster().toString(), node.state().read(s -> nodesAt(s, node.rooms())));
  }

  private static List<NodeAt> nodesAt(ClusterState state, DiskRooms rooms) {
    List<NodeAt> nodes = new ArrayList<>();
    for (Candidate candidate : rooms.candidates(state.members().alive())) {
      state
          .members()
          .get(candidate.node())
          .ifPresent(member -> nodes.add(new NodeAt(candidate, member.place().peer())));
    }
    return nodes;
  }

  @Override
  public ContentsView contents(ContentsAsk ask) throws IOException {
    Node node = process.node();
    return node.state()
        .read(s -> new ContentsView(ask.files().stream().map(one -> content(s, one)).toList()));
  }

  private static ContentView content(ClusterState state, ContentAsk ask) {
    Optional<FileVersion> version =
        ask.version().isEmpty()
            ? state.files().latest(ask.name())
            : state.files().version(ask.name(), ask.version().get());
    if (version.isEmpty()) {
      Optional<FileVersion> latest = state.files().latest(ask.name());
      String problem =
          latest.isEmpty()
              ? "no file " + ask.name() + "; 'ls' lists those there are"
              : "%s: no version %d, the latest is %d"
                  .formatted(ask.name(), ask.version().orElse(0), latest.get().number());
      return new ContentView(ask.name(), Optional.empty(), List.of(), problem);
    }
    return new ContentView(ask.name(), version, Lookups.chunksOf(state, version.get()), "");
  }

  @Override
  public CommittedView commit(RequestId id, CommitAsk ask)
      throws IOException, InterruptedException {
    try {
      FileStore.Put put =
          process.node().files().commitWritten(id, ask.files(), ask.chunks(), ask.folder());
      return new CommittedView(put.versions(), put.replicas());
    } catch (FileStore.Conflict e) {
      throw new Conflict(e.name(), e.expected(), e.found());
    } catch (FileStore.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }
}
