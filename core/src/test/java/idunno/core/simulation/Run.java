package idunno.core.simulation;

import static idunno.core.simulation.Invariants.require;

import idunno.core.coordinator.Balance;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.membership.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A scenario that was run to its end, where all that must hold at the end did hold.
 *
 * @param results what the result files hold, by model
 * @param windows how evenly the jobs were served
 * @param load what the coordinator took for it
 * @param lines the transcript
 */
record Run(
    Map<String, List<QueryResult>> results,
    List<Rates.Window> windows,
    Load.Sum load,
    List<String> lines) {
  /** How long the work may take, in virtual time: without faults it takes some 90 s. */
  private static final long DONE_WITHIN_MS = 400_000;

  /** For the disks to be evened out. */
  private static final long BALANCE_MS = 60_000;

  private static final double WITHIN_POINTS = 4;

  /**
   * Runs a scenario.
   *
   * @param linesShown how many lines of the transcript a failure shows
   * @throws AssertionError if anything doesn't hold, with the seed and the end of the transcript
   */
  static Run of(Scenario scenario, int linesShown) {
    Cluster cluster = new Cluster(scenario);
    try {
      cluster.begin();
      return finish(cluster);
    } catch (AssertionError | RuntimeException failed) {
      List<String> lines = cluster.timeline().transcript();
      List<String> last = lines.subList(Math.max(0, lines.size() - linesShown), lines.size());
      throw new AssertionError(
          "seed %d%s at %d ms: %s\nreplay it with -Dsimulation.%sseed=%d; the last lines:\n%s"
              .formatted(
                  scenario.seed(),
                  scenario.faults().isEmpty() ? " without faults" : "",
                  cluster.timeline().nowMs(),
                  failed,
                  scenario.isLarge() ? "large." : "",
                  scenario.seed(),
                  String.join("\n", last)),
          failed);
    }
  }

  private static Run finish(Cluster cluster) {
    Timeline timeline = cluster.timeline();
    while (!isDone(cluster)) {
      require(timeline.step(), () -> "nothing happens any more, and not all jobs are done");
      require(
          timeline.nowMs() < DONE_WITHIN_MS,
          () ->
              "jobs are not done: "
                  + cluster.log().state().jobs().all().stream().map(Run::where).toList());
    }
    Load.Sum load = cluster.load().sum();
    Scenario scenario = cluster.scenario();
    long untilMs =
        Math.max(timeline.nowMs(), scenario.quietFromMs())
            + scenario.scale().settleMs()
            + scenario.scale().cleanUpMs();
    while (timeline.nowMs() < untilMs && timeline.step()) {}

    Map<String, List<QueryResult>> results = new LinkedHashMap<>();
    cluster.plans().forEach((id, plan) -> check(cluster, id, plan));
    for (JobPlan plan : cluster.scenario().jobs()) {
      cluster
          .plans()
          .forEach(
              (id, submitted) -> {
                if (submitted.equals(plan)) {
                  results.put(plan.model().value(), cluster.invariants().published(id));
                }
              });
    }
    checkMembers(cluster);
    cluster.disks().checkEnd(cluster.log().state());
    balance(cluster);
    if (cluster.scenario().faults().isEmpty()) {
      int batches =
          cluster.log().state().jobs().all().stream().mapToInt(Progress::batchesDone).sum();
      require(
          cluster.invariants().batchesRun() == batches,
          () ->
              cluster.invariants().batchesRun()
                  + " batches were run, though nothing failed and there were "
                  + batches);
    }
    List<Rates.Window> windows = cluster.rates().windows();
    windows.forEach(
        window ->
            require(
                window.gap() <= scenario.scale().largestGap(),
                () -> "rates are uneven from " + window));
    return new Run(results, windows, load, timeline.transcript());
  }

  private static boolean isDone(Cluster cluster) {
    return cluster.plans().size() == cluster.scenario().jobs().size()
        && cluster.log().state().jobs().all().stream()
            .allMatch(job -> job.state() == JobState.DONE);
  }

  private static String where(Progress job) {
    JobSpec spec = job.spec();
    return "job "
        + spec.id()
        + " "
        + job.state()
        + ", "
        + job.batchesDone()
        + " of "
        + spec.batches()
        + " batches, first missing "
        + job.nextUndone(0);
  }

  private static void check(Cluster cluster, JobId id, JobPlan plan) {
    List<QueryResult> published = cluster.invariants().published(id);
    List<QueryResult> right = plan.answers();
    require(
        published.size() == right.size(),
        () -> "job " + id + ": " + right.size() + " queries, " + published.size() + " answers");
    for (int i = 0; i < right.size(); i++) {
      int query = i;
      require(
          published.get(query).equals(right.get(query)),
          () ->
              "job "
                  + id
                  + ", query "
                  + plan.range().start()
                  + query
                  + ": expected "
                  + right.get(query)
                  + ", found "
                  + published.get(query));
    }
  }

  private static void checkMembers(Cluster cluster) {
    for (SimulatedNode node : cluster.nodes()) {
      Member member = cluster.log().state().members().get(node.machine().name()).orElseThrow();
      require(
          cluster.log().state().members().isAlive(node.desk().orElseThrow().me()),
          () -> node + " runs, but the members' list says " + member);
    }
    require(
        cluster.log().state().members().alive().size() == cluster.nodes().size(),
        () ->
            "the members' list has "
                + cluster.log().state().members().alive()
                + " alive, but "
                + cluster.nodes()
                + " run");
  }

  private static void balance(Cluster cluster) {
    SimulatedCoordinator office = cluster.leader().orElseThrow().office().orElseThrow();
    office.balance(WITHIN_POINTS);
    long untilMs = cluster.timeline().nowMs() + BALANCE_MS;
    while (cluster.timeline().nowMs() < untilMs
        && office.balance().state() == Balance.State.RUNNING
        && cluster.timeline().step()) {}
    Balance end = office.balance();
    cluster.timeline().tell("balance: " + end);
    require(
        end.state() == Balance.State.EVEN || end.state() == Balance.State.STUCK,
        () -> "the disks are still being evened out: " + end);
    cluster.disks().checkEnd(cluster.log().state());
  }
}
