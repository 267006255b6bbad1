package idunno.node.consensus;

import idunno.node.consensus.ConsensusException.NotConfirmed;
import idunno.node.consensus.ConsensusException.NotSubmitted;
import idunno.node.consensus.ConsensusException.OutcomeUnknown;
import idunno.node.consensus.LeaderCalls.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a replicated state machine. All methods may be called from any thread and block
 * until they are done or their time is over; an interrupt ends the wait and leaves the outcome
 * unknown.
 */
public final class Consensus implements AutoCloseable {
  private final ConsensusConfig config;
  private final RaftGroupId group;
  private final RaftServer server;
  private final OrderedState state;
  private final Events events;
  private final LeaderCalls leader;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final LastCurrent current = new LastCurrent();

  private Consensus(
      ConsensusConfig config,
      RaftServer server,
      OrderedState state,
      Events events,
      LeaderCalls leader) {
    this.config = config;
    this.group = RaftGroupId.valueOf(config.groupId());
    this.server = server;
    this.state = state;
    this.events = events;
    this.leader = leader;
  }

  /**
   * Opens a replica, from what its directory holds or as a new one, and starts taking part. Returns
   * when it listens, not when there is a leader.
   *
   * @param terms how other voters are asked for their term
   * @throws IOException if the directory belongs to another group, is in use or damaged, or the
   *     port is taken
   */
  public static Consensus open(
      ConsensusConfig config, Replicated state, ConsensusListener listener, VoterTerms terms)
      throws IOException {
    RatisLogging.quietUnlessChosen();
    Files.createDirectories(config.directory());
    refuseForeignGroup(config);
    RaftGroupId group = RaftGroupId.valueOf(config.groupId());
    RaftProperties properties = RatisSettings.of(config);
    Events events = new Events(config.self().id(), listener);
    OrderedState ordered = new OrderedState(state, events, terms);
    RaftServer server = null;
    try {
      server =
          RaftServer.newBuilder()
              .setServerId(config.self().raftId())
              .setGroup(
                  RaftGroup.valueOf(
                      group, config.initialVoters().stream().map(Peer::asVoter).toList()))
              .setOption(RaftStorage.StartupOption.RECOVER)
              .setStateMachine(ordered)
              .setProperties(properties)
              .build();
      server.start();
    } catch (IOException | RuntimeException e) {
      events.close();
      if (server != null) {
        server.close();
      }
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      throw new IOException(
          "replica "
              + config.self().id()
              + " did not start from "
              + config.directory()
              + " on "
              + config.bindHost()
              + ":"
              + config.self().port()
              + ": "
              + cause.getMessage(),
          cause);
    }
    LeaderCalls leader =
        new LeaderCalls(
            server,
            group,
            new GrpcFactory(new Parameters()).newRaftClientRpc(ClientId.randomId(), properties));
    return new Consensus(config, server, ordered, events, leader);
  }

