package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.membership.Member;
import idunno.node.consensus.Consensus;
import idunno.node.consensus.Lead;
import idunno.node.consensus.LogEnd;
import idunno.node.consensus.Status;
import idunno.node.logs.NodeLog;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The group as the consensus has it, and its nodes by calls. */
final class VotingGroup implements Succession.Group {
  private static final Duration ASK_WITHIN = Duration.ofMillis(200);

  private final String self;
  private final Consensus consensus;
  private final Compass compass;
  private final Peers peers;
  private final NodeLog log;

  /** The group of one node, by the id of its replica. */
  VotingGroup(String self, Consensus consensus, Compass compass, Peers peers, NodeLog log) {
    this.self = self;
    this.consensus = consensus;
    this.compass = compass;
    this.peers = peers;
    this.log = log;
  }

  @Override
  public Optional<Succession.Incumbent> incumbent() {
    return consensus
        .lead()
        .flatMap(
            lead ->
                compass
                    .memberOf(lead.replica())
                    .map(member -> new Succession.Incumbent(lead, member.place().peer())));
  }

  @Override
  public Peers.Sign probe(Address node, Duration deadline) {
    return peers.probe(node, deadline);
  }

  @Override
  public Succession.Electors electors(String dead) throws InterruptedException {
    List<String> voters =
        consensus.status().members().stream()
            .filter(Status.Member::voter)
            .map(member -> member.peer().id())
            .toList();
    if (!voters.contains(self)) {
      return new Succession.Electors(voters.size(), Map.of()); // and the others needn't answer
    }
    List<String> asked = voters.stream().filter(voter -> !voter.equals(dead)).toList();
    Map<String, LogEnd> ends = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Optional<LogEnd>>> questions = new ArrayList<>();
      asked.forEach(voter -> questions.add(() -> logEndOf(voter)));
      List<Future<Optional<LogEnd>>> answers = threads.invokeAll(questions);
      for (int i = 0; i < answers.size(); i++) {
        String voter = asked.get(i);
        answers.get(i).resultNow().ifPresent(end -> ends.put(voter, end));
      }
    }
    return new Succession.Electors(voters.size(), ends);
  }

  /** Empty if there is no answer soon. */
  private Optional<LogEnd> logEndOf(String voter) {
    try {
      if (voter.equals(self)) {
        return Optional.of(consensus.logEndOf(voter));
      }
      Optional<Member> member = compass.memberOf(voter);
      if (member.isEmpty()) {
        return Optional.empty();
      }
      PeerReply.LogEnd end =
          peers.expect(
              member.get().place().peer(),
              new PeerRequest.AskLogEnd(voter),
              PeerReply.LogEnd.class,
              ASK_WITHIN);
      return Optional.of(new LogEnd(end.term(), end.index()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean standInFor(Lead dead) throws IOException {
    boolean stands = consensus.standInFor(dead);
    if (stands) {
      log.write("stands-for-election", "after", dead.replica(), "term", dead.term());
    }
    return stands;
  }
}
