package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.coordinator.PartRule;
import idunno.core.coordinator.UpkeepRule;
import idunno.core.membership.DetectionRule;
import idunno.node.files.ScrubPlan;
import idunno.node.inference.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How one node runs.
 *
 * @param name the node's name
 * @param data its data directory
 * @param bindHost the host to listen on, and to be reached by
 * @param ports where to listen
 * @param slots how many batches run at once
 * @param seeds addresses of the API of members to join by; empty to begin a cluster, or to come
 *     back to the one that the data directory knows
 * @param detection how long a silence means what
 * @param electionMinMs least time without a word from the coordinator before an election
 * @param electionMaxMs most of the same
 * @param snapshotEveryEntries entries of the log between two snapshots
 * @param orphanGraceMs how old a chunk that nothing refers to must be before it is swept
 * @param zone what the node shares with others that may fail together with it; empty for nothing
 * @param upkeep how replicas are looked after while this node coordinates
 * @param parts when results of a job that goes on are put in the store while this node coordinates
 * @param disk how the disk is looked after
 * @param models what runs models, and how much memory they may take
 */
public record NodeConfig(
    NodeName name,
    Path data,
    String bindHost,
    PortPlan ports,
    int slots,
    List<String> seeds,
    DetectionRule detection,
    int electionMinMs,
    int electionMaxMs,
    int snapshotEveryEntries,
    long orphanGraceMs,
    String zone,
    UpkeepRule upkeep,
    PartRule parts,
    Disk disk,
    Models models) {
  /** Keeps its own copy of the list. */
  public NodeConfig {
    seeds = List.copyOf(seeds);
  }

  /**
   * How the disk is looked after.
   *
   * @param reserveBytes what shall stay free on it; empty for 1 GiB, or a 20th of a smaller disk
   * @param scrub when and how fast all replicas are read again
   * @param syncs whether chunks are forced to the disk before they are acknowledged
   */
  public record Disk(OptionalLong reserveBytes, ScrubPlan scrub, boolean syncs) {}

  /**
   * How the node runs models.
   *
   * @param device what runs them
   * @param remark what the node's log should say of how the device was chosen, if anything
   * @param shareWeights whether processes of this machine share weights where they can
   * @param memoryBytes the most memory that warm models may take together
   * @param pictureBytes the most memory for decoded pictures
   */
  public record Models(
      Device device,
      Optional<String> remark,
      boolean shareWeights,
      long memoryBytes,
      long pictureBytes) {}

  /**
   * Which ports are wanted.
   *
   * @param api the API's port
   * @param peer the port for other nodes; 0 for the API's and one
   * @param consensus the port of the consensus; 0 for the API's and two
   * @param mayMove whether three others may be taken where these are in use
   */
  public record PortPlan(int api, int peer, int consensus, boolean mayMove) {
    /** How far the next three ports are. */
    static final int STEP = 10;

    /** How many threes are tried. */
    static final int TRIES = 100;

    PortPlan moved(int times) {
      int by = times * STEP;
      return new PortPlan(
          api + by, peer == 0 ? 0 : peer + by, consensus == 0 ? 0 : consensus + by, mayMove);
    }

    int peerPort() {
      return peer == 0 ? api + 1 : peer;
    }

    int consensusPort() {
      return consensus == 0 ? api + 2 : consensus;
    }
  }
}
