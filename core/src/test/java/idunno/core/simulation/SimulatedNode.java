package idunno.core.simulation;

import idunno.core.base.Address;
import idunno.core.base.RequestId;
import idunno.core.coordinator.Happening;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Timing;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import idunno.core.worker.WorkerDesk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One process on one machine, from its start to its death: a worker, and at times coordinator. */
final class SimulatedNode {
  private static final long EPOCH_MS = 1_700_000_000_000L;
  private static final long ANSWER_WITHIN_MS = 600;
  private static final long LOOK_FOR_COORDINATOR_MS = 100;

  private final Cluster cluster;
  private final Machine machine;
  private final int life;
  private final Random random;
  private boolean running = true;
  private boolean paused;
  private boolean refusing;
  private boolean admitting;
  private List<Runnable> postponed = new ArrayList<>();
  private long requests;
  private @Nullable WorkerDesk desk;
  private @Nullable SimulatedNode coordinatorSeen;
  private @Nullable SimulatedCoordinator office;
  private long awaited;
  private long timer;
  private boolean inHurry;

  SimulatedNode(Cluster cluster, Machine machine, int life, Random random) {
    this.cluster = cluster;
    this.machine = machine;
    this.life = life;
    this.random = random;
  }

  /** Asks to be admitted and begins to beat. */
  void start() {
    cluster.timeline().tell(this + " starts");
    admit();
  }

  /** Its clock, milliseconds since 1970. */
  long nowMs() {
    return EPOCH_MS + cluster.timeline().nowMs() + machine.skewMs();
  }

  RequestId nextRequest() {
    return new RequestId(machine.name() + "-life-" + life, ++requests);
  }

  /**
   * Does something later, if this process still lives; a process that stands still does it then.
   */
  void later(long delayMs, Runnable what) {
    cluster
        .timeline()
        .after(
            delayMs,
            () -> {
              if (running && paused) {
                postponed.add(what);
              } else if (running) {
                what.run();
              }
            });
  }

  /** Ends this life: killed, or released from the group. */
  void stop(String why) {
    running = false;
    cluster.timeline().tell(this + " " + why);
  }

  void pause() {
    paused = true;
  }

  /** Goes on: what came in meanwhile comes in now, in any order. */
  void resume() {
    paused = false;
    List<Runnable> due = postponed;
    postponed = new ArrayList<>();
    Collections.shuffle(due, random);
    due.forEach(what -> later(0, what));
  }

  boolean isRunning() {
    return running;
  }

  /** Whether it could be elected now. */
  boolean isUp() {
    return running && !paused;
  }

  void refuseWork(boolean refuses) {
    refusing = refuses;
  }

  void leave() {
    if (desk != null) {
      desk.leave();
    }
  }

  Machine machine() {
    return machine;
  }

  Optional<WorkerDesk> desk() {
    return Optional.ofNullable(desk);
  }

  Optional<SimulatedCoordinator> office() {
    return Optional.ofNullable(office);
  }

  boolean isOffice(SimulatedCoordinator one) {
    return office == one;
  }

  void elect(SimulatedCoordinator elected, Happening.Elected how) {
    depose();
    office = elected;
    elected.begin(how);
  }

  void depose() {
    if (office != null) {
      office.step(new Happening.Deposed());
      office = null;
    }
  }

  void sees(SimulatedNode coordinator) {
    coordinatorSeen = coordinator;
    inHurry = true;
    if (desk != null && awaited == 0) {
      beat(desk);
    }
  }

  private void admit() {
    if (admitting) {
      return;
    }
    admitting = true;
    Address address = new Address(machine.name().value(), 7000);
    Member.Place place =
        new Member.Place(
            "d" + machine.name(), address, address, address, machine.slots(), machine.zone());
    cluster
        .log()
        .ask(
            this,
            new Command.AdmitMember(machine.name(), place, nowMs()),
            reply -> {
              admitting = false;
              if (!(reply instanceof Reply.Admitted admitted)) {
                throw new AssertionError("not admitted: " + reply);
              }
              if (desk == null) {
                desk = new WorkerDesk(admitted.node(), machine.slots());
                beat(desk);
              } else {
                desk.readmitted(admitted.node());
              }
            });
  }

