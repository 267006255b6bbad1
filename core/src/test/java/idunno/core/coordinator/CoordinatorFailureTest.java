package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.RepairPlan;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobSpec;
import idunno.core.membership.MemberState;
import idunno.core.state.Command;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What happens when members die, pause, leave or come back, and when the coordinator changes. */
final class CoordinatorFailureTest {
  private final Stage stage = new Stage();
  private final WorkerDesk n1 = stage.join("n1");
  private final WorkerDesk n2 = stage.join("n2");
  private final WorkerDesk n3 = stage.join("n3");

  private JobSpec begin(int queries, int batchSize) {
    stage.elect(Optional.empty());
    List.of(n1, n2, n3).forEach(desk -> stage.hear(Stage.beatOf(desk)));
    return stage.submit(queries, batchSize);
  }

  private static BatchKey key(JobSpec job, int number) {
    return new BatchKey(job.id(), number);
  }

  private void kill(WorkerDesk desk) {
    stage.step(new Happening.ConnectionLost(desk.me().name()));
    stage.step(new Happening.ProbeEnded(desk.me(), true));
  }

  /** Time passes, and only these beat meanwhile. */
  private void passWith(long ms, WorkerDesk... alive) {
    for (long passed = 0; passed < ms; passed += 200) {
      stage.pass(200);
      List.of(alive).forEach(stage::beat);
    }
  }

