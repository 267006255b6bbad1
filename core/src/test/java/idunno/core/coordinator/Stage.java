package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.DiskRoom;
import idunno.core.jobs.BatchKey;
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

  final SampleCluster cluster = new SampleCluster().withModel().withPhotos(100);
  final List<Event> told = new ArrayList<>();
  final List<Effect> effects = new ArrayList<>();
  private final List<Command> proposed = new ArrayList<>();
  private Coordinator coordinator = new Coordinator(DetectionRule.DEFAULT, UpkeepRule.DEFAULT);
  private long nowMs = 10_000;
  private long terms;
  private long tokens;

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
    Beat beat = desk.beat(ROOM);
    Beat.Answer answer = hear(beat);
    desk.accept(beat, answer, nowMs);
    desk.start(nowMs);
    return answer;
  }

  /** A worker ends a batch that it runs. */
  void finish(WorkerDesk desk, BatchKey batch) {
    desk.finish(cluster.result(batch, desk.me()));
    desk.start(nowMs);
  }

  /** What was proposed and isn't committed yet. */
  List<Command> proposed() {
    return List.copyOf(proposed);
  }

  /** The log takes what was proposed. */
  void commit() {
    List.copyOf(proposed).forEach(cluster::apply);
    proposed.clear();
  }

  /** The log never hears of what was proposed. */
  void loseProposed() {
    proposed.clear();
  }

  Progress progress(JobSpec job) {
    return cluster.state().jobs().get(job.id()).orElseThrow();
  }

  boolean isAlive(NodeId node) {
    return cluster.state().members().isAlive(node);
  }

  Report report() {
    return coordinator.report(cluster.state(), true, nowMs);
  }

  static List<Integer> numbers(Beat.Answer answer) {
    return answer.assigned().stream().map(Assignment::key).map(BatchKey::number).toList();
  }

  /** The effects of one kind since the stage was set. */
  <T extends Effect> List<T> effects(Class<T> kind) {
    return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
