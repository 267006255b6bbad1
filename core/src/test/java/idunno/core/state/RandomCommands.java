package idunno.core.state;

import static idunno.core.state.SampleCluster.MODEL;
import static idunno.core.state.SampleCluster.PHOTOS;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.Guess;
import idunno.core.jobs.JobId;
import idunno.core.jobs.Phase;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Commands of every kind, drawn from a seed; most are accepted, some refused. */
final class RandomCommands {
  private static final FileName OLD_PHOTOS = new FileName("old/photos");

  private final Random random;
  private long nowMs = 1_000;
  private int chunks;

  RandomCommands(long seed) {
    random = new Random(seed);
  }

  Command next() {
    nowMs += random.nextInt(50);
    return switch (random.nextInt(31)) {
      case 0 -> new Command.AdmitMember(name(), SampleCluster.place("n" + pick(2), pick(3)), nowMs);
      case 1 -> new Command.FailMember(node(), nowMs);
      case 2 -> new Command.ReleaseMember(node(), nowMs);
      case 3 -> fileChange();
      case 4 -> new Command.AddReplica(new ChunkId(hex(pick(chunks + 1))), name());
      case 5 -> new Command.DropReplica(new ChunkId(hex(pick(chunks + 1))), name());
      case 6 -> SampleCluster.addModel(MODEL, SampleCluster.card(), pick(3), nowMs);
      case 7 -> new Command.SetBatchSize(MODEL, random.nextInt(6));
      case 8, 9 -> submit();
      case 10, 11, 12, 13, 14 -> complete();
      case 15 -> publish();
      case 16 -> new Command.CancelJob(job(), nowMs);
      case 17 -> random.nextInt(3) == 0 ? new Command.RemoveModel(model()) : commit();
      case 18 -> new Command.GiveUp();
      case 19 -> new Command.PauseJob(job());
      case 20 -> new Command.ResumeJob(job());
      case 21 -> new Command.ShareBy(random.nextBoolean() ? Fairness.RATE : Fairness.TIME);
      case 22 -> new Command.EnterPhase(random.nextBoolean() ? Phase.TRAINING : Phase.INFERENCE);
      case 23, 24 -> publishPart();
      case 25, 26, 27 -> new Command.RetryFailed(job(), nowMs);
      default -> commit();
    };
  }

  private int pick(int bound) {
    return 1 + random.nextInt(bound);
  }

  private static String hex(int number) {
    return String.format("%08x", number);
  }

  private NodeName name() {
    return new NodeName("n" + pick(5));
  }

  private NodeId node() {
    return new NodeId(name(), pick(3));
  }

  private JobId job() {
    return new JobId(pick(12));
  }

  private FileName photo() {
    return PHOTOS.resolve(Integer.toString(random.nextInt(12)));
  }

  private ModelRef model() {
    return random.nextBoolean()
        ? ModelRef.latest(MODEL)
        : new ModelRef(MODEL, Optional.of(pick(3)));
  }

  private Command submit() {
    int end = random.nextInt(10);
    return new Command.SubmitJob(
        model(),
        random.nextBoolean() ? Optional.of(PHOTOS) : Optional.empty(),
        new Range(random.nextInt(end + 1), end),
        random.nextBoolean() ? Optional.of(pick(4)) : Optional.empty(),
        pick(3),
        new Conditions(
            random.nextInt(4) == 0 ? Optional.of(job()) : Optional.empty(),
            random.nextInt(4) == 0 ? Optional.of(random.nextInt(3)) : Optional.empty()),
        nowMs);
  }

  private Command complete() {
    List<BatchResult> results = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int queries = pick(4);
      List<QueryResult> answers = new ArrayList<>();
      for (int query = 0; query < queries; query++) {
        answers.add(
            random.nextInt(5) == 0
                ? new QueryResult.Failed("not a picture")
                : new QueryResult.Classified(List.of(new Guess(random.nextInt(1_000), 1))));
      }
      results.add(
          new BatchResult(
              new BatchKey(job(), random.nextInt(7)),
              node(),
              nowMs,
              nowMs + 9,
              answers,
              Collections.nCopies(queries, new Timing(3, 1, 2, random.nextInt(90_000)))));
    }
    return new Command.CompleteBatches(results, nowMs);
  }

  private StoredChunk chunk() {
    return new StoredChunk(new ChunkId(hex(++chunks)), 100, 0, List.of(name(), name()));
  }

  private Command publish() {
    StoredChunk chunk = chunk();
    JobId job = job();
    return new Command.PublishResults(
        job,
        SampleCluster.fileIn(new FileName("results/job-" + job + ".jsonl"), chunk),
        List.of(chunk),
        random.nextInt(4) > 0 ? Optional.empty() : Optional.of(pick(8)),
        nowMs);
  }

  private Command publishPart() {
    StoredChunk chunk = chunk();
    JobId job = job();
    int first = random.nextInt(3);
    FileName name = new FileName("results/job-" + job + "/part-" + pick(3));
    return new Command.PublishPart(
        job, first, first + pick(2), SampleCluster.fileIn(name, chunk), List.of(chunk), nowMs);
  }

  private Command fileChange() {
    return switch (random.nextInt(10)) {
      case 0 -> new Command.ReclaimDeleted(nowMs);
      case 1 -> new Command.KeepVersions(random.nextBoolean() ? PHOTOS : photo(), pick(4) - 1);
      case 2 -> new Command.MoveFile(photo(), photo());
      case 3 -> new Command.MoveFile(PHOTOS, OLD_PHOTOS);
      case 4 -> new Command.MoveFile(OLD_PHOTOS, PHOTOS);
      case 5 -> new Command.CopyFile(photo(), Optional.of(pick(5)), photo(), nowMs);
      case 6 -> new Command.CopyFile(PHOTOS, Optional.empty(), OLD_PHOTOS, nowMs);
      case 7 -> new Command.UndeleteFile(photo());
      default -> new Command.DeleteFile(photo(), nowMs + random.nextInt(500) - 100, nowMs);
    };
  }

  private Command commit() {
    StoredChunk chunk = chunk();
    List<NewFile> files = new ArrayList<>();
    files.add(SampleCluster.fileIn(photo(), chunk));
    NewFile second = SampleCluster.fileIn(photo(), chunk);
    files.add(random.nextInt(5) == 0 ? second.onlyOver(Optional.of(pick(3) - 1)) : second);
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      if (random.nextInt(3) == 0) {
        files.add(SampleCluster.fileIn(Model.folder(MODEL).resolve(part), chunk));
      }
    }
    if (random.nextInt(5) == 0) {
      ChunkId other = new ChunkId(hex(pick(chunks)));
      files.add(new NewFile(photo(), 10, 0, List.of(new Extent(other, 50, 10, 0))));
    }
    return new Command.CommitFiles(
        files,
        List.of(chunk),
        random.nextBoolean() ? Optional.of(PHOTOS) : Optional.empty(),
        nowMs);
  }
}