  @Test
  void aKilledWorkersBatchesGoToOthersAtOnce() {
    JobSpec job = begin(60, 10);
    stage.beat(n1);
    kill(n1);
    stage.commit();

    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n2)), "before those never given out");
    assertEquals(List.of(2, 3), Stage.numbers(stage.beat(n3)));
    assertFalse(stage.isAlive(n1.me()));
    assertTrue(
        stage.told.contains(
            new Event.MemberFailed(n1.me(), "its machine refuses connections to it")));
    assertEquals(6, stage.progress(job).spec().batches());
  }

  @Test
  void aSilentWorkersBatchesGoToOthersAfterTheSilence() {
    begin(60, 10);
    stage.beat(n1);
    passWith(2_800, n2, n3);
    assertTrue(stage.told.contains(new Event.MemberSuspected(n1.me(), "silent for 1500 ms")));
    assertEquals(List.of(), stage.proposed(), "suspicion costs it nothing");

    passWith(400, n2, n3);
    assertEquals(
        MemberState.ALIVE, stage.cluster.state().members().get(n1.me().name()).get().state());
    stage.commit();
    assertFalse(stage.isAlive(n1.me()));
    stage.finish(n2, new BatchKey(stage.report().jobs().getFirst().spec().id(), 2));
    assertEquals(0, Stage.numbers(stage.beat(n2)).getFirst());
  }

  @Test
  void aFailureIsProposedAgainUntilTheLogHasIt() {
    begin(10, 10);
    kill(n1);
    assertEquals(1, stage.proposed().size());
    stage.loseProposed();
    passWith(1_000, n2, n3);
    assertFalse(stage.proposed().isEmpty());
    stage.commit();
    passWith(2_000, n2, n3);

    assertEquals(List.of(), stage.proposed());
    assertFalse(stage.isAlive(n1.me()));
  }

  @Test
  void aLateResultOfAWorkerThatWasGivenUpCountsOnce() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    passWith(3_000, n2, n3);
    stage.commit();
    assertEquals(List.of(), stage.beat(n2).assigned(), "n3 or n2 has it already");
    WorkerDesk other = Stage.beatOf(n2).held().isEmpty() ? n3 : n2;
    stage.finish(other, key(job, 0));
    stage.beat(other);
    stage.commit();

    stage.finish(n1, key(job, 0));
    assertEquals(Beat.Standing.STRANGER, stage.beat(n1).standing());
    n1.readmitted(stage.cluster.admit("n1", 1));
    Beat.Answer answer = stage.beat(n1);

    assertEquals(List.of(key(job, 0)), answer.settled());
    assertTrue(stage.told.contains(new Event.DuplicateDropped(key(job, 0), n1.me())));
    stage.commit();
    assertEquals(1, stage.progress(job).duplicates());
    assertEquals(10, stage.progress(job).finished());
    assertTrue(n1.isEmpty());
  }

  @Test
  void aResultThatComesBeforeTheOtherRunEndsIsTakenFromWhoeverHasIt() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    kill(n1);
    stage.commit();
    stage.beat(n2);
    stage.finish(n1, key(job, 0));
    n1.readmitted(stage.cluster.admit("n1", 1));
    stage.beat(n1);
    stage.commit();
    assertEquals(10, stage.progress(job).finished());

    stage.finish(n2, key(job, 0));
    assertEquals(List.of(key(job, 0)), stage.beat(n2).settled());
    stage.commit();
    assertEquals(10, stage.progress(job).finished());
  }

  @Test
  void aMemberWhoseFailureIsOnItsWayToTheLogIsGivenNothing() {
    begin(60, 10);
    stage.beat(n1);
    passWith(3_000, n2, n3);
    assertTrue(stage.isAlive(n1.me()), "not committed yet");

    assertEquals(Beat.Answer.nothing(Beat.Standing.MEMBER), stage.beat(n1));
    stage.commit();
    stage.pass(100);
    assertTrue(
        stage.report().jobs().getFirst().running().stream()
            .noneMatch(running -> running.node().equals(n1.me())),
        "nothing is left in the hands of a dead id");
    assertEquals(Beat.Standing.STRANGER, stage.beat(n1).standing());
  }

  @Test
  void aRestartedNodesOldBatchesGoToOthersBeforeItsOldLifeIsMissed() {
    JobSpec job = begin(20, 10);
    stage.beat(n1);
    WorkerDesk again = stage.join("n1");

    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n2)));
    assertEquals(Beat.Standing.MEMBER, stage.beat(again).standing());
    assertEquals(2, stage.report().jobs().getFirst().running().size());
    assertEquals(0, stage.progress(job).finished());
  }

  @Test
  void whoLeavesIsLetGoWhenItsWorkIsDoneAndItsChunksAreElsewhere() {
    JobSpec job = begin(40, 10);
    StoredChunk chunk = stage.cluster.put(new FileName("notes"), "n1", "n2");
    stage.beat(n1);
    n1.leave();
    assertEquals(List.of(), Stage.numbers(stage.beat(n1)));
    assertEquals(List.of(1, 2), Stage.numbers(stage.beat(n2)), "what only waited goes to others");

    passWith(1_000, n1, n2, n3);
    assertTrue(stage.proposed().isEmpty(), "its batch still runs");
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.commit();
    passWith(1_000, n1, n2, n3);
    assertTrue(
        stage.proposed().stream().noneMatch(Command.ReleaseMember.class::isInstance),
        "its chunk has but one more replica");

    stage.cluster.apply(new Command.AddReplica(chunk.id(), new NodeName("n3")));
    stage.cluster.state().files().chunks().stream()
        .filter(one -> one.replicas().contains(n1.me().name()))
        .forEach(
            one ->
                List.of("n2", "n3")
                    .forEach(
                        to ->
                            stage.cluster.apply(
                                new Command.AddReplica(one.id(), new NodeName(to)))));
    passWith(1_000, n1, n2, n3);
    stage.commit();
    assertEquals(Beat.Standing.RELEASED, stage.beat(n1).standing());
    stage.pass(100);
    assertTrue(stage.told.contains(new Event.MemberLeft(n1.me())));
    assertTrue(stage.told.stream().noneMatch(Event.MemberFailed.class::isInstance));
    assertEquals(
        MemberState.LEFT, stage.cluster.state().members().get(n1.me().name()).get().state());
  }

  @Test
  void aNewCoordinatorWaitsForTheBeatsOfAllBeforeItGivesOutWhatMayBeHeld() {
    begin(80, 10);
    stage.beat(n1);
    stage.beat(n2);
    stage.elect(Optional.empty());

    assertEquals(List.of(), Stage.numbers(stage.beat(n3)), "it doesn't know what n1 and n2 hold");
    assertEquals(List.of(), stage.beat(n1).cancelled());
    assertEquals(List.of(), Stage.numbers(stage.beat(n3)), "it doesn't know what n2 holds");
    stage.beat(n2);
    assertEquals(List.of(4, 5), Stage.numbers(stage.beat(n3)));
  }

  @Test
  void aNewCoordinatorDoesNotWaitForTheOldOneNorForTheDead() {
    begin(80, 10);
    stage.beat(n1);
    stage.beat(n2);
    stage.elect(Optional.of("n1"));
    assertEquals(
        List.of("n1"),
        stage.effects(Effect.Probe.class).stream()
            .map(probe -> probe.member().name().value())
            .toList());
    stage.step(new Happening.ProbeEnded(n1.me(), true));
    stage.takeProposed();
    assertEquals(List.of(), Stage.numbers(stage.beat(n3)), "n2 is awaited");
    passWith(2_800, n3);
    assertTrue(Stage.beatOf(n3).held().isEmpty());
    passWith(400, n3);

    assertEquals(2, Stage.beatOf(n3).held().size(), "n2 has been given up");
  }

  @Test
  void resultsThatAnOldCoordinatorTookButNeverCommittedAreTakenByTheNewOne() {
    JobSpec job = begin(10, 10);
    stage.beat(n1);
    stage.finish(n1, key(job, 0));
    stage.beat(n1);
    stage.loseProposed();
    stage.elect(Optional.empty());
    stage.beat(n1);
    stage.commit();

    assertEquals(10, stage.progress(job).finished());
  }

  @Test
  void aCoordinatorThatStoodStillDoesNotBlameTheOthersForIt() {
    begin(60, 10);
    passWith(1_000, n1, n2, n3);
    stage.standStill(60_000);
    stage.pass(100);
    assertTrue(stage.told.stream().noneMatch(Event.MemberFailed.class::isInstance));

    passWith(3_200, n1, n2);
    assertEquals(
        List.of(n3.me()),
        stage.told.stream()
            .filter(Event.MemberFailed.class::isInstance)
            .map(event -> ((Event.MemberFailed) event).node())
            .toList(),
        "who is silent from then on is found as ever");
  }

  @Test
  void missingReplicasAreCopiedOnceAndTheCopyIsMadeKnown() {
    begin(10, 10);
    stage.cluster.apply(new Command.DeleteFile(new FileName("models/resnet50/labels.txt"), 0, 1));
    StoredChunk chunk = stage.cluster.put(new FileName("notes"), "n1", "n2");
    passWith(2_000, n1, n2, n3);
    List<RepairPlan.Copy> copies =
        stage.effects(Effect.CopyChunk.class).stream()
            .map(Effect.CopyChunk::copy)
            .filter(copy -> copy.chunk().id().equals(chunk.id()))
            .toList();
    assertEquals(1, copies.size(), "it isn't started again while it is under way");
    assertEquals(new NodeName("n3"), copies.getFirst().to());

    stage.step(new Happening.CopyEnded(chunk.id(), new NodeName("n3"), false));
    assertEquals(List.of(), stage.proposed(), "it wasn't made");
    passWith(600, n1, n2, n3);
    stage.step(new Happening.CopyEnded(chunk.id(), new NodeName("n3"), true));
    assertEquals(List.of(new Command.AddReplica(chunk.id(), new NodeName("n3"))), stage.proposed());
  }

  @Test
  void aNodeThatJoinsIsWatchedAndGivenWork() {
    begin(60, 10);
    WorkerDesk n4 = stage.join("n4");
    NodeId id = n4.me();

    assertEquals(List.of(0, 1), Stage.numbers(stage.beat(n4)));
    assertTrue(stage.told.contains(new Event.MemberJoined(id)));
    passWith(3_200, n1, n2, n3);
    stage.commit();
    assertFalse(stage.isAlive(id));
  }
}
