package idunno.core.state;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Phase;
import idunno.core.membership.Member;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.core.models.SmokeTest;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A change of the cluster's state, as it stands in the log. The proposer has decided; applying it
 * gives the same result on every node, so each command carries the time that it shall have.
 *
 * <p>{@code atMs} is milliseconds since 1970 by the proposer's clock.
 */
public sealed interface Command {
  /** A node asks to be in the group, for the first time or after a restart. */
  record AdmitMember(NodeName name, Member.Place place, long atMs) implements Command {}

  /** The coordinator declares that life of a node dead. */
  record FailMember(NodeId node, long atMs) implements Command {}

  /** A node has handed back its work and leaves. */
  record ReleaseMember(NodeId node, long atMs) implements Command {}

  /**
   * New versions become visible, all together, with the chunks that hold them; or none, where one
   * is on a condition that doesn't hold.
   */
  record CommitFiles(
      List<NewFile> files, List<StoredChunk> chunks, Optional<FileName> folder, long atMs)
      implements Command {
    /** Keeps its own copies of the lists. */
    public CommitFiles {
      files = List.copyOf(files);
      chunks = List.copyOf(chunks);
    }
  }

  /**
   * A request ends without a change, before what it asks for could be proposed. In the log it has
   * an order with other tries of the same request: whichever comes first is what all are answered,
   * so that nobody is told that nothing was done while another try is still on its way.
   */
  record GiveUp() implements Command {}

  /** Changes files that are there already; it brings no bytes. */
  sealed interface FileChange extends Command {}

  /**
   * A file goes with all its versions, and can be had back until a time.
   *
   * @param untilMs at {@code atMs} or before: at once, with all that earlier deletes have kept
   */
  record DeleteFile(FileName name, long untilMs, long atMs) implements FileChange {}

  /** What the last delete of a file took away comes back. */
  record UndeleteFile(FileName name) implements FileChange {}

  /** What was deleted goes for good where its time has come. */
  record ReclaimDeleted(long atMs) implements FileChange {}

  /**
   * The files of a folder, or one file, keep so many versions each, from now on.
   *
   * @param versions 1 or more; 0 takes back the limit that was set for that very name
   */
  record KeepVersions(FileName folder, int versions) implements FileChange {}

  /** A file with all its versions, or all of a folder, gets a name that is free. */
  record MoveFile(FileName from, FileName to) implements FileChange {}

  /**
   * A version becomes a new version of another file, or the latest versions of a folder of another
   * folder. The bytes are shared, not copied.
   *
   * @param version the latest, if none is named; a folder has none
   */
  record CopyFile(FileName from, Optional<Integer> version, FileName to, long atMs)
      implements FileChange {}

  /** A node holds a chunk now: a repair has copied it there. */
  record AddReplica(ChunkId chunk, NodeName node) implements Command {}

  /**
   * A node holds a chunk no longer: it was lost, or found corrupt. Refused for the last replica
   * that is alive, which may hold good bytes yet, or be brought back.
   */
  record DropReplica(ChunkId chunk, NodeName node) implements Command {}

  /**
   * A node gives up a replica that is one too many. It is refused unless four others that are alive
   * hold the chunk.
   */
  record ShedReplica(ChunkId chunk, NodeName node) implements Command {}

  /**
   * Files in a model's folder become a revision of the model.
   *
   * @param smoke what running it showed
   * @param versions which version of each of its files, by their names within the folder: those
   *     that were checked, whatever was put since
   */
  record AddModel(
      ModelName name,
      ModelCard card,
      SmokeTest smoke,
      NavigableMap<String, Integer> versions,
      long atMs)
      implements Command {
    /** Keeps its own copy of the map. */
    public AddModel {
      versions = new TreeMap<>(versions);
    }
  }

  /** A revision of a model, or all of them, and their files. Running jobs keep what they have. */
  record RemoveModel(ModelRef model) implements Command {}

  /** The batch size of a model's jobs to come. */
  record SetBatchSize(ModelName name, int queries) implements Command {}

  /** Changes what jobs there are, how far they are, or how they share the machines. */
  sealed interface JobChange extends Command {}

  /** A new job. Without a dataset it takes the one last used. */
  record SubmitJob(
      ModelRef model,
      Optional<FileName> dataset,
      Range range,
      Optional<Integer> batchSize,
      int weight,
      Conditions conditions,
      long atMs)
      implements JobChange {
    /** A job that begins at once and goes on to its end. */
    public SubmitJob(
        ModelRef model,
        Optional<FileName> dataset,
        Range range,
        Optional<Integer> batchSize,
        int weight,
        long atMs) {
      this(model, dataset, range, batchSize, weight, Conditions.NONE, atMs);
    }
  }

  /** Finished batches; each counts once, whoever reports it again. */
  record CompleteBatches(List<BatchResult> results, long atMs) implements JobChange {
    /** Keeps its own copy of the list. */
    public CompleteBatches {
      results = List.copyOf(results);
    }
  }

  /**
   * The next part of a job's results is durable: it becomes visible, and the state forgets them.
   *
   * @param firstBatch the first batch whose lines it has
   * @param endBatch the batch behind the last
   */
  record PublishPart(
      JobId job, int firstBatch, int endBatch, NewFile file, List<StoredChunk> chunks, long atMs)
      implements JobChange {
    /** Keeps its own copy of the list. */
    public PublishPart {
      chunks = List.copyOf(chunks);
    }
  }

  /**
   * The result file is durable: it becomes visible and the job is done.
   *
   * @param chunks those that came with it; parts of the results lie in others
   * @param batches how many batches the job had when it was written, so that one that comes late
   *     isn't taken for the file of a job that was begun again; empty in old logs, for as many as
   *     it was submitted with
   */
  record PublishResults(
      JobId job, NewFile file, List<StoredChunk> chunks, Optional<Integer> batches, long atMs)
      implements JobChange {
    /** Keeps its own copy of the list. */
    public PublishResults {
      chunks = List.copyOf(chunks);
    }

    /** The file of a job of which nothing was run again. */
    public PublishResults(JobId job, NewFile file, List<StoredChunk> chunks, long atMs) {
      this(job, file, chunks, Optional.empty(), atMs);
    }
  }

  /** The queries of a job that have no answer are run again, on the present pictures. */
  record RetryFailed(JobId job, long atMs) implements JobChange {}

  /** A job is removed before its end. */
  record CancelJob(JobId job, long atMs) implements JobChange {}

  /** A job rests: its batches are taken off the desks. */
  record PauseJob(JobId job) implements JobChange {}

  /** A job that rests goes on. */
  record ResumeJob(JobId job) implements JobChange {}

  /** What running jobs get equal amounts of, from now on. */
  record ShareBy(Fairness fairness) implements JobChange {}

  /** What the workers do, from now on. */
  record EnterPhase(Phase phase) implements JobChange {}
}
