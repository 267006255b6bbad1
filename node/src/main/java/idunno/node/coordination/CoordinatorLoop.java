package idunno.node.coordination;

import idunno.core.base.NodeName;
import idunno.core.coordinator.Coordinator;
import idunno.core.coordinator.Effect;
import idunno.core.coordinator.Happening;
import idunno.core.coordinator.PartRule;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Scope;
import idunno.core.coordinator.UpkeepRule;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobState;
import idunno.core.membership.DetectionRule;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.worker.Beat;
import idunno.node.replica.ReplicatedState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The loop around the {@link Coordinator}: one thread that hands it what happened and has done what
 * it decides. Every node has one; it does nothing while another node leads.
 */
public final class CoordinatorLoop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CoordinatorLoop.class.getName());
  private static final long TICK_MS = 100;
  private static final int MAX_WAITING = 100_000;

  private final ReplicatedState state;
  private final Coordinator coordinator;
  private final Deeds deeds;
  private final LongSupplier clockMs;
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>(MAX_WAITING);
  private final AtomicLong tokens = new AtomicLong();
  private final ConcurrentMap<Long, CompletableFuture<Beat.Answer>> beats =
      new ConcurrentHashMap<>();
  private final Thread thread;

  /** The office that the coordinator has taken. Of the loop's thread alone. */
  private Optional<Happening.Elected> office = Optional.empty();

  /** Whether others are let in: from just after the office is to be taken. */
  private volatile boolean leads;

  private volatile boolean closed;

  private sealed interface Task {
    record Step(Happening happening) implements Task {}

    record Look(Scope scope, CompletableFuture<Report> report) implements Task {}
  }

  /** This node is not the coordinator. */
  public static final class NotCoordinator extends Exception {
    private static final long serialVersionUID = 1;

    NotCoordinator() {
      super("this node is not the coordinator");
    }
  }

  /**
   * Starts the loop.
   *
   * @param clockMs milliseconds since 1970, never going back
   */
  public CoordinatorLoop(
      ReplicatedState state,
      DetectionRule rule,
      UpkeepRule upkeep,
      PartRule parts,
      Deeds deeds,
      LongSupplier clockMs) {
    this.state = state;
    this.coordinator = new Coordinator(rule, upkeep, parts);
    this.deeds = deeds;
    this.clockMs = clockMs;
    this.thread = Thread.ofPlatform().daemon().name("coordinator").start(this::run);
  }

  /** This node leads from now on. */
  public void elected(long term, Optional<NodeName> deposed) {
    // Before anybody is let in: a beat that came first would find a coordinator that isn't one yet.
    post(new Happening.Elected(term, deposed));
    leads = true;
  }

  /** This node leads no longer. */
  public void deposed() {
    leads = false;
    post(new Happening.Deposed());
  }

  /** Whether this node leads, as far as it knows. */
  public boolean leads() {
    return leads;
  }

  /** The connection of a node broke. */
  public void connectionLost(NodeName node) {
    post(new Happening.ConnectionLost(node));
  }

  /** Answers a worker's beat. */
  public Beat.Answer beat(Beat beat) throws NotCoordinator, InterruptedException {
    if (!leads) {
      throw new NotCoordinator();
    }
    long token = tokens.incrementAndGet();
    CompletableFuture<Beat.Answer> answer = new CompletableFuture<>();
    beats.put(token, answer);
    try {
      post(new Happening.BeatArrived(token, beat));
      return await(answer);
    } finally {
      beats.remove(token);
    }
  }

  /**
   * What the coordinator knows now.
   *
   * @param scope which jobs it shall tell of
   */
  public Report report(Scope scope) throws NotCoordinator, InterruptedException {
    if (!leads) {
      throw new NotCoordinator();
    }
    CompletableFuture<Report> report = new CompletableFuture<>();
    tasks.put(new Task.Look(scope, report));
    return await(report);
  }

  /**
   * Has the disks evened out; {@link #report} says how it goes.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  public void balance(double withinPoints) throws NotCoordinator {
    if (!leads) {
      throw new NotCoordinator();
    }
    post(new Happening.BalanceAsked(withinPoints));
  }

  private static <T> T await(CompletableFuture<T> future)
      throws NotCoordinator, InterruptedException {
    try {
      return future.get(5, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new NotCoordinator();
    }
  }

  private void post(Happening happening) {
    if (!tasks.offer(new Task.Step(happening))) {
      LOG.log(System.Logger.Level.WARNING, "coordinator: too much to do, dropped {0}", happening);
    }
  }

  private void run() {
    long tickedMs = clockMs.getAsLong();
    while (!closed) {
      try {
        // A node that doesn't lead has no ticks: it sleeps until it is elected.
        Task task = office.isPresent() ? tasks.poll(TICK_MS, TimeUnit.MILLISECONDS) : tasks.take();
        switch (task) {
          case null -> {}
          case Task.Step step -> step(step.happening());
          case Task.Look look ->
              look.report()
                  .complete(
                      state.read(s -> coordinator.report(s, look.scope(), clockMs.getAsLong())));
        }
        long nowMs = clockMs.getAsLong();
        if (nowMs - tickedMs >= TICK_MS) {
          tickedMs = nowMs;
          step(new Happening.Tick());
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        beginAnew(e);
      }
    }
  }

  /**
   * A fault of the program may have left the coordinator's soft state half changed. So it forgets
   * that and learns from the workers' beats, as its successor would: without a coordinator nothing
   * would go on.
   */
  private void beginAnew(RuntimeException fault) {
    LOG.log(
        System.Logger.Level.ERROR,
        "coordinator: a fault of the program; it begins anew, as if elected just now",
        fault);
    try {
      if (office.isPresent()) {
        step(new Happening.Elected(office.get().term(), Optional.empty()));
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "coordinator: it couldn't begin anew", e);
    }
  }

  private void step(Happening happening) {
    switch (happening) {
      case Happening.Elected elected -> office = Optional.of(elected);
      case Happening.Deposed _ -> office = Optional.empty();
      default -> {}
    }
    try {
      List<Effect> effects = state.read(s -> coordinator.step(s, happening, clockMs.getAsLong()));
      effects.forEach(this::perform);
    } finally {
      if (happening instanceof Happening.BeatArrived beat) {
        refuse(beat);
      }
    }
  }

  /** Does nothing if the beat was answered; else its worker shall not wait for that in vain. */
  private void refuse(Happening.BeatArrived beat) {
    CompletableFuture<Beat.Answer> answer = beats.get(beat.token());
    if (answer != null) {
      answer.completeExceptionally(new NotCoordinator());
    }
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.AnswerBeat answer -> {
        CompletableFuture<Beat.Answer> beat = beats.get(answer.token());
        if (beat != null) {
          beat.complete(answer.answer());
        }
      }
      case Effect.Propose propose -> start("propose", () -> propose(propose.command()));
      case Effect.Probe probe ->
          start(
              "probe",
              () ->
                  post(
                      new Happening.ProbeEnded(
                          probe.member().id(), deeds.probeIsRefused(probe.member()))));
      case Effect.CopyChunk copy -> start("copy", () -> copy(copy));
      case Effect.PublishPart part -> start("publish part", () -> publishPart(part));
      case Effect.Publish publish -> start("publish", () -> publish(publish));
      case Effect.Tell tell -> deeds.tell(tell.event());
    }
  }

  private interface Deed {
    void run() throws Exception;
  }

  private void start(String name, Deed deed) {
    Thread.ofVirtual()
        .name("coordinator-" + name)
        .start(
            () -> {
              try {
                deed.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (Exception e) {
                // Whoever was replaced meanwhile needn't be done; its successor begins anew.
                System.Logger.Level level =
                    leads ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
                LOG.log(level, "coordinator: {0}: {1}", name, e.getMessage());
              }
            });
  }

  private void propose(Command command) throws Exception {
    try {
      deeds.propose(command);
      if (command instanceof Command.CompleteBatches && state.read(CoordinatorLoop::isPublishing)) {
        // A job's last batch: its results needn't wait for the next tick.
        post(new Happening.Tick());
      }
    } catch (Exception e) {
      if (command instanceof Command.CompleteBatches complete) {
        post(
            new Happening.ResultsUnsettled(
                complete.results().stream().map(BatchResult::key).toList()));
      }
      throw e;
    }
  }

  private static boolean isPublishing(ClusterState state) {
    return state.jobs().all().stream().anyMatch(job -> job.state() == JobState.PUBLISHING);
  }

  private void copy(Effect.CopyChunk effect) {
    boolean made = false;
    try {
      deeds.copy(effect.copy());
      made = true;
    } catch (java.io.IOException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "copy of chunk {0}: {1}",
          effect.copy().chunk().id(),
          e.getMessage());
    } finally {
      post(new Happening.CopyEnded(effect.copy().chunk().id(), effect.copy().to(), made));
    }
  }

  private void publishPart(Effect.PublishPart part) throws Exception {
    boolean made = false;
    try {
      deeds.publishPart(part.job(), part.firstBatch(), part.endBatch());
      made = true;
    } finally {
      post(new Happening.PartEnded(part.job(), made));
    }
  }

  private void publish(Effect.Publish publish) throws Exception {
    try {
      deeds.publish(publish.job());
    } finally {
      post(new Happening.PublishEnded(publish.job()));
    }
  }

  @Override
  public void close() {
    closed = true;
    leads = false;
    thread.interrupt();
  }
}
