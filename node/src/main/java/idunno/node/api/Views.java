package idunno.node.api;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.files.FileName;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Phase;
import idunno.core.membership.MemberState;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.core.models.SmokeTest;
import java.util.List;
import java.util.Optional;

/**
 * What the API answers, as records: the gateway writes them, the client reads them, and {@code
 * --json} prints them.
 *
 * <p>Times are milliseconds since 1970, lengths are bytes, checksums are CRC32C as eight
 * hexadecimal digits. Beside these, {@link idunno.core.coordinator.Report}, {@link
 * idunno.core.coordinator.Balance} and {@link idunno.core.jobs.JobSpec} are answered as they are.
 */
public final class Views {
  private Views() {}

  /**
   * This node.
   *
   * @param id its id, absent while it is not in a group
   * @param cluster the id of its group, absent while it is in none
   */
  public record SelfView(
      NodeName name,
      Optional<NodeId> id,
      Optional<String> cluster,
      Address api,
      Address peer,
      Address consensus,
      String version,
      long startedMs) {}

  /**
   * One member of the group.
   *
   * @param zone what it may fail together with others by; empty where nothing was said
   * @param room what its disk has room for; absent where the coordinator hasn't heard of it
   */
  public record MemberView(
      NodeId id,
      MemberState state,
      Role role,
      Address api,
      Address peer,
      int slots,
      long sinceMs,
      String zone,
      Optional<DiskRoom> room) {}

  /** What a member is to the group beside being a worker. */
  public enum Role {
    COORDINATOR,
    STANDBY,
    WORKER
  }

  /**
   * All members, by name.
   *
   * @param current whether a coordinator said so; else it is what this node knew last
   */
  public record MembersView(List<MemberView> members, boolean current) {}

  /**
   * The coordinator now and those that can take over.
   *
   * @param coordinator absent while there is none
   * @param term the term of its election
   * @param entries how many entries of the log it has committed
   */
  public record MasterView(
      Optional<NodeId> coordinator, long term, long entries, List<StandbyView> standbys) {}

  /**
   * A node that holds the coordinator's whole state.
   *
   * @param behind how many entries of the log it has yet to be sent; -1 where that isn't known
   * @param state what the membership list says of it
   */
  public record StandbyView(NodeId id, long behind, MemberState state) {}

  /** A file with all its versions, oldest first. */
  public record FileView(FileName name, List<VersionView> versions) {}

  /**
   * One version.
   *
   * @param copies the fewest living nodes that hold any one of its chunks; 0 if it can't be read
   * @param replicas the nodes that hold all of its bytes now
   * @param partly the nodes that hold some of its chunks now, and not all
   */
  public record VersionView(
      int number,
      long length,
      String crc32c,
      long atMs,
      int copies,
      List<NodeName> replicas,
      List<NodeName> partly) {}

  /** The files asked for, by name. */
  public record FilesView(List<FileView> files) {}

  /** What one node holds now. */
  public record StoreView(NodeName node, long usedBytes, long freeBytes, List<HeldView> files) {}

  /** A version that a node holds whole. */
  public record HeldView(FileName name, int version, long length) {}

  /** A finished upload. */
  public record PutView(
      FileName name, int version, long length, String crc32c, int replicas, long tookMs) {}

  /** A finished upload of a folder. */
  public record FolderPutView(FileName folder, int files, long bytes, int replicas, long tookMs) {}

  /**
   * A finished delete.
   *
   * @param untilMs until when it can be had back; 0 if it can't
   */
  public record DeletedView(FileName name, int versions, long untilMs) {}

  /** A finished undelete. */
  public record UndeletedView(FileName name, int versions) {}

  /**
   * A deleted file that can be had back.
   *
   * @param versions how many it has
   * @param latest the number of the last of them
   * @param bytes how long they are in all
   * @param untilMs until when their bytes are kept
   */
  public record DeletedFileView(
      FileName name, int versions, int latest, long bytes, long deletedMs, long untilMs) {}

  /** How many versions the files of a folder, or one file, keep. */
  public record LimitView(FileName folder, int keep) {}

  /** All limits, by folder. */
  public record LimitsView(List<LimitView> limits) {}

  /**
   * A limit that was set.
   *
   * @param keep 0 if it was taken back
   * @param files of so many files there were more versions than that
   * @param versions so many of them are gone
   */
  public record KeptView(FileName folder, int keep, int files, int versions) {}

  /** A file, or a folder with so many files, that has another name. */
  public record MovedView(FileName from, FileName to, int files, int versions) {}

  /**
   * A file, or a folder, that was copied.
   *
   * @param bytes how long the copies are in all; they share their bytes with what was copied
   * @param version the copy's number, if it is one file
   */
  public record CopiedView(
      FileName from, FileName to, int files, long bytes, Optional<Integer> version) {}

  /** A model's revision. */
  public record ModelView(
      ModelKey key, ModelCard card, SmokeTest smoke, int batchSize, long bytes, long addedMs) {}

  /** Models, by name. */
  public record ModelsView(List<ModelView> models) {}

