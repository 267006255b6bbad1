package idunno.system;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.node.api.Views.JobAsk;
import idunno.node.demo.LocalCluster.Machine;
import idunno.system.Vitals.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two jobs at a time, one after the other without an end, while nodes are killed, frozen and come
 * back: no query is lost, none is counted twice, and no process holds more and more.
 *
 * <p>{@code -Dendurance.minutes=10} for a long run, in which memory is judged too and two nodes
 * live from its beginning to its end; {@code -Dendurance.seed=N} for the same draws again (not the
 * same run: processes have a will of their own).
 */
class JobEnduranceIT {
  private static final int NODES = 5;
  private static final int MINUTES = Integer.getInteger("endurance.minutes", 0);

  /**
   * In a long run jobs last longer than a node is away, so that late results find them going on.
   */
  private static final int QUERIES = MINUTES > 0 ? 2_000 : 250;

  private static final int BATCH = 5;
  private static final int SPARED = 2;

  /** Who lived for less is still warming up, and had few faults to see. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(Math.max(30, 30 * MINUTES));

  /** The longest that nothing may be finished, whatever comes together. */
  private static final long STANDSTILL_MS = 30_000;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(NODES, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @Test
  void whileNodesDieFreezeAndComeBackNoQueryIsLostNorCountedTwiceAndNobodyHoldsMoreAndMore()
      throws Exception {
    assumeTrue(Vitals.canBeSeen(), "this system tells nothing of its processes");
    long seed = Long.getLong("endurance.seed", MINUTES > 0 ? new Random().nextLong(1_000_000) : 2);
    System.out.println("endurance: seed " + seed + ", " + MINUTES + " minutes");
    WORK.addModel("heavy", new Network(20));
    WORK.addModel("light", new Network(5));
    WORK.addPictures("pictures", QUERIES);
    WORK.warm();
    List<JobAsk> asks = List.of(ask("heavy"), ask("light"));
    Map<String, byte[]> undisturbed = new HashMap<>();
    for (JobAsk ask : asks) {
      undisturbed.put(ask.model(), WORK.awaitDone(WORK.submit(ask).id()));
    }
    List<Machine> spared = spared(seed);
    JobSupply supply = new JobSupply(CLUSTER, asks);
    Vitals vitals = new Vitals(CLUSTER, spared);
    FaultRun faults = new FaultRun(CLUSTER, new FaultPlan(seed), spared);
    long fromMs = System.currentTimeMillis();
    run(supply, vitals, faults);
    long toMs = System.currentTimeMillis();
    CLUSTER.mend();
    Eventually.see("no job is left", Work.DONE_WITHIN, JobEnduranceIT::unfinished, List::isEmpty);
    List<JobReport> jobs = CLUSTER.client().history().jobs();
    System.out.println("endurance: seed " + seed + ": " + faults.summary());
    assertAll(
        "seed " + seed,
        () -> judgeJobs(jobs, undisturbed, fromMs, toMs),
        () -> judgeVitals(vitals),
        () -> judgeLogs(supply));
  }

  private static List<String> unfinished() throws IOException {
    return CLUSTER.client().report().jobs().stream()
        .filter(job -> job.state() != JobState.DONE)
        .map(job -> "job " + job.spec().id() + " " + job.state() + ", finished " + job.finished())
        .toList();
  }

  private static JobAsk ask(String model) {
    return Work.ask(model, "pictures", QUERIES, BATCH, 1);
  }

  /** Who lives through a long run, so that there is a process whose memory can be judged. */
  private static List<Machine> spared(long seed) {
    List<Machine> drawn = new ArrayList<>(CLUSTER.machines());
    Collections.shuffle(drawn, new Random(seed));
    return drawn.subList(0, MINUTES > 0 ? SPARED : 0);
  }

  private static void run(JobSupply supply, Vitals vitals, FaultRun faults) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> jobs =
          threads.submit(
              () -> {
                supply.run(end);
                return null;
              });
      Future<?> looks =
          threads.submit(
              () -> {
                vitals.run(end);
                return null;
              });
      try {
        faults.run(Duration.ofMinutes(MINUTES));
      } finally {
        end.countDown();
      }
      jobs.get();
      looks.get();
    }
  }

  private static void judgeJobs(
      List<JobReport> jobs, Map<String, byte[]> undisturbed, long fromMs, long toMs)
      throws IOException {
    long queries = 0;
    long duplicates = 0;
    List<Long> committedMs = new ArrayList<>(List.of(fromMs, toMs));
    for (JobReport job : jobs) {
      JobId id = job.spec().id();
      byte[] alone = Objects.requireNonNull(undisturbed.get(job.spec().model().name().value()));
      assertArrayEquals(alone, WORK.whole(job), () -> "job " + id);
      queries += job.finished();
      duplicates += job.duplicates();
      job.batches().stream()
          .map(BatchRecord::committedMs)
          .filter(at -> at > fromMs && at < toMs)
          .forEach(committedMs::add);
    }
    Collections.sort(committedMs);
    long stoodMs = 0;
    for (int i = 1; i < committedMs.size(); i++) {
      stoodMs = Math.max(stoodMs, committedMs.get(i) - committedMs.get(i - 1));
    }
    int ended = 0;
    Set<String> batches = new HashSet<>();
    for (Machine machine : CLUSTER.machines()) {
      for (WorkerLog.Event event : WorkerLog.of(machine).events()) {
        if (event.kind().equals("ended")) {
          ended++;
          batches.add(event.batch());
        }
      }
    }
    int asked = jobs.stream().mapToInt(job -> job.spec().batches()).sum();
    System.out.printf(
        Locale.ROOT,
        "endurance: %d jobs, %d queries, none lost, none twice; of %d batches %d were run twice"
            + " (%.1f %%), %d results came twice; nothing was finished for %d ms at the longest%n",
        jobs.size(),
        queries,
        asked,
        ended - batches.size(),
        100.0 * (ended - batches.size()) / asked,
        duplicates,
        stoodMs);
    assertEquals(asked, batches.size(), "each batch was run by somebody, and no other");
    assertTrue(stoodMs < STANDSTILL_MS, "the jobs stood still for " + stoodMs + " ms");
  }

  private static void judgeVitals(Vitals vitals) {
    List<String> tooMuch = new ArrayList<>();
    vitals
        .lives()
        .forEach(
            (life, samples) -> {
              if (seenFor(samples).compareTo(LONG_ENOUGH) < 0) {
                return;
              }
              List<Growth> growths = new ArrayList<>(Growth.ofHandles(samples));
              growths.addAll(Growth.ofMemory(samples));
              growths.addAll(Growth.ofFootprint(samples));
              System.out.println("endurance: " + life + ": " + growths);
              growths.stream()
                  .filter(Growth::isTooMuch)
                  .forEach(growth -> tooMuch.add(life + ": " + growth));
            });
    assertEquals(List.of(), tooMuch, "grew by more than it may");
  }

  private static Duration seenFor(List<Sample> life) {
    return Duration.ofNanos(life.getLast().atNanos() - life.getFirst().atNanos());
  }

  private static void judgeLogs(JobSupply supply) throws IOException {
    System.out.println("endurance: logged " + LogLines.events(CLUSTER.machines()));
    assertEquals(List.of(), LogLines.unexpected(CLUSTER.machines()), "said by nodes");
    assertEquals(List.of(), supply.troubles(), "said to the client");
  }
}
