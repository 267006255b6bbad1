package idunno.node.consensus;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * How one replica runs. Start from {@link #of} and change what differs.
 *
 * @param groupId the group; made once, by whoever bootstraps it, and handed to all who join
 * @param self this replica, as the others reach it
 * @param bindHost the local address to listen on
 * @param directory where log and snapshots live; one group and one replica to a directory
 * @param initialVoters the voters of a brand-new group (its first node alone, as a rule); empty to
 *     wait to be added. Ignored where the disk knows better, so a restart may pass the same
 * @param electionMinMs least time without a word from the leader after which a voter stands for
 *     election
 * @param electionMaxMs most of the same; each time is drawn between the two
 * @param maxEntryBytes largest entry that {@link Consensus#submit} takes
 * @param snapshotEveryEntries entries between two snapshots
 * @param logSegmentBytes size of a log file; only whole files are dropped after a snapshot
 * @param retryMemoryMs how long a replica remembers what it applied, to recognise a repeated
 *     submit; no submit lasts longer
 */
public record ConsensusConfig(
    UUID groupId,
    Peer self,
    String bindHost,
    Path directory,
    List<Peer> initialVoters,
    int electionMinMs,
    int electionMaxMs,
    int maxEntryBytes,
    int snapshotEveryEntries,
    int logSegmentBytes,
    int retryMemoryMs) {

  /**
   * Milliseconds. A leader says twice in the shortest silence that it lives, and each time costs 2
   * to 4 ms of a core, over both nodes. Most leaders that die needn't be missed by silence
   * (decision 0027).
   */
  public static final int ELECTION_MIN_MS = 600;

  /** Milliseconds. Twice the least, so that seldom two voters stand at once. */
  public static final int ELECTION_MAX_MS = 1_200;

  public ConsensusConfig {
    initialVoters = List.copyOf(initialVoters);
    atLeast("electionMinMs", electionMinMs, 50);
    atLeast("electionMaxMs", electionMaxMs, electionMinMs + 1);
    atLeast("maxEntryBytes", maxEntryBytes, 1024);
    atLeast("snapshotEveryEntries", snapshotEveryEntries, 1);
    atLeast("logSegmentBytes", logSegmentBytes, 4096);
    atLeast("retryMemoryMs", retryMemoryMs, 1000);
  }

  /**
   * The defaults: {@link #ELECTION_MIN_MS} to {@link #ELECTION_MAX_MS}, entries up to 4 MiB, a
   * snapshot every 10,000 entries, bound to the host of {@code self}.
   */
  public static ConsensusConfig of(UUID groupId, Peer self, Path directory) {
    return new ConsensusConfig(
        groupId,
        self,
        self.host(),
        directory,
        List.of(),
        ELECTION_MIN_MS,
        ELECTION_MAX_MS,
        4 << 20,
        10_000,
        8 << 20,
        120_000);
  }

  /** The same, for the first node of a brand-new group. */
  public ConsensusConfig bootstrapping() {
    return withInitialVoters(List.of(self));
  }

  public ConsensusConfig withInitialVoters(List<Peer> voters) {
    return new ConsensusConfig(
        groupId,
        self,
        bindHost,
        directory,
        voters,
        electionMinMs,
        electionMaxMs,
        maxEntryBytes,
        snapshotEveryEntries,
        logSegmentBytes,
        retryMemoryMs);
  }

  public ConsensusConfig withBindHost(String host) {
    return new ConsensusConfig(
        groupId,
        self,
        host,
        directory,
        initialVoters,
        electionMinMs,
        electionMaxMs,
        maxEntryBytes,
        snapshotEveryEntries,
        logSegmentBytes,
        retryMemoryMs);
  }

  public ConsensusConfig withElectionMs(int minMs, int maxMs) {
    return new ConsensusConfig(
        groupId,
        self,
        bindHost,
        directory,
        initialVoters,
        minMs,
        maxMs,
        maxEntryBytes,
        snapshotEveryEntries,
        logSegmentBytes,
        retryMemoryMs);
  }

  public ConsensusConfig withLog(int maxEntryBytes, int snapshotEveryEntries, int logSegmentBytes) {
    return new ConsensusConfig(
        groupId,
        self,
        bindHost,
        directory,
        initialVoters,
        electionMinMs,
        electionMaxMs,
        maxEntryBytes,
        snapshotEveryEntries,
        logSegmentBytes,
        retryMemoryMs);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", found " + value);
    }
  }
}
