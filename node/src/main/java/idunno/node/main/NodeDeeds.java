package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.coordinator.Event;
import idunno.core.files.RepairPlan;
import idunno.core.jobs.JobId;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.coordination.Deeds;
import idunno.node.logs.NodeLog;
import idunno.node.replica.Proposer;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/** What the coordinator has done: commands in the log, probes, copies, result files, log lines. */
final class NodeDeeds implements Deeds {
  private static final Duration PROPOSE_WITHIN = Duration.ofSeconds(10);
  private static final Duration PROBE_WITHIN = Duration.ofSeconds(1);
  private static final Duration COPY_WITHIN = Duration.ofSeconds(60);

  private final Proposer proposer;
  private final Peers peers;
  private final Supplier<Compass> compass;
  private final Supplier<Results> results;
  private final NodeLog log;

  NodeDeeds(
      Proposer proposer,
      Peers peers,
      Supplier<Compass> compass,
      Supplier<Results> results,
      NodeLog log) {
    this.proposer = proposer;
    this.peers = peers;
    this.compass = compass;
    this.results = results;
    this.log = log;
  }

  @Override
  public Reply propose(Command command) throws Proposer.OutcomeUnknown, InterruptedException {
    return proposer.submit(command, PROPOSE_WITHIN);
  }

  @Override
  public boolean probeIsRefused(Member member) {
    return peers.probe(member.place().peer(), PROBE_WITHIN) == Peers.Sign.REFUSAL;
  }

  @Override
  public void copy(RepairPlan.Copy copy) throws IOException {
    Address from = compass.get().peerOf(copy.from());
    Address to = compass.get().peerOf(copy.to());
    peers.expect(
        to,
        new PeerRequest.FetchChunk(
            copy.chunk().id(), copy.chunk().length(), copy.chunk().crc32c(), from),
        PeerReply.Done.class,
        COPY_WITHIN);
  }

  @Override
  public void publishPart(JobId job, int firstBatch, int endBatch) throws Exception {
    results.get().publishPart(job, firstBatch, endBatch);
  }

  @Override
  public void publish(JobId job) throws Exception {
    results.get().publish(job);
  }

  @Override
  public void tell(Event event) {
    switch (event) {
      case Event.CoordinatorChanged e -> log.write("coordinator-elected", "term", e.term());
      case Event.CoordinatorDeposed ignored -> log.write("coordinator-deposed");
      case Event.MemberJoined e -> log.write("member-joined", "member", e.node());
      case Event.MemberSuspected e ->
          log.write("member-suspected", "member", e.node(), "why", e.why());
      case Event.MemberCleared e -> log.write("member-cleared", "member", e.node());
      case Event.MemberFailed e -> log.write("member-failed", "member", e.node(), "why", e.why());
      case Event.MemberLeft e -> log.write("member-left", "member", e.node());
      case Event.JobReceived e ->
          log.write(
              "job-received",
              "job",
              e.job(),
              "model",
              e.model(),
              "queries",
              e.queries().start() + ".." + e.queries().end());
      case Event.JobRetried e -> log.write("job-retried", "job", e.job(), "queries", e.queries());
      case Event.BackupScheduled e ->
          log.write(
              "backup-scheduled", "batch", e.batch(), "queries", e.queries(), "worker", e.node());
      case Event.BatchScheduled e ->
          log.write(
              "batch-scheduled", "batch", e.batch(), "queries", e.queries(), "worker", e.node());
      case Event.BatchReturned e ->
          log.write("batch-returned", "batch", e.batch(), "worker", e.node(), "why", e.why());
      case Event.BatchCompleted e ->
          log.write("batch-completed", "batch", e.batch(), "worker", e.node());
      case Event.DuplicateDropped e ->
          log.write("duplicate-dropped", "batch", e.batch(), "worker", e.node());
      case Event.JobCompleted e ->
          log.write(
              "job-completed", "job", e.job(), "queries", e.queries(), "failed", e.failures());
      case Event.CopyStarted e ->
          log.write("copy-started", "chunk", e.chunk(), "from", e.from(), "to", e.to());
      case Event.ReplicaShed e -> log.write("replica-shed", "chunk", e.chunk(), "node", e.node());
    }
  }
}
