package idunno.core.simulation;

import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.coordinator.Happening;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A cluster on one thread: its processes, its log, its network, and who leads. */
final class Cluster {
  private static final int LINES_OF_THE_LARGE = 50_000;

  private final Scenario scenario;
  private final Timeline timeline;
  private final Load load;
  private final Map<ModelName, Integer> numbers = new HashMap<>();
  private final Set<BatchKey> committed = new HashSet<>();
  private final Random random;
  private final Network network;
  private final SimulatedLog log;
  private final Invariants invariants = new Invariants();
  private final Disks disks = new Disks();
  private final Rates rates;
  private final NavigableMap<NodeName, SimulatedNode> nodes = new TreeMap<>();
  private final NavigableMap<NodeName, Integer> lives = new TreeMap<>();
  private final NavigableMap<JobId, JobPlan> plans = new TreeMap<>();
  private Optional<SimulatedNode> leader = Optional.empty();
  private Optional<NodeName> lastLeader = Optional.empty();
  private long term;
  private boolean electing;

  Cluster(Scenario scenario) {
    this.scenario = scenario;
    this.timeline = new Timeline(scenario.isLarge() ? LINES_OF_THE_LARGE : Integer.MAX_VALUE);
    this.load = new Load(timeline);
    for (JobPlan job : scenario.jobs()) {
      numbers.put(job.model(), numbers.size());
    }
    this.random = new Random(scenario.seed() * 31 + 17);
    this.network = new Network(timeline, random, scenario.quietFromMs());
    this.rates = new Rates(scenario);
    this.log = new SimulatedLog(this, random, this::applied);
  }

  /** Fills the store, starts every machine, and sets all that is to happen. */
  void begin() {
    Store.fill(log, scenario, random);
    scenario.machines().forEach(this::start);
    election();
    for (JobPlan job : scenario.jobs()) {
      timeline.after(job.submitMs(), () -> submit(job));
    }
    FaultInjector injector = new FaultInjector(this, random);
    for (Fault fault : scenario.faults()) {
      timeline.after(fault.atMs(), () -> injector.begin(fault));
    }
  }

  private void submit(JobPlan job) {
    Optional<SimulatedNode> asker = nodes.values().stream().filter(SimulatedNode::isUp).findFirst();
    if (asker.isEmpty()) {
      timeline.after(100, () -> submit(job));
      return;
    }
    // Until it is taken: a client whose node dies asks another, with the same request.
    Request request =
        new Request(
            new RequestId("client-of-" + job.model(), 1),
            new Command.SubmitJob(
                ModelRef.latest(job.model()),
                Optional.of(job.dataset()),
                job.range(),
                Optional.of(job.batchSize()),
                job.weight(),
                asker.get().nowMs()));
    log.propose(asker.get(), term, request, ignored -> {});
    timeline.after(
        1_000,
        () -> {
          if (!plans.containsValue(job)) {
            submit(job);
          }
        });
  }

  /** Begins a machine's first or next life. */
  void start(Machine machine) {
    int life = lives.merge(machine.name(), 1, Integer::sum);
    SimulatedNode node = new SimulatedNode(this, machine, life, random);
    nodes.put(machine.name(), node);
    node.start();
    node.later(1 + random.nextInt(200), () -> leader.ifPresent(node::sees));
  }

  /** The coordinator is lost, or silent: unless it is heard again, another is elected. */
  void election() {
    if (!electing) {
      electing = true;
      timeline.after(500 + random.nextInt(1_500), this::elect);
    }
  }

  private void elect() {
    electing = false;
    if (leader.filter(SimulatedNode::isUp).isPresent()) {
      return;
    }
    List<SimulatedNode> candidates = nodes.values().stream().filter(SimulatedNode::isUp).toList();
    if (candidates.size() < nodes.size() / 2 + 1) {
      election();
      return;
    }
    SimulatedNode chosen = candidates.get(random.nextInt(candidates.size()));
    Optional<NodeName> deposed = random.nextInt(5) > 0 ? lastLeader : Optional.empty();
    nodes.values().forEach(node -> node.later(random.nextInt(300), () -> learn(node)));
    term++;
    leader = Optional.of(chosen);
    lastLeader = Optional.of(chosen.machine().name());
    disturbed();
    disks.disturbed(timeline.nowMs());
    timeline.tell(chosen + " is elected in term " + term);
    chosen.elect(
        new SimulatedCoordinator(this, chosen, term, random),
        new Happening.Elected(term, deposed.filter(name -> !name.equals(chosen.machine().name()))));
  }

