package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.Progress;
import idunno.core.membership.DetectionRule;
import idunno.core.state.Command;
import idunno.core.state.SampleCluster;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One coordinator and a few workers' desks, moved by hand. What is proposed waits for a commit. */
final class Stage {
  /** What each worker says of its disk. */
  static final DiskRoom ROOM = new DiskRoom(1_000_000, 9_000_000, true);

  final SampleCluster cluster;
  final List<Event> told = new ArrayList<>();
  final List<Effect> effects = new ArrayList<>();
  private final List<Command> proposed = new ArrayList<>();
  private Coordinator coordinator = new Coordinator(DetectionRule.DEFAULT, UpkeepRule.DEFAULT);
  private long nowMs = 10_000;
  private long terms;
  private long tokens;

  Stage() {
    this(100);
  }

  /** One with a dataset of so many pictures. */
  Stage(int photos) {
    cluster = new SampleCluster().withModel().withPhotos(photos);
  }

  /** A new coordinator takes office; it knows nothing but the cluster's state. */
  void elect(Optional<String> deposed) {
    coordinator = new Coordinator(DetectionRule.DEFAULT, UpkeepRule.DEFAULT);
    step(new Happening.Elected(++terms, deposed.map(NodeName::new)));
  }

  /** A worker with one slot joins. */
  WorkerDesk join(String name) {
    return new WorkerDesk(cluster.admit(name, 1), 1);
  }

  JobSpec submit(int queries, int batchSize) {
    return cluster.submit(queries, batchSize, 1);
  }

  void step(Happening happening) {
    for (Effect effect : coordinator.step(cluster.state(), happening, nowMs)) {
      effects.add(effect);
      if (effect instanceof Effect.Tell tell) {
        told.add(tell.event());
      } else if (effect instanceof Effect.Propose propose) {
        proposed.add(propose.command());
      }
    }
  }

  /** Time passes, ten ticks a second. */
  void pass(long ms) {
    for (long untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs += 100;
      step(new Happening.Tick());
    }
  }

  /** Time passes, and the coordinator doesn't notice. */
  void standStill(long ms) {
    nowMs += ms;
  }

  /** The next beat of a worker's desk. */
  static Beat beatOf(WorkerDesk desk) {
    return desk.beat(ROOM, Beat.ModelMemory.NONE);
  }

  /** The coordinator hears a beat; the answer is lost unless the caller delivers it. */
  Beat.Answer hear(Beat beat) {
    long token = ++tokens;
    step(new Happening.BeatArrived(token, beat));
    return effects.stream()
        .filter(Effect.AnswerBeat.class::isInstance)
        .map(Effect.AnswerBeat.class::cast)
        .filter(answer -> answer.token() == token)
        .findFirst()
        .orElseThrow()
        .answer();
  }

  /** A worker beats, has its answer, and takes up work. */
  Beat.Answer beat(WorkerDesk desk) {
    Beat beat = beatOf(desk);
    Beat.Answer answer = hear(beat);
    desk.accept(beat, answer, nowMs);
    desk.start(nowMs);
    return answer;
  }

  /** A worker ends a batch that it runs. */
  void finish(WorkerDesk desk, BatchKey batch) {
    finish(desk, batch, 10);
  }

  /** A worker ends a batch that it ran for so long, by its own clock. */
  void finish(WorkerDesk desk, BatchKey batch, long ranMs) {
    BatchResult result = cluster.result(batch, desk.me());
    desk.finish(
        new BatchResult(
            batch,
            desk.me(),
            result.startedMs(),
            result.startedMs() + ranMs,
            result.results(),
            result.timings()));
    desk.start(nowMs);
  }

  /** Workers run so many batches each, all at the same time and each batch for so long. */
  void work(int rounds, long ranMs, WorkerDesk... desks) {
    for (int i = 0; i < rounds; i++) {
      for (long passed = 0; passed < ranMs; passed += 100) {
        List.of(desks).forEach(this::beat);
        pass(100);
      }
      for (WorkerDesk desk : desks) {
        runningAt(desk).ifPresent(batch -> finish(desk, batch, ranMs));
        beat(desk);
      }
      commit();
    }
  }

  /** The batch that runs at a worker. */
  static Optional<BatchKey> runningAt(WorkerDesk desk) {
    return held(desk, true).stream().findFirst();
  }

  /** The batches that wait at a worker, the first in line first. */
  static List<BatchKey> waitingAt(WorkerDesk desk) {
    return held(desk, false);
  }

  private static List<BatchKey> held(WorkerDesk desk, boolean running) {
    return beatOf(desk).held().stream()
        .filter(held -> held.running() == running)
        .map(Beat.Held::key)
        .toList();
  }

  /** What was proposed and isn't committed yet. */
  List<Command> proposed() {
    return List.copyOf(proposed);
  }

  /** The log takes what was proposed. */
  void takeProposed() {
    List.copyOf(proposed).forEach(cluster::apply);
    proposed.clear();
  }

  /** Soon enough a tick puts forward what was gathered, and the log takes it. */
  void commit() {
    putForward();
    takeProposed();
  }

  /** Soon enough a tick puts forward what was gathered, and the log never hears of it. */
  void loseProposed() {
    putForward();
    proposed.clear();
  }

  private void putForward() {
    nowMs += GroupCommit.APART_MS;
    step(new Happening.Tick());
  }

  Progress progress(JobSpec job) {
    return cluster.state().jobs().get(job.id()).orElseThrow();
  }

  boolean isAlive(NodeId node) {
    return cluster.state().members().isAlive(node);
  }

  Report report() {
    return report(new Scope.AllJobs(Detail.BATCHES));
  }

  Report report(Scope scope) {
    return coordinator.report(cluster.state(), scope, nowMs);
  }

  static List<Integer> numbers(Beat.Answer answer) {
    return answer.assigned().stream().map(Assignment::key).map(BatchKey::number).toList();
  }

  /** The effects of one kind since the stage was set. */
  <T extends Effect> List<T> effects(Class<T> kind) {
    return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