  private static void refuseForeignGroup(ConsensusConfig config) throws IOException {
    try (var entries = Files.newDirectoryStream(config.directory(), Files::isDirectory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
            && !name.equals(config.groupId().toString())) {
          throw new IOException(
              config.directory()
                  + " holds a replica of group "
                  + name
                  + ", expected "
                  + config.groupId()
                  + "; use another directory, or join that group");
        }
      }
    }
  }

  /**
   * Has an entry applied on every replica, and returns what {@link Replicated#apply} replied. When
   * it returns, the entry is on the disks of a majority and in the leader's state. Attempts
   * repeated within the call are recognised and applied once, but for one rare case: a replica that
   * was just brought up by a snapshot, and leads at once, does not know what the snapshot contains.
   * Entries that must not be repeated carry an id that {@link Replicated} remembers.
   *
   * @param timeout at most {@link ConsensusConfig#retryMemoryMs} counts
   * @throws NotSubmitted the entry is too large, or no leader was found to give it to
   * @throws OutcomeUnknown time is over and a leader may have taken the entry
   */
  public byte[] submit(byte[] entry, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    if (entry.length > config.maxEntryBytes()) {
      throw new NotSubmitted(
          "entry has "
              + entry.length
              + " bytes, the most is "
              + config.maxEntryBytes()
              + "; split it into several",
          null);
    }
    Duration memory = Duration.ofMillis(config.retryMemoryMs());
    Message message = Message.valueOf(UnsafeByteOperations.unsafeWrap(entry));
    long call = calls.incrementAndGet();
    RaftClientReply reply =
        settled(
            "submit",
            leader.ask(
                (to, ms) -> request(to, call, ms, message, RaftClientRequest.writeRequestType()),
                Deadline.after(timeout.compareTo(memory) < 0 ? timeout : memory)));
    return reply.getMessage().getContent().toByteArray();
  }

  /**
   * Waits until this node's own state holds every entry that anybody was told of before the call,
   * through this node or another. A read of the local state after it is linearizable. Works on
   * leader, follower and observer.
   *
   * @throws NotConfirmed if a majority did not confirm in time that it is so
   */
  public void barrier(Duration timeout) throws NotConfirmed, InterruptedException {
    barrier(Deadline.after(timeout));
  }

  private void barrier(Deadline deadline) throws NotConfirmed, InterruptedException {
    long askedNanos = System.nanoTime();
    Answer answer =
        leader.ask(
            (to, ms) ->
                request(
                    to,
                    calls.incrementAndGet(),
                    ms,
                    Message.valueOf(self()),
                    RaftClientRequest.readRequestType()),
            deadline);
    switch (answer) {
      case Answer.Replied(RaftClientReply reply) -> {
        long index = reply.getMessage().getContent().asReadOnlyByteBuffer().getLong();
        if (!state.applied().await(index, deadline)) {
          throw new NotConfirmed(
              self()
                  + " has applied "
                  + state.applied().get()
                  + " of "
                  + index
                  + " entries; it is catching up, or cut off",
              null);
        }
        current.at(askedNanos);
      }
      case Answer.Refused(Throwable why) -> throw new NotConfirmed(self() + ": read refused", why);
      case Answer.None(boolean _, Throwable last) ->
          throw new NotConfirmed(self() + ": no leader with a majority in time", last);
    }
  }

  /**
   * How old this node's own state may be, in milliseconds: so long ago it surely held every entry
   * that anybody had been told of, since a {@link #barrier} that began then has ended well. Empty
   * where none ever has.
   */
  public OptionalLong staleMs() {
    return current.agoMs();
  }

  /** What this replica knows now; never waits. */
  public Status status() {
    return StatusReport.of(server, group, state);
  }

  /**
   * Adds a voter that is running and waiting; returns when it has caught up and votes. Does nothing
   * if it does already.
   */
  public void addVoter(Peer voter, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    change("add voter " + voter.id(), current -> current.withVoter(voter), timeout);
  }

  /**
   * Adds a replica without a vote, or takes nothing from one that is there. It counts for no
   * majority.
   */
  public void addObserver(Peer observer, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    change("add observer " + observer.id(), current -> current.withObserver(observer), timeout);
  }

  /** Removes a voter or an observer, running or not. Does nothing if it is gone. */
  public void remove(String id, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    change("remove " + id, current -> current.without(id), timeout);
  }

  /**
   * Removes one and adds another voter as one change, for a replica that lost its disk. Needs three
   * voters at least.
   */
  public void replace(String oldId, Peer voter, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    change(
        "replace " + oldId + " by " + voter.id(),
        current -> current.withVoter(voter).without(oldId),
        timeout);
  }

  private void change(String what, Membership.Change change, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    boolean asked = false;
    Throwable last = null;
    while (!deadline.passed()) {
      try {
        barrier(deadline);
        var configuration = server.getDivision(group).getRaftConf();
        boolean settled =
            configuration.getPreviousPeers().isEmpty()
                && configuration.getLogEntryIndex() <= state.applied().get();
        Membership current = Membership.of(configuration);
        Membership next = change.of(current);
        if (settled && next.equals(current)) {
          return;
        }
        asked = true;
        Answer answer =
            leader.ask(
                (to, ms) ->
                    new SetConfigurationRequest(
                        client, to, group, calls.incrementAndGet(), current.changeTo(next)),
                deadline);
        switch (answer) {
          case Answer.Replied _ -> {
            return;
          }
          case Answer.Refused(Throwable why) -> last = why;
          case Answer.None(boolean _, Throwable why) -> last = why;
        }
      } catch (NotConfirmed | IOException e) {
        last = e;
      }
      deadline.pause(100);
    }
    String message =
        what + ": not done in time" + (last == null ? "" : "; last: " + last.getMessage());
    if (asked) {
      throw new OutcomeUnknown(message, last);
    }
    throw new NotSubmitted(message, last);
  }

  /**
   * Hands leadership to a voter, or to the one that is best up to date.
   *
   * @param to id of the voter, or null for any other
   * @throws OutcomeUnknown if it was not done in time; somebody leads, or will
   */
  public void transferLeadership(@Nullable String to, Duration timeout)
      throws NotSubmitted, OutcomeUnknown, InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    Throwable last = null;
    while (!deadline.passed()) {
      String target = to != null ? to : StatusReport.bestStandby(status());
      RaftPeerId wanted = target == null ? null : RaftPeerId.valueOf(target);
      Answer answer =
          leader.ask(
              (server, ms) ->
                  new TransferLeadershipRequest(
                      client, server, group, calls.incrementAndGet(), wanted, Math.max(1, ms)),
              deadline);
      switch (answer) {
        case Answer.Replied _ -> {
          return;
        }
        case Answer.Refused(Throwable why) -> last = why;
        case Answer.None(boolean _, Throwable why) -> last = why;
      }
      deadline.pause(100);
    }
    throw new OutcomeUnknown(
        "transfer leadership: not done in time"
            + (last == null ? "" : "; last: " + last.getMessage()),
        last);
  }

  /**
   * Has this replica stand for election at once, as the leader's process is known to be dead. Its
   * trial round is skipped, since the others haven't missed the leader yet: Ratis is told what a
   * leader tells that hands over (Ongaro, Raft thesis, 3.10). A leader that is alive after all is
   * deposed by it, and nothing is lost.
   *
   * @param dead the leader, of that term and no other: who has heard of another since, stays
   * @return whether it stands. If not, it doesn't follow that leader any more, has no entry of its
   *     term, or is just writing one, which is over in a moment
   * @throws IOException if this replica is closed, or can't write down whom it votes for
   */
  public boolean standInFor(Lead dead) throws IOException {
    return Candidacy.standInFor(dead, server, server.getDivision(group));
  }

  /**
   * Takes a snapshot of this replica now and drops the log files before it; for tests and
   * operators.
   */
  public void snapshot() throws IOException {
    RaftClientReply reply =
        server.snapshotManagement(
            SnapshotManagementRequest.newCreate(
                client, server.getId(), group, calls.incrementAndGet(), RatisSettings.CALL_MS, 1));
    if (!reply.isSuccess()) {
      throw new IOException(self() + ": no snapshot taken", reply.getException());
    }
  }

  /** Stops taking part; what is on disk stays. The others elect another leader if this was it. */
  @Override
  public void close() throws IOException {
    state.expectClose();
    try (events;
        server;
        leader) {
      // Closed from right to left, so that nobody asks a server that is gone.
    }
  }

  private RaftClientReply settled(String what, Answer answer) throws NotSubmitted, OutcomeUnknown {
    return switch (answer) {
      case Answer.Replied(RaftClientReply reply) -> reply;
      case Answer.Refused(Throwable why) ->
          throw new OutcomeUnknown(what + ": the leader failed: " + why.getMessage(), why);
      case Answer.None(boolean handedOver, Throwable last) when handedOver ->
          throw new OutcomeUnknown(
              what + ": no answer in time; it may have been applied, or may yet be", last);
      case Answer.None(boolean _, Throwable last) ->
          throw new NotSubmitted(what + ": no leader found in time by " + self(), last);
    };
  }

  private RaftClientRequest request(
      RaftPeerId to, long call, long timeoutMs, Message message, RaftClientRequest.Type type) {
    return RaftClientRequest.newBuilder()
        .setClientId(client)
        .setServerId(to)
        .setGroupId(group)
        .setCallId(call)
        .setMessage(message)
        .setType(type)
        .setTimeoutMs(timeoutMs)
        .build();
  }

  /**
   * The highest term that this replica has seen. It doesn't help an earlier one any more.
   *
   * @param replica whose term is wanted
   * @throws IOException if that is another replica, or this one is closed
   */
  public long termOf(String replica) throws IOException {
    return atWork(replica).getInfo().getCurrentTerm();
  }

  /**
   * Where this replica's log ends.
   *
   * @param replica whose log is meant
   * @throws IOException if that is another replica, or this one is closed
   */
  public LogEnd logEndOf(String replica) throws IOException {
    return Candidacy.logEnd(atWork(replica));
  }

  private RaftServer.Division atWork(String replica) throws IOException {
    RaftServer.Division division = server.getDivision(group);
    if (!replica.equals(self()) || !division.getInfo().isAlive()) {
      throw new IOException(
          "expected replica "
              + replica
              + " at work, found "
              + self()
              + ", "
              + division.getInfo().getLifeCycleState());
    }
    return division;
  }

  /** Who leads, as far as this replica knows; empty amid an election. */
  public Optional<Lead> lead() {
    try {
      return Candidacy.lead(server.getDivision(group).getInfo());
    } catch (IOException closed) {
      return Optional.empty();
    }
  }

  /** The replica that leads, as far as this one knows. */
  public Optional<String> leader() {
    return lead().map(Lead::replica);
  }

  private String self() {
    return config.self().id();
  }
}