  private void learn(SimulatedNode node) {
    leader.ifPresent(node::sees);
    // One that was deposed finds out a moment after everyone else.
    node.later(
        20 + random.nextInt(400),
        () -> {
          if (node.office().filter(office -> office.term() < term).isPresent()) {
            node.depose();
          }
        });
  }

  /** The coordinator loses its majority while it lives. */
  void loseLeader() {
    leader = Optional.empty();
    election();
  }

  /** The process may go: its wish to leave is fulfilled. */
  void released(SimulatedNode node) {
    node.stop("has left");
    nodes.remove(node.machine().name());
    connectionLost(node);
    if (leader.equals(Optional.of(node))) {
      loseLeader();
    }
  }

  /** Whoever coordinates may see that a process's connections broke. */
  void connectionLost(SimulatedNode of) {
    if (random.nextInt(10) < 7) {
      leader
          .filter(node -> !node.equals(of))
          .ifPresent(
              node ->
                  node.later(
                      1 + random.nextInt(60),
                      () ->
                          node.office()
                              .ifPresent(
                                  office ->
                                      office.step(
                                          new Happening.ConnectionLost(of.machine().name())))));
    }
  }

  private void applied(Request request, Reply reply) {
    timeline.tell("log: " + request.id() + " " + Store.inShort(request.command()) + ": " + reply);
    switch (request.command()) {
      case Command.AdmitMember _, Command.FailMember _, Command.ReleaseMember _ -> disturbed();
      case Command.SubmitJob _ -> {
        if (reply instanceof Reply.Submitted(JobSpec job)
            && plans.putIfAbsent(job.id(), plan(job.model().name())) == null) {
          rates.submitted(timeline.nowMs());
        }
      }
      case Command.CompleteBatches complete -> {
        if (reply instanceof Reply.Completed counted && counted.counted() > 0) {
          complete.results().forEach(this::committed);
        }
      }
      case Command.PublishResults _ -> rates.ended(timeline.nowMs());
      case Command.CommitFiles _,
          Command.FileChange _,
          Command.AddReplica _,
          Command.DropReplica _,
          Command.ShedReplica _,
          Command.AddModel _,
          Command.RemoveModel _,
          Command.SetBatchSize _,
          Command.GiveUp _,
          Command.PublishPart _,
          Command.RetryFailed _,
          Command.CancelJob _,
          Command.PauseJob _,
          Command.ResumeJob _,
          Command.ShareBy _,
          Command.EnterPhase _ -> {}
    }
    disks.applied(log.state(), request.command(), reply, timeline.nowMs());
    invariants.applied(log.state(), request, reply);
  }

  private void committed(BatchResult result) {
    if (!committed.add(result.key())) {
      return;
    }
    JobPlan plan = Objects.requireNonNull(plans.get(result.key().job()));
    rates.committed(timeline.nowMs(), number(plan.model()), result.results().size());
  }

  private JobPlan plan(ModelName model) {
    return scenario.jobs().get(number(model));
  }

  private int number(ModelName model) {
    return Objects.requireNonNull(numbers.get(model));
  }

  long costMs(ModelName model) {
    return plan(model).costMs();
  }

  void disturbed() {
    rates.disturbed(timeline.nowMs());
  }

  boolean isLedIn(long asked) {
    return asked == term && leader.filter(SimulatedNode::isUp).isPresent();
  }

  /** Whether a process of that name answers or would, were it not standing still. */
  boolean isListening(NodeName name) {
    SimulatedNode node = nodes.get(name);
    return node != null && node.isRunning();
  }

  long term() {
    return term;
  }

  Optional<SimulatedNode> leader() {
    return leader;
  }

  /** Every process that runs or will be started again, by name. */
  Collection<SimulatedNode> nodes() {
    return Collections.unmodifiableCollection(nodes.values());
  }

  Scenario scenario() {
    return scenario;
  }

  Timeline timeline() {
    return timeline;
  }

  Load load() {
    return load;
  }

  Network network() {
    return network;
  }

  SimulatedLog log() {
    return log;
  }

  Invariants invariants() {
    return invariants;
  }

  Disks disks() {
    return disks;
  }

  Rates rates() {
    return rates;
  }

  /** The jobs as they were taken. */
  NavigableMap<JobId, JobPlan> plans() {
    return Collections.unmodifiableNavigableMap(plans);
  }
}
