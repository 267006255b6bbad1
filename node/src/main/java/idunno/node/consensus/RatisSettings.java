package idunno.node.consensus;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.List;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis's settings, each with its reason where it is not Ratis's own choice. */
final class RatisSettings {
  /**
   * One blocking call to the leader ends by then; the callers try again until their own deadline.
   */
  static final int CALL_MS = 10_000;

  /** What Ratis adds to an entry in its log and on the wire, with room to spare. */
  private static final int OVERHEAD_BYTES = 64 << 10;

  private RatisSettings() {}

  static RaftProperties of(ConsensusConfig config) {
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, new ConfirmingRpc());
    network(p, config);
    elections(p, config);
    log(p, config);
    snapshots(p, config);
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, ms(config.retryMemoryMs()));
    return p;
  }

  private static void network(RaftProperties p, ConsensusConfig config) {
    // Without a host Ratis listens on all interfaces.
    GrpcConfigKeys.Server.setHost(p, config.bindHost());
    GrpcConfigKeys.Server.setPort(p, config.self().port());
    // A message carries either one batch of entries or one chunk of a snapshot, and its envelope.
    GrpcConfigKeys.setMessageSizeMax(p, bytes(batchBytes(config) + (2L << 20)));
    RaftClientConfigKeys.Rpc.setRequestTimeout(p, ms(CALL_MS));
  }

  private static void elections(RaftProperties p, ConsensusConfig config) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, ms(config.electionMinMs()));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, ms(config.electionMaxMs()));
    // Until it has heard of a leader for the first time, a replica that has just started waits but
    // half as long: a group that starts as a whole has none.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, ms(config.electionMinMs() / 2));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, ms(config.electionMaxMs() / 2));
    // A leader that lost its majority holds back so long before it stands again; the others do not
    // wait for it.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(3_000));
    // Ratis shuts a server down for good after a pause (a laptop's lid, a stopped process) as long
    // as this. Never.
    RaftServerConfigKeys.setCloseThreshold(p, ms(Integer.MAX_VALUE));
    RaftServerConfigKeys.Rpc.setSlownessTimeout(p, ms(600_000));
    // A new replica that does not answer blocks other changes of the group for so long.
    RaftServerConfigKeys.setStagingTimeout(p, ms(5_000));
  }

  private static void log(RaftProperties p, ConsensusConfig config) {
    RaftServerConfigKeys.setStorageDir(p, List.of(config.directory().toFile()));
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, bytes(config.logSegmentBytes()));
    RaftServerConfigKeys.Log.setPreallocatedSize(
        p, bytes(Math.min(1 << 20, config.logSegmentBytes())));
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, bytes(32 << 20));
    RaftServerConfigKeys.Log.setWriteBufferSize(
        p, bytes(Math.max(1 << 20, batchBytes(config) + 4096)));
    // An entry of Ratis's own after each commit, for a faster restart; it doubles the log and the
    // work.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
    // Ratis's newer way of appending takes a message for a repeated one if it begins with the same
    // entry as one that is still being written, and acknowledges its last entry. A leader that
    // repeats itself with more entries then counts some that this replica doesn't hold: they can be
    // lost, and as it never sends them again, the replica stays behind until the leader changes.
    RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(p, false);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, bytes(batchBytes(config)));
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, bytes(batchBytes(config)));
    RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(p, true);
    // Ratis sleeps this long before each message to a follower.
    RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, ms(0));
    // After some failures Ratis would try a dead follower every 5 s only; one that returns is
    // waiting.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "1ms,10, 500ms,1000000");
  }

  private static void snapshots(RaftProperties p, ConsensusConfig config) {
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, config.snapshotEveryEntries());
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(
        p, Math.max(1, Math.min(1024, config.snapshotEveryEntries())));
  }

  private static int batchBytes(ConsensusConfig config) {
    return config.maxEntryBytes() + OVERHEAD_BYTES;
  }

  private static TimeDuration ms(int ms) {
    return TimeDuration.valueOf(ms, MILLISECONDS);
  }

  private static SizeInBytes bytes(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }
}
