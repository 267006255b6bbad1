package idunno.core.state;

import static idunno.core.state.SampleCluster.AT_MS;
import static idunno.core.state.SampleCluster.MODEL;
import static idunno.core.state.SampleCluster.PHOTOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ClusterStateTest {
  private final SampleCluster cluster = new SampleCluster();
  private final ClusterState state = cluster.state();

  private static Command.PublishResults publish(JobSpec job, StoredChunk chunk) {
    return new Command.PublishResults(
        job.id(), SampleCluster.fileIn(job.resultFile(), chunk), List.of(chunk), AT_MS);
  }

  private Progress progress(JobSpec job) {
    return state.jobs().get(job.id()).orElseThrow();
  }

  private String refusal(Command command) {
    return assertInstanceOf(Reply.Refused.class, cluster.apply(command)).reason();
  }

  @Test
  void aRetriedRequestGetsTheFirstReplyAndIsAppliedOnce() {
    cluster.withModel().withPhotos(10);
    Request submit = new Request(new RequestId("client", 1), SampleCluster.job(10, 4, 1));
    Reply first = state.apply(submit);
    Snapshot before = state.snapshot();
    long changes = state.changes();

    assertEquals(first, state.apply(submit));
    assertEquals(before, state.snapshot());
    assertEquals(changes, state.changes());

    Reply other = state.apply(new Request(new RequestId("client", 2), submit.command()));
    assertEquals(new JobId(2), assertInstanceOf(Reply.Submitted.class, other).job().id());
  }

  private static Request commit(RequestId id) {
    NewFile file = new NewFile(new FileName("given-up"), 0, 0, List.of());
    return new Request(
        id, new Command.CommitFiles(List.of(file), List.of(), Optional.empty(), AT_MS));
  }

  @Test
  void whatWasGivenUpIsNotDoneByAnotherTry() {
    RequestId id = new RequestId("client", 1);
    Request giveUp = new Request(id, new Command.GiveUp());
    assertEquals(new Reply.GivenUp(), state.apply(giveUp));
    assertEquals(new Reply.GivenUp(), state.apply(commit(id)));
    assertEquals(List.of(), state.files().versions(new FileName("given-up")));
  }

  @Test
  void whatWasDoneIsNotGivenUpByAnotherTry() {
    RequestId id = new RequestId("client", 1);
    Reply done = state.apply(commit(id));
    assertEquals(new Reply.Committed(List.of(1)), done);
    assertEquals(done, state.apply(new Request(id, new Command.GiveUp())));
    assertEquals(1, state.files().versions(new FileName("given-up")).size());
  }

  @Test
  void aBatchCountsOnceWhoeverReportsItAgain() {
    NodeId n1 = cluster.admit("n1", 1);
    NodeId n2 = cluster.admit("n2", 1);
    JobSpec job = cluster.withModel().withPhotos(10).submit(10, 4, 1);

    assertEquals(new Reply.Completed(1, 0), cluster.complete(job.id(), 0, n1));
    assertEquals(new Reply.Completed(0, 1), cluster.complete(job.id(), 0, n2));
    BatchResult again = cluster.result(new BatchKey(job.id(), 0), n2);
    BatchResult fresh = cluster.result(new BatchKey(job.id(), 2), n2);
    assertEquals(
        new Reply.Completed(1, 2),
        cluster.apply(new Command.CompleteBatches(List.of(again, fresh, fresh), AT_MS)));

    assertEquals(4 + 2, progress(job).finished());
    assertEquals(3, progress(job).duplicates());
    assertEquals(n1, progress(job).recordOf(0).orElseThrow().node());
    assertEquals(6, progress(job).times().count(), "times of a duplicate aren't counted either");
  }

  @Test
  void resultsThatDoNotFitTheirBatchAreNotCounted() {
    NodeId n1 = cluster.admit("n1", 1);
    JobSpec job = cluster.withModel().withPhotos(10).submit(10, 4, 1);
    BatchResult whole = cluster.result(new BatchKey(job.id(), 0), n1);
    BatchResult tooShort =
        new BatchResult(
            whole.key(), n1, 0, 1, whole.results().subList(1, 4), whole.timings().subList(1, 4));
    BatchResult beyond =
        new BatchResult(new BatchKey(job.id(), 3), n1, 0, 1, whole.results(), whole.timings());
    BatchResult unknown =
        new BatchResult(new BatchKey(new JobId(99), 0), n1, 0, 1, whole.results(), whole.timings());

    assertEquals(
        new Reply.Completed(0, 3),
        cluster.apply(new Command.CompleteBatches(List.of(tooShort, beyond, unknown), AT_MS)));
    assertEquals(0, progress(job).finished());
  }

  @Test
  void aRangeThatOvershootsTheDatasetIsRefusedSayingWhatThereIs() {
    cluster.withModel().withPhotos(10);

    assertEquals(
        "queries 0 to 10: dataset photos has queries 0 to 9", refusal(SampleCluster.job(11, 4, 1)));
    assertEquals(
        "queries 3 to 9223372036854775807: dataset photos has queries 0 to 9",
        refusal(
            new Command.SubmitJob(
                ModelRef.latest(MODEL),
                Optional.of(PHOTOS),
                new Range(3, Long.MAX_VALUE),
                Optional.empty(),
                1,
                AT_MS)));
    assertEquals(
        "queries 0 to 0: dataset nothing has no files",
        refusal(
            new Command.SubmitJob(
                ModelRef.latest(MODEL),
                Optional.of(new FileName("nothing")),
                new Range(0, 0),
                Optional.empty(),
                1,
                AT_MS)));
    assertEquals(List.of(), List.copyOf(state.jobs().all()));
    assertEquals(new JobId(1), cluster.submit(10, 4, 1).id(), "the whole dataset is fine");
  }

  @Test
  void refusedCommandsChangeNothing() {
    NodeId n1 = cluster.admit("n1", 1);
    JobSpec job = cluster.withModel().withPhotos(10).submit(10, 4, 1);
    StoredChunk used = cluster.put(new FileName("notes"), "n1");
    StoredChunk unused = cluster.newChunk("n1");
    NodeId stranger = new NodeId(n1.name(), 9);
    FileName missing = new FileName("missing");
    NewFile beyond =
        SampleCluster.fileIn(missing, new StoredChunk(new ChunkId("ffffffff"), 1, 0, List.of()));
    List<Command> refused =
        List.of(
            new Command.FailMember(stranger, AT_MS),
            new Command.ReleaseMember(stranger, AT_MS),
            new Command.CommitFiles(
                List.of(SampleCluster.fileIn(missing, used), beyond),
                List.of(unused),
                Optional.of(missing),
                AT_MS),
            new Command.DeleteFile(missing, 0, 1),
            new Command.AddReplica(new ChunkId("ffffffff"), n1.name()),
            new Command.DropReplica(new ChunkId("ffffffff"), n1.name()),
            SampleCluster.addModel(new ModelName("other"), SampleCluster.card(), 1, AT_MS),
            SampleCluster.addModel(MODEL, SampleCluster.card(), 7, AT_MS),
            new Command.RemoveModel(ModelRef.parse("other")),
            new Command.RemoveModel(ModelRef.parse(MODEL + "@2")),
            new Command.SetBatchSize(new ModelName("other"), 8),
            new Command.SetBatchSize(MODEL, 0),
            new Command.SetBatchSize(MODEL, 4_097),
            SampleCluster.job(11, 4, 1),
            SampleCluster.job(10, 4_097, 1),
            SampleCluster.job(10, 0, 1),
            SampleCluster.job(10, 4, 0),
            SampleCluster.job(10, 4, 1_001),
            publish(job, unused),
            new Command.CancelJob(new JobId(99), AT_MS));
    state.takeFreed();
    for (Command command : refused) {
      Snapshot before = state.snapshot();
      assertTrue(!refusal(command).isBlank(), command.toString());
      Snapshot after = state.snapshot();
      assertEquals(before.members(), after.members(), command.toString());
      assertEquals(before.files(), after.files(), command.toString());
      assertEquals(before.models(), after.models(), command.toString());
      assertEquals(before.jobs(), after.jobs(), command.toString());
    }
    assertEquals(
        List.of(unused.id(), unused.id()), state.takeFreed(), "what was brought in vain can go");
  }

  @Test
  void allFilesOfACommitBecomeVisibleTogetherOrNone() {
    StoredChunk chunk = cluster.newChunk("n1");
    FileName first = new FileName("a");
    FileName second = new FileName("b");
    NewFile bad =
        SampleCluster.fileIn(second, new StoredChunk(new ChunkId("ffffffff"), 1, 0, List.of()));
    refusal(
        new Command.CommitFiles(
            List.of(SampleCluster.fileIn(first, chunk), bad),
            List.of(chunk),
            Optional.empty(),
            AT_MS));
    assertTrue(state.files().latest(first).isEmpty());

    assertEquals(
        new Reply.Committed(List.of(1, 1)),
        cluster.apply(
            new Command.CommitFiles(
                List.of(SampleCluster.fileIn(first, chunk), SampleCluster.fileIn(second, chunk)),
                List.of(chunk),
                Optional.empty(),
                AT_MS)));
  }

  @Test
  void aJobsPicturesOutliveTheirFilesUntilTheJobEnds() {
    cluster.admit("n1", 1);
    cluster.withModel();
    StoredChunk chunk = cluster.put(PHOTOS.resolve("0.jpg"), "n1");
    JobSpec job = cluster.submit(1, 1, 1);
    cluster.apply(new Command.DeleteFile(PHOTOS.resolve("0.jpg"), 0, 1));
    assertTrue(state.files().chunk(chunk.id()).isPresent());
    assertEquals(List.of(), state.takeFreed());

    cluster.apply(new Command.CancelJob(job.id(), AT_MS));
    assertEquals(List.of(chunk.id()), state.takeFreed());
    assertEquals(JobState.CANCELLED, progress(job).state());
  }

  @Test
  void resultsArePublishedOnceAndTheSecondFilesBytesGo() {
    NodeId n1 = cluster.admit("n1", 1);
    JobSpec job = cluster.withModel().withPhotos(2).submit(2, 4, 1);
    cluster.complete(job.id(), 0, n1);
    assertEquals(JobState.PUBLISHING, progress(job).state());
    StoredChunk first = cluster.newChunk("n1");
    StoredChunk second = cluster.newChunk("n2");

    assertEquals(new Reply.Committed(List.of(1)), cluster.apply(publish(job, first)));
    assertEquals(JobState.DONE, progress(job).state());
    state.takeFreed();
    refusal(publish(job, second));
    assertEquals(List.of(second.id()), state.takeFreed());
    assertEquals(1, state.files().versions(job.resultFile()).size());
  }

  @Test
  void publishingTheSameBytesAgainDoesNotFreeThem() {
    NodeId n1 = cluster.admit("n1", 1);
    JobSpec job = cluster.withModel().withPhotos(2).submit(2, 4, 1);
    cluster.complete(job.id(), 0, n1);
    StoredChunk chunk = cluster.newChunk("n1");
    cluster.apply(publish(job, chunk));
    state.takeFreed();

    refusal(publish(job, chunk));

    assertEquals(List.of(), state.takeFreed(), "the result file lies in that chunk");
    assertTrue(state.files().chunk(chunk.id()).isPresent());
  }

  @Test
  void aRestartedNodeIsANewIncarnationAndWhatIsSaidOfTheOldOneIsMoot() {
    NodeId first = cluster.admit("n1", 1);
    NodeId second = cluster.admit("n1", 1);
    assertEquals(new NodeId(first.name(), 2), second);

    refusal(new Command.FailMember(first, AT_MS));
    assertTrue(state.members().isAlive(second));
  }

  @Test
  void aFailedMemberIsNotALeftOneAndOneThatLeftStaysSo() {
    NodeId failed = cluster.admit("n1", 1);
    NodeId left = cluster.admit("n2", 1);
    cluster.apply(new Command.FailMember(failed, AT_MS));
    cluster.apply(new Command.ReleaseMember(left, AT_MS));
    refusal(new Command.FailMember(left, AT_MS));

    assertEquals(
        List.of(MemberState.FAILED, MemberState.LEFT),
        state.members().all().stream().map(member -> member.state()).toList());
  }

  @Test
  void aCopyThatEndsAfterItsNodeHasLeftCountsForNothing() {
    NodeId n1 = cluster.admit("n1", 1);
    NodeId n2 = cluster.admit("n2", 1);
    cluster.put(new FileName("a"), "n1");
    ChunkId chunk = state.files().chunks().iterator().next().id();
    cluster.apply(new Command.ReleaseMember(n2, AT_MS));

    refusal(new Command.AddReplica(chunk, n2.name()));

    assertEquals(List.of(n1.name()), state.files().chunk(chunk).orElseThrow().replicas());
  }

  @Test
  void twoNodesThatBothGiveUpTheirReplicaLeaveTheLastOneThatIsAlive() {
    NodeId n1 = cluster.admit("n1", 1);
    NodeId n2 = cluster.admit("n2", 1);
    NodeId n3 = cluster.admit("n3", 1);
    StoredChunk chunk = cluster.put(new FileName("a"), "n1", "n2", "n3");
    cluster.apply(new Command.FailMember(n3, AT_MS));

    assertEquals(new Reply.Done(), cluster.apply(new Command.DropReplica(chunk.id(), n1.name())));
    assertTrue(refusal(new Command.DropReplica(chunk.id(), n2.name())).contains("n2 alone"));
    assertEquals(
        List.of(n2.name(), n3.name()), state.files().chunk(chunk.id()).orElseThrow().replicas());

    cluster.apply(new Command.AdmitMember(n3.name(), SampleCluster.place("n3", 1), AT_MS));
    assertEquals(new Reply.Done(), cluster.apply(new Command.DropReplica(chunk.id(), n2.name())));
  }

  @Test
  void aWipedDiskHoldsNothingAndAnUnharmedOneStillHoldsItsChunks() {
    cluster.admit("n1", 1);
    cluster.admit("n2", 1);
    cluster.put(new FileName("a"), "n1", "n2");
    cluster.admit("n1", 1);
    assertEquals(1, state.heldBy(new NodeName("n1")).size());

    cluster.apply(
        new Command.AdmitMember(
            new NodeName("n1"),
            new Member.Place(
                "another-disk",
                SampleCluster.place("n1", 1).peer(),
                SampleCluster.place("n1", 1).api(),
                SampleCluster.place("n1", 1).consensus(),
                1,
                ""),
            AT_MS));
    assertEquals(List.of(), state.heldBy(new NodeName("n1")));
    assertEquals(1, state.heldBy(new NodeName("n2")).size());
  }

  @Test
  void aRunningJobKeepsItsBatchSizeAndItsModelsRevision() {
    JobSpec first = cluster.withModel().withPhotos(10).submit(10, 4, 1);
    cluster.apply(new Command.SetBatchSize(MODEL, 2));
    cluster.withModel();
    JobSpec second =
        assertInstanceOf(
                Reply.Submitted.class,
                cluster.apply(
                    new Command.SubmitJob(
                        ModelRef.latest(MODEL),
                        Optional.empty(),
                        new Range(0, 9),
                        Optional.empty(),
                        1,
                        AT_MS)))
            .job();

    assertEquals(first, progress(first).spec());
    assertTrue(state.models().get(first.model()).isPresent(), "it runs on the revision it has");
    assertEquals(2, second.batchSize());
    assertEquals(2, second.model().revision());
    assertTrue(state.models().find(ModelRef.parse(MODEL + "@1")).isPresent(), "and stays to name");
  }

  @Test
  void aRemovedRevisionGoesWithItsFilesWhenTheLastJobThatRunsOnItEnds() {
    JobSpec job = cluster.withModel().withPhotos(10).submit(10, 4, 1);
    FileName network = Model.folder(MODEL).resolve(ModelCard.NETWORK_FILE);
    cluster.withModel();

    assertEquals(
        new Reply.ModelRemoved(List.of(job.model())),
        cluster.apply(new Command.RemoveModel(ModelRef.parse(MODEL + "@1"))));

    assertEquals(
        List.of(2), state.files().versions(network).stream().map(v -> v.number()).toList());
    assertEquals(List.of(2), state.models().all().stream().map(m -> m.key().revision()).toList());
    assertTrue(state.models().get(job.model()).isPresent(), "a job runs on it");
    assertEquals(List.of(), state.takeFreed(), "so its bytes are needed");
    cluster.apply(new Command.CancelJob(job.id(), AT_MS));
    assertTrue(state.models().get(job.model()).isEmpty());
    assertEquals(3, state.takeFreed().size());
  }

  @Test
  void aJobThatPublishesItsResultsKeepsTheRemovedModelUntilItIsDone() {
    NodeId n1 = cluster.admit("n1", 1);
    JobSpec job = cluster.withModel().withPhotos(4).submit(4, 4, 1);
    BatchResult result = cluster.result(new BatchKey(job.id(), 0), n1);
    cluster.apply(new Command.CompleteBatches(List.of(result), AT_MS));
    assertEquals(JobState.PUBLISHING, progress(job).state());

    cluster.apply(new Command.RemoveModel(ModelRef.latest(MODEL)));

    assertTrue(state.models().get(job.model()).isPresent(), "its labels are in the results");
    StoredChunk chunk = cluster.newChunk("n1");
    cluster.apply(publish(job, chunk));
    assertEquals(JobState.DONE, progress(job).state());
    assertTrue(state.models().get(job.model()).isEmpty());
  }

  @Test
  void aRevisionsNumberIsNotUsedAgainOnceTheModelIsRemoved() {
    cluster.withModel().withModel();
    cluster.apply(new Command.RemoveModel(ModelRef.latest(MODEL)));
    assertTrue(state.models().latest(MODEL).isEmpty());
    assertEquals(List.of(), state.files().namesIn(Model.folder(MODEL)));
    cluster.withModel();
    assertEquals(3, state.models().latest(MODEL).orElseThrow().key().revision());
  }

  @Test
  void aFileThatTwoRevisionsShareStaysUntilBothAreRemoved() {
    cluster.withModel();
    cluster.apply(SampleCluster.addModel(MODEL, SampleCluster.card(), 1, AT_MS));
    cluster.apply(new Command.RemoveModel(ModelRef.parse(MODEL + "@1")));
    assertEquals(List.of(), state.takeFreed());
    cluster.apply(new Command.RemoveModel(ModelRef.parse(MODEL + "@2")));
    assertEquals(3, state.takeFreed().size());
  }
}