  /**
   * A model's revision with all that is known of it.
   *
   * @param files its files in the store, by their names within the model's folder
   * @param revisions the revisions that there are, oldest first
   * @param nodes how it stands on each worker
   */
  public record ModelShowView(
      ModelView model,
      List<ModelFileView> files,
      List<Integer> revisions,
      List<ModelOnNodeView> nodes) {}

  /** A file of a model. */
  public record ModelFileView(FileName name, int version, long length) {}

  /**
   * A model on a node: ready there only once that node has warmed it.
   *
   * @param ready whether it is in memory there, loaded and run
   * @param memory what it takes there; none if it is not ready
   * @param reason why nothing is known of that node, if it did not answer
   */
  public record ModelOnNodeView(
      NodeName node, boolean ready, Optional<ModelMemoryView> memory, Optional<String> reason) {}

  /**
   * What a model takes on a node.
   *
   * @param loadMs how long fetching, loading and the first runs took
   * @param bytes its weights, and what its runs need besides
   * @param shared whether other nodes of the same machine share its weights
   * @param device what runs it, such as {@code cpu}
   */
  public record ModelMemoryView(long loadMs, long bytes, boolean shared, String device) {}

  /** Revisions that are no more. */
  public record ModelRemovedView(List<ModelKey> models) {}

  /**
   * A model that was checked and added.
   *
   * @param checkMs how long it took to fetch the network, load it and try it
   */
  public record ModelAddedView(ModelKey key, long checkMs) {}

  /**
   * How a model in 8 bits is to be made of another.
   *
   * @param dataset the folder of the store with pictures such as the model will see
   * @param calibration how many of them the ranges are measured on
   * @param heldOut how many others the two models are compared on
   * @param as the new model's name
   * @param force add it even if it agrees less than it should
   */
  public record QuantizeAsk(
      String dataset, int calibration, int heldOut, String as, boolean force) {}

  /** One line of what is told while a model in 8 bits is made. */
  public sealed interface QuantizeView {
    /** How far it is; {@code total} is 0 where that is not known. */
    record Step(String what, long done, long total) implements QuantizeView {}

    /**
     * The end.
     *
     * @param added the new model; none if it was refused
     * @param refused why it was not added
     * @param agreement the share of held-out pictures with the same first guess, 0 to 1
     * @param scoreShift how far the first guess's probability moved, on average, 0 to 1
     * @param speedUp how many times as fast as the float model, the same pictures end to end
     * @param layers how many layers are in 8 bits
     * @param leftFloat layers that stay in float
     */
    record Outcome(
        Optional<ModelKey> added,
        Optional<String> refused,
        double agreement,
        double scoreShift,
        double speedUp,
        int calibration,
        int heldOut,
        int layers,
        List<LeftFloat> leftFloat,
        long bytesBefore,
        long bytesAfter)
        implements QuantizeView {}
  }

  /** A layer that stays in float, and why. */
  public record LeftFloat(String layer, String reason) {}

  /** What became of one model on one node in the training phase; one line each, as they come. */
  public record TrainedView(
      NodeName node, ModelKey model, boolean warm, long loadMs, Optional<String> reason) {}

  /** Which models to warm; all that the cluster has, if none is named. */
  public record TrainAsk(List<String> models) {}

  /** How many queries a batch of a model's new jobs has. */
  public record BatchSizeAsk(int queries) {}

  /**
   * A new job; without a dataset, the one last used.
   *
   * @param after the job that must have ended before
   * @param maxFailures how many of its queries may fail
   */
  public record JobAsk(
      String model,
      Optional<String> dataset,
      long start,
      long end,
      Optional<Integer> batchSize,
      Optional<Integer> weight,
      Optional<JobId> after,
      Optional<Integer> maxFailures) {
    /** A job that begins at once and goes on to its end. */
    public JobAsk(
        String model,
        Optional<String> dataset,
        long start,
        long end,
        Optional<Integer> batchSize,
        Optional<Integer> weight) {
      this(model, dataset, start, end, batchSize, weight, Optional.empty(), Optional.empty());
    }
  }

  /**
   * A job whose failed queries are run again.
   *
   * @param queries how many
   * @param missing how many others stay without an answer: their pictures are gone
   */
  public record RetriedView(JobId job, long queries, long missing) {}

  /** What running jobs shall get equal amounts of. */
  public record FairnessAsk(Fairness fairness) {}

  /** What the workers shall do. */
  public record PhaseAsk(Phase phase) {}

  /**
   * How evenly the disks shall be used.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  public record BalanceAsk(double withinPoints) {}

  /** Nodes to join by: addresses of the API of any member. */
  public record JoinAsk(List<String> seeds) {}

  /** One line of a grep's answer. */
  public sealed interface GrepView {
    /** A line that matches. */
    record Match(NodeName node, long line, String text) implements GrepView {}

    /** A machine's count, when it has been through its log. */
    record Count(NodeName node, long matches, long lines, long tookMs) implements GrepView {}

    /** A machine did not answer. */
    record Silence(NodeName node, String reason) implements GrepView {}
  }

  /** Something that succeeded without more to say. */
  public record DoneView(String done) {}

  /**
   * Something that failed.
   *
   * @param error what failed, what was expected and found, and the next step
   * @param usage whether the request itself was wrong, so that the same again can't succeed
   */
  public record ErrorView(String error, boolean usage) {}
}