  private void beat(WorkerDesk mine) {
    timer++;
    SimulatedNode to = coordinatorSeen;
    if (to == null || !to.isRunning()) {
      beatIn(mine, LOOK_FOR_COORDINATOR_MS);
      return;
    }
    inHurry = false;
    Beat beat = mine.beat(cluster.disks().room(machine.name()), Beat.ModelMemory.NONE);
    awaited = beat.number();
    cluster
        .network()
        .send(to, () -> to.office().ifPresent(coordinator -> coordinator.beat(this, beat)));
    later(
        ANSWER_WITHIN_MS,
        () -> {
          if (awaited == beat.number()) {
            awaited = 0;
            beat(mine);
          }
        });
  }

  private void beatIn(WorkerDesk mine, long delayMs) {
    long set = ++timer;
    later(
        delayMs,
        () -> {
          if (timer == set) {
            beat(mine);
          }
        });
  }

  /** The answer to a beat has come; late or repeated ones come here too. */
  void answered(Beat beat, Beat.Answer answer) {
    WorkerDesk mine = desk;
    if (mine == null || !beat.node().equals(mine.me())) {
      return;
    }
    cluster
        .timeline()
        .tell(
            beat.node()
                + " beat "
                + beat.number()
                + ": "
                + answer.standing()
                + " assigned "
                + answer.assigned().stream().map(Assignment::key).toList()
                + " settled "
                + answer.settled()
                + " cancelled "
                + answer.cancelled()
                + " recalled "
                + answer.recalled());
    for (BatchKey unwanted : mine.accept(beat, answer, nowMs())) {
      later(1 + random.nextInt(50), () -> stop(mine, unwanted));
    }
    switch (answer.standing()) {
      case MEMBER -> work(mine);
      case STRANGER -> admit();
      case RELEASED -> {
        cluster.released(this);
        return;
      }
    }
    if (awaited == beat.number()) {
      awaited = 0;
      beatIn(mine, inHurry ? 0 : mine.beatWithinMs());
    }
  }

  private void stop(WorkerDesk mine, BatchKey unwanted) {
    if (mine.isUnwanted(unwanted)) {
      mine.giveBack(unwanted, "stopped");
      work(mine);
    }
  }

  private void work(WorkerDesk mine) {
    Optional<WorkerDesk.Next> next = mine.start(nowMs());
    while (next.isPresent()) {
      run(mine, next.get().assignment());
      next = mine.start(nowMs());
    }
  }

  private void run(WorkerDesk mine, Assignment batch) {
    cluster.invariants().ran();
    long startedMs = nowMs();
    boolean refuses = refusing;
    long costMs = cluster.costMs(batch.model().name()) * batch.queries().size();
    double noise = 0.9 + 0.2 * random.nextDouble();
    long tookMs = refuses ? 30 : Math.max(1, Math.round(costMs * machine.slowness() * noise));
    later(
        tookMs,
        () -> {
          if (refuses) {
            mine.giveBack(batch.key(), "no memory for " + batch.model());
          } else {
            mine.finish(result(mine, batch, startedMs));
          }
          work(mine);
          inHurry = true;
          if (awaited == 0) {
            beat(mine);
          }
        });
  }

  private BatchResult result(WorkerDesk mine, Assignment batch, long startedMs) {
    return new BatchResult(
        batch.key(),
        mine.me(),
        startedMs,
        nowMs(),
        batch.inputs().stream()
            .map(input -> JobPlan.answer(batch.model().name(), input.name()))
            .toList(),
        Collections.nCopies(batch.inputs().size(), new Timing(5, 10, 20, 30)));
  }

  @Override
  public String toString() {
    return machine.name() + "/" + life;
  }
}
