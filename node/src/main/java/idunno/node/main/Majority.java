package idunno.node.main;

import idunno.core.membership.Member;
import idunno.node.consensus.Status;
import idunno.node.transport.CallFailed;
import idunno.node.transport.CallRefused;
import idunno.node.wire.PeerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * Tells an election, which is over in a second or two and worth waiting for, from a loss of more
 * than half of the voters, which nobody but an operator ends.
 */
final class Majority {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

  private Majority() {}

  /**
   * Asks all voters whether they are there; answers within a second or so.
   *
   * @return what is missing, in words with the next step; empty if more than half of the voters
   *     answer, or this node doesn't know who votes
   */
  static Optional<String> missing(Node node) throws InterruptedException {
    Status status = node.consensus().status();
    List<String> voters =
        status.members().stream()
            .filter(Status.Member::voter)
            .map(member -> member.peer().id())
            .toList();
    Map<String, Member> others = new TreeMap<>();
    for (String voter : voters) {
      if (!voter.equals(status.self())) {
        node.compass().memberOf(voter).ifPresent(member -> others.put(voter, member));
      }
    }
    List<String> silent = silent(node, List.copyOf(others.values()));
    int answering = voters.size() - silent.size();
    return answering > voters.size() / 2 || voters.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d of %d voters don't answer %s (%s), and more than half are needed; start them, or"
                    .formatted(
                        silent.size(),
                        voters.size(),
                        node.compass().self(),
                        String.join(", ", silent))
                + " read what this node knows of files with --stale");
  }

  private static List<String> silent(Node node, List<Member> members) throws InterruptedException {
    List<String> silent = new ArrayList<>();
    CountDownLatch asked = new CountDownLatch(members.size());
    for (Member member : members) {
      Thread.ofVirtual()
          .name("majority-" + member.name())
          .start(
              () -> {
                if (!answers(node, member)) {
                  synchronized (silent) {
                    silent.add(member.name().value());
                  }
                }
                asked.countDown();
              });
    }
    asked.await();
    synchronized (silent) {
      return silent.stream().sorted().toList();
    }
  }

  private static boolean answers(Node node, Member member) {
    try {
      node.peers().ask(member.place().peer(), new PeerRequest.AskVoting(), null, ANSWER_WITHIN);
      return true;
    } catch (CallRefused e) {
      return true;
    } catch (CallFailed | RuntimeException e) {
      return false;
    }
  }
}
