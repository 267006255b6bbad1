package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Scope;
import idunno.core.files.DiskRoom;
import idunno.core.grep.GrepQuery;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.GrepView;
import idunno.node.api.Views.MasterView;
import idunno.node.api.Views.MemberView;
import idunno.node.api.Views.MembersView;
import idunno.node.api.Views.Role;
import idunno.node.api.Views.SelfView;
import idunno.node.api.Views.StandbyView;
import idunno.node.consensus.Status;
import idunno.node.gateway.GroupPort;
import idunno.node.gateway.Unavailable;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** The group's commands, done by this node. */
final class GroupOps implements GroupPort {
  private static final Duration GREP_WITHIN = Duration.ofSeconds(30);
  private static final Duration VOTING_WITHIN = Duration.ofSeconds(5);

  private final NodeProcess process;

  GroupOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public SelfView self() {
    Optional<Node> node = process.current();
    Node.Hosts hosts = process.hosts();
    return new SelfView(
        process.name(),
        node.map(Node::id),
        node.map(n -> n.cluster().toString()),
        hosts.api(),
        hosts.peer(),
        hosts.consensus(),
        Version.text(),
        process.startedMs());
  }

  @Override
  public MembersView members() throws IOException, InterruptedException {
    Node node = process.node();
    Status status = node.consensus().status();
    List<MemberView> members = new ArrayList<>();
    List<Member> known;
    NavigableMap<NodeName, DiskRoom> rooms;
    boolean current = true;
    try {
      Report report = Reports.of(node, new Scope.NoJobs());
      known = report.members();
      rooms = report.rooms();
    } catch (Unavailable e) {
      known = node.state().read(s -> List.copyOf(s.members().all()));
      rooms = node.rooms().byNode();
      current = false;
    }
    for (Member member : known) {
      members.add(
          new MemberView(
              member.id(),
              member.state(),
              roleOf(member, status),
              member.place().api(),
              member.place().peer(),
              member.place().slots(),
              member.sinceMs(),
              member.place().zone(),
              Optional.ofNullable(rooms.get(member.name()))));
    }
    return new MembersView(members, current);
  }

  private static Role roleOf(Member member, Status status) {
    boolean votes =
        status.members().stream()
            .anyMatch(one -> one.voter() && one.peer().id().equals(member.place().disk()));
    if (member.state() != MemberState.ALIVE && member.state() != MemberState.SUSPECT) {
      return Role.WORKER;
    }
    if (member.place().disk().equals(status.leaderId())) {
      return Role.COORDINATOR;
    }
    return votes ? Role.STANDBY : Role.WORKER;
  }

  @Override
  public MasterView master() throws IOException, InterruptedException {
    Node node = process.node();
    Report report = Reports.of(node, new Scope.NoJobs());
    Member coordinator =
        node.compass()
            .coordinator()
            .orElseThrow(() -> new Unavailable("no coordinator is known now; ask again"));
    PeerReply.Voting voting =
        node.peers()
            .expect(
                coordinator.place().peer(),
                new PeerRequest.AskVoting(),
                PeerReply.Voting.class,
                VOTING_WITHIN);
    List<StandbyView> standbys = new ArrayList<>();
    for (PeerReply.Voter voter : voting.voters()) {
      report.members().stream()
          .filter(member -> member.place().disk().equals(voter.replica()))
          .filter(member -> !member.id().equals(coordinator.id()))
          .findFirst()
          .ifPresent(
              member -> standbys.add(new StandbyView(member.id(), voter.behind(), member.state())));
    }
    return new MasterView(Optional.of(coordinator.id()), voting.term(), voting.entries(), standbys);
  }

  @Override
  public Report report(Scope scope) throws IOException, InterruptedException {
    return Reports.of(process.node(), scope);
  }

  @Override
  public void balance(double withinPoints) throws IOException, InterruptedException {
    Reports.balance(process.node(), withinPoints);
  }

  @Override
  public void grep(GrepQuery query, Consumer<GrepView> sink)
      throws IOException, InterruptedException {
    idunno.node.logs.LogGrep.compile(query.pattern());
    Node node = process.node();
    List<Member> members =
        node.state()
            .read(
                s ->
                    s.members().all().stream()
                        .filter(member -> member.state() != MemberState.LEFT)
                        .toList());
    record Answer(NodeName node, List<GrepView> items) {}
    BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    for (Member member : members) {
      Thread.ofVirtual()
          .name("grep-" + member.name())
          .start(() -> answers.add(new Answer(member.name(), ask(node, member, query))));
    }
    for (int i = 0; i < members.size(); i++) {
      answers.take().items().forEach(sink);
    }
  }

  private static List<GrepView> ask(Node node, Member member, GrepQuery query) {
    List<GrepView> items = new ArrayList<>();
    try {
      PeerReply.Grepped found =
          node.peers()
              .expect(
                  member.place().peer(),
                  new PeerRequest.Grep(query),
                  PeerReply.Grepped.class,
                  GREP_WITHIN);
      for (PeerReply.Line line : found.lines()) {
        items.add(new GrepView.Match(member.name(), line.number(), line.text()));
      }
      items.add(
          new GrepView.Count(member.name(), found.matches(), found.scanned(), found.tookMs()));
    } catch (IOException e) {
      items.add(new GrepView.Silence(member.name(), String.valueOf(e.getMessage())));
    }
    return items;
  }

  @Override
  public void leave() throws IOException, InterruptedException {
    process.leave();
  }

  @Override
  public void join(List<String> seeds) throws IOException, InterruptedException {
    if (process.current().isPresent()) {
      throw new idunno.node.gateway.Refused(
          process.name() + " is in a group already; 'leave' it first");
    }
    try {
      process.join(seeds);
    } catch (IOException e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }
}
