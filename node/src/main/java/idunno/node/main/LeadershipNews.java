package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.membership.Member;
import idunno.node.consensus.ConsensusListener;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.logs.NodeLog;
import idunno.node.replica.ReplicatedState;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns the news of the consensus into the coordinator's, and into lines of the node's log. */
final class LeadershipNews implements ConsensusListener {
  private final String self;
  private final ReplicatedState state;
  private final Supplier<CoordinatorLoop> loop;
  private final NodeLog log;
  private final Runnable onChange;
  private final OnStop onStop;

  /** Of the consensus's one thread for news alone. */
  private @Nullable String lastLeader;

  /** What is to be done when the replica has stopped by itself. */
  interface OnStop {
    void stopped(String reason, @Nullable Throwable cause);
  }

  /**
   * News of one replica.
   *
   * @param self the replica
   * @param loop asked for the coordinator with each piece of news, as it comes later than this
   * @param onChange run when another node leads
   */
  LeadershipNews(
      String self,
      ReplicatedState state,
      Supplier<CoordinatorLoop> loop,
      NodeLog log,
      Runnable onChange,
      OnStop onStop) {
    this.self = self;
    this.state = state;
    this.loop = loop;
    this.log = log;
    this.onChange = onChange;
    this.onStop = onStop;
  }

  @Override
  public void becameLeader(long term) {
    String before = lastLeader;
    Optional<NodeName> deposed =
        before == null || before.equals(self)
            ? Optional.empty()
            : state
                .read(
                    s ->
                        s.members().all().stream()
                            .filter(member -> member.place().disk().equals(before))
                            .findFirst())
                .map(Member::name);
    loop.get().elected(term, deposed);
  }

  @Override
  public void lostLeadership(long term) {
    loop.get().deposed();
  }

  @Override
  public void leaderChanged(String leaderId, long term) {
    if (!leaderId.equals(self)) {
      lastLeader = leaderId;
    }
    log.write("coordinator-changed", "replica", leaderId, "term", term);
    onChange.run();
  }

  @Override
  public void stopped(String reason, @Nullable Throwable cause) {
    log.write("consensus-stopped", "reason", reason, "cause", String.valueOf(cause));
    onStop.stopped(reason, cause);
  }
}
