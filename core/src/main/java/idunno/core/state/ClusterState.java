package idunno.core.state;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.JobTable;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.membership.MemberTable;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelRef;
import idunno.core.models.ModelTable;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The state that every node holds, and the one place that changes it.
 *
 * <p>{@link #apply} is deterministic: the same commands in the same order give the same state on
 * every node. It is called by one thread at a time; readers take the same lock as the one who
 * applies.
 */
public final class ClusterState {
  private MemberTable members = new MemberTable();
  private FileTable files = new FileTable();
  private ModelTable models = new ModelTable();
  private JobTable jobs = new JobTable();
  private Sessions sessions = new Sessions();
  private List<ChunkId> freed = new ArrayList<>();
  private List<DroppedReplica> dropped = new ArrayList<>();
  private final ChunkJournal journal = new ChunkJournal();
  private long changes;

  /** Applies a request once; the same request again gets the first reply and changes nothing. */
  public Reply apply(Request request) {
    Optional<Reply> before = sessions.recall(request.id());
    if (before.isPresent()) {
      return before.get();
    }
    changes++;
    int freedBefore = freed.size();
    Reply reply = change(request.command());
    chunksIn(request.command()).forEach(journal::note);
    freed.subList(freedBefore, freed.size()).forEach(journal::note);
    sessions.remember(request.id(), reply);
    return reply;
  }

  private Reply change(Command command) {
    return switch (command) {
      case Command.AdmitMember admit -> admit(admit);
      case Command.FailMember fail -> fail(fail);
      case Command.ReleaseMember release -> release(release);
      case Command.CommitFiles commit -> commit(commit);
      case Command.GiveUp _ -> new Reply.GivenUp();
      case Command.FileChange change -> FileChanges.apply(change, files, freed);
      case Command.AddReplica add -> addReplica(add);
      case Command.DropReplica drop -> dropReplica(drop);
      case Command.ShedReplica shed -> shedReplica(shed);
      case Command.AddModel add -> addModel(add);
      case Command.RemoveModel remove -> removeModel(remove);
      case Command.SetBatchSize set -> setBatchSize(set);
      case Command.JobChange change -> jobChanges().apply(change);
    };
  }

  /** The chunks that a command brings, or has on other nodes. */
  private static List<ChunkId> chunksIn(Command command) {
    return switch (command) {
      case Command.CommitFiles commit -> commit.chunks().stream().map(StoredChunk::id).toList();
      case Command.PublishPart part -> part.chunks().stream().map(StoredChunk::id).toList();
      case Command.PublishResults publish ->
          publish.chunks().stream().map(StoredChunk::id).toList();
      case Command.AddReplica add -> List.of(add.chunk());
      case Command.DropReplica drop -> List.of(drop.chunk());
      case Command.ShedReplica shed -> List.of(shed.chunk());
      // Where all of a node's replicas go, the journal is torn.
      case Command.AdmitMember _,
          Command.FailMember _,
          Command.ReleaseMember _,
          Command.GiveUp _,
          Command.FileChange _,
          Command.AddModel _,
          Command.RemoveModel _,
          Command.SetBatchSize _,
          Command.JobChange _ ->
          List.of();
    };
  }

  private Reply admit(Command.AdmitMember command) {
    Optional<Member> before = members.get(command.name());
    if (before.isPresent() && !before.get().place().disk().equals(command.place().disk())) {
      files.dropReplicasOf(command.name());
      journal.tear();
    }
    return new Reply.Admitted(members.admit(command.name(), command.place(), command.atMs()).id());
  }

  private Reply fail(Command.FailMember command) {
    return members.put(command.node(), MemberState.FAILED, command.atMs())
        ? new Reply.Done()
        : new Reply.Refused(command.node() + " is not an alive member");
  }

  private Reply release(Command.ReleaseMember command) {
    if (!members.put(command.node(), MemberState.LEFT, command.atMs())) {
      return new Reply.Refused(command.node() + " is not a member");
    }
    files.dropReplicasOf(command.node().name());
    journal.tear();
    return new Reply.Done();
  }

  private Reply commit(Command.CommitFiles command) {
    files.addChunks(command.chunks());
    Optional<Reply> refusal = FileChanges.refusal(command.files(), files);
    if (refusal.isPresent()) {
      freed.addAll(files.dropUnreferenced(command.chunks()));
      return refusal.get();
    }
    List<Integer> numbers = new ArrayList<>();
    for (NewFile file : command.files()) {
      numbers.add(files.commit(file, command.atMs()).number());
    }
    freed.addAll(files.dropUnreferenced(command.chunks()));
    // After all commits: another file of them may refer to what the first one's limit lets go.
    command.files().forEach(file -> freed.addAll(files.trim(file.name())));
    command.folder().ifPresent(jobs::usedDataset);
    return new Reply.Committed(numbers);
  }

  private Reply addReplica(Command.AddReplica command) {
    boolean stays =
        members.get(command.node()).filter(m -> m.state() != MemberState.LEFT).isPresent();
    if (!stays) {
      // A copy that was under way when the node left: its disk is gone with it.
      return new Reply.Refused(command.node() + " is not a member");
    }
    return files.addReplica(command.chunk(), command.node())
        ? new Reply.Done()
        : new Reply.Refused("no chunk " + command.chunk());
  }

  /**
   * Decided here, where all drops come in one order: two nodes that each find their replica damaged
   * must not both give theirs up for the sake of the other's.
   */
  private Reply dropReplica(Command.DropReplica command) {
    List<NodeName> replicas =
        files.chunk(command.chunk()).map(StoredChunk::replicas).orElse(List.of());
    boolean othersAreAlive =
        members.aliveNames().stream()
            .anyMatch(name -> !name.equals(command.node()) && replicas.contains(name));
    if (replicas.contains(command.node()) && !othersAreAlive) {
      return new Reply.Refused(
          "chunk "
              + command.chunk()
              + ": expected another node that is alive to hold it, found "
              + command.node()
              + " alone");
    }
    return drop(command.chunk(), command.node());
  }

  private Reply drop(ChunkId chunk, NodeName node) {
    if (!files.dropReplica(chunk, node)) {
      return new Reply.Refused("no chunk " + chunk);
    }
    dropped.add(new DroppedReplica(chunk, node));
    return new Reply.Done();
  }

  /**
   * Decided anew here, whatever the proposer believed: another may have dropped one since, or a
   * holder have failed.
   */
  private Reply shedReplica(Command.ShedReplica command) {
    List<NodeName> replicas =
        files.chunk(command.chunk()).map(StoredChunk::replicas).orElse(List.of());
    Set<NodeName> alive = members.aliveNames();
    long others =
        replicas.stream()
            .filter(node -> !node.equals(command.node()) && alive.contains(node))
            .count();
    return replicas.contains(command.node()) && others >= Placement.COPIES
        ? drop(command.chunk(), command.node())
        : new Reply.Refused(
            "chunk "
                + command.chunk()
                + ": expected "
                + Placement.COPIES
                + " others that are alive to hold it, found "
                + others);
  }

  private Reply addModel(Command.AddModel command) {
    FileName folder = Model.folder(command.name());
    NavigableMap<String, FileVersion> parts = new TreeMap<>();
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      FileName name = folder.resolve(part);
      Integer number = command.versions().get(part);
      Optional<FileVersion> version =
          number == null ? Optional.empty() : files.version(name, number);
      if (version.isEmpty()) {
        return new Reply.Refused(
            "model %s: expected %s in the store, %s"
                .formatted(
                    command.name(),
                    name,
                    number == null ? "found none" : "but its version " + number + " is gone"));
      }
      parts.put(part, version.get());
    }
    Model model =
        models.add(command.name(), command.card(), command.smoke(), parts, command.atMs());
    parts.values().forEach(files::pin);
    return new Reply.ModelAdded(model.key());
  }

  private Reply removeModel(Command.RemoveModel command) {
    ModelRef ref = command.model();
    List<Model> going =
        ref.revision().isEmpty()
            ? models.revisions(ref.name())
            : models.find(ref).stream().toList();
    if (going.isEmpty()) {
      return noModel(ref);
    }
    FileName folder = Model.folder(ref.name());
    for (Model model : going) {
      models.remove(model.key());
      model.files().forEach((part, version) -> dropUnshared(folder.resolve(part), version));
    }
    jobChanges().pruneModels();
    return new Reply.ModelRemoved(going.stream().map(Model::key).toList());
  }

  /** Revisions may share a file's version: it goes with the last of them. */
  private void dropUnshared(FileName name, FileVersion version) {
    boolean shared =
        models.all().stream()
            .anyMatch(
                model ->
                    model.files().entrySet().stream()
                        .anyMatch(
                            part ->
                                Model.folder(model.key().name()).resolve(part.getKey()).equals(name)
                                    && part.getValue().number() == version.number()));
    if (!shared) {
      freed.addAll(files.deleteVersion(name, version.number()));
    }
  }

  private JobChanges jobChanges() {
    return new JobChanges(jobs, files, models, freed);
  }

  static Reply noModel(ModelRef model) {
    return new Reply.Refused("no model " + model + "; 'model ls' lists those there are");
  }

  private Reply setBatchSize(Command.SetBatchSize command) {
    if (command.queries() < 1 || command.queries() > Model.MAX_BATCH_SIZE) {
      return new Reply.Refused(
          "batch size: expected 1 to " + Model.MAX_BATCH_SIZE + ", found " + command.queries());
    }
    return models.setBatchSize(command.name(), command.queries())
        ? new Reply.Done()
        : noModel(ModelRef.latest(command.name()));
  }

  /** The chunks that were freed since the last call: their bytes can go. */
  public List<ChunkId> takeFreed() {
    List<ChunkId> taken = freed;
    freed = new ArrayList<>();
    return taken;
  }

  /** The replicas that were dropped since the last call: each node deletes its own. */
  public List<DroppedReplica> takeDropped() {
    List<DroppedReplica> taken = dropped;
    dropped = new ArrayList<>();
    return taken;
  }

  /** The chunks that changed last. */
  public ChunkJournal journal() {
    return journal;
  }

  /** A number that grows with each change; it counts for this process only. */
  public long changes() {
    return changes;
  }

  /** Members. */
  public MemberTable members() {
    return members;
  }

  /** Files, versions and chunks. */
  public FileTable files() {
    return files;
  }

  /** Models. */
  public ModelTable models() {
    return models;
  }

  /** Jobs. */
  public JobTable jobs() {
    return jobs;
  }

  /** The chunks that a node should hold, by id. */
  public List<StoredChunk> heldBy(NodeName node) {
    return files.chunks().stream().filter(chunk -> chunk.replicas().contains(node)).toList();
  }

  /** The whole state as a value. */
  public Snapshot snapshot() {
    return new Snapshot(
        List.copyOf(members.all()),
        files.toRecorded(),
        models.toRecorded(),
        jobs.toRecorded(),
        sessions.toRecorded());
  }

  /** Becomes the state that a value was taken of. */
  public void restore(Snapshot snapshot) {
    members = MemberTable.of(snapshot.members());
    files = FileTable.of(snapshot.files());
    models = ModelTable.of(snapshot.models());
    jobs = JobTable.of(snapshot.jobs());
    sessions = Sessions.of(snapshot.sessions());
    freed = new ArrayList<>();
    dropped = new ArrayList<>();
    journal.tear();
    changes++;
  }
}
