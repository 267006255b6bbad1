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
 * @param electionMaxMs most of the same; each time is drawn between the two. Measured: 300 to 600
 *     fails over fastest, shorter ones split the vote
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
   * The defaults: 300 to 600 ms, entries up to 4 MiB, a snapshot every 10,000 entries, bound to the
   * host of {@code self}.
   */
  public static ConsensusConfig of(UUID groupId, Peer self, Path directory) {
    return new ConsensusConfig(
        groupId,
        self,
        self.host(),
        directory,
        List.of(),
        300,
        600,
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
