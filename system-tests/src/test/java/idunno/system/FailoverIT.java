package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobSpec;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The coordinator dies under two jobs, alone or with two workers, or freezes: the others never run
 * out of work, hardly anything is computed twice, and the results are the same bytes.
 */
class FailoverIT {
  private static final int QUERIES = 1_000;

  /**
   * A frozen coordinator is missed for longer than this, and a worker without work ahead would
   * stand still for as long. A dead one is not always.
   */
  private static final long SHORT_MS = 800;

  /**
   * For so long at least a worker's desk lasts here: 6 s, but for jobs as short as these, of which
   * none is given too much. Where the change takes longer, on a machine that is busy otherwise,
   * workers may stand still for the rest of it.
   */
  private static final long HELD_MS = 3_500;

  private static final Pattern SCHEDULED =
      Pattern.compile("^(\\S+) .* batch-scheduled .* worker=(\\w+)#");

  /** From the death until everything is as before: election, reports, new batches. */
  private static final long AROUND_MS = 5_000;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(8, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);
  private static byte[] heavyAlone = {};
  private static byte[] lightAlone = {};

  @BeforeAll
  static void runUndisturbed() throws Exception {
    WORK.addModel("heavy", new Network(20));
    WORK.addModel("light", new Network(8));
    WORK.addPictures("pictures", QUERIES);
    WORK.warm();
    heavyAlone = WORK.awaitDone(submit("heavy").id());
    lightAlone = WORK.awaitDone(submit("light").id());
  }

  private static JobSpec submit(String model) throws IOException {
    return WORK.submit(Work.ask(model, "pictures", QUERIES, 4, 1));
  }

  @Test
  void whenTheCoordinatorDiesNobodyStandsIdleAndNothingIsRunTwice() throws Exception {
    killUnderTwoJobs(List.of(CLUSTER.coordinator()));
  }

  @Test
  void whenThreeOfEightDieTheCoordinatorAmongThemTheOthersGoOn() throws Exception {
    Machine coordinator = CLUSTER.coordinator();
    List<Machine> victims = new ArrayList<>(List.of(coordinator));
    CLUSTER.machines().stream()
        .filter(machine -> !machine.name().equals(coordinator.name()))
        .limit(2)
        .forEach(victims::add);
    killUnderTwoJobs(victims);
  }

  /** Its machine says nothing, so it is missed after a silence, and awaited by its successor. */
  @Test
  void whenTheCoordinatorFreezesNobodyStandsIdleAndNothingIsRunTwice() throws Exception {
    Machine frozen = CLUSTER.coordinator();
    List<JobSpec> jobs = begin();
    List<Machine> others = without(List.of(frozen));
    long frozenMs = System.currentTimeMillis();
    frozen.signal("STOP");
    try {
      for (Machine other : others) {
        Eventually.see(
            other.name() + " gets a batch of another coordinator",
            Cluster.SOON,
            () -> firstScheduledMs(others, other, frozenMs),
            atMs -> atMs < Long.MAX_VALUE);
      }
    } finally {
      frozen.signal("CONT");
    }
    assertNobodyWaited("frozen", jobs, others, frozenMs);
  }

  private static void killUnderTwoJobs(List<Machine> victims) throws Exception {
    List<JobSpec> jobs = begin();
    long killedMs = System.currentTimeMillis();
    for (Machine victim : victims) {
      victim.signal("KILL");
    }
    List<Machine> survivors = without(victims);
    assertNobodyWaited(victims.size() + " killed", jobs, survivors, killedMs);
    assertShared(jobs.getLast(), survivors);
  }

  /** Two jobs, the second of which will be done first, and is well under way. */
  private static List<JobSpec> begin() throws Exception {
    List<JobSpec> jobs = List.of(submit("heavy"), submit("light"));
    WORK.awaitBegun(jobs.getLast().id(), QUERIES / 4);
    return jobs;
  }

  private static List<Machine> without(List<Machine> victims) {
    return CLUSTER.machines().stream().filter(machine -> !victims.contains(machine)).toList();
  }

  private static void assertNobodyWaited(
      String what, List<JobSpec> jobs, List<Machine> survivors, long sinceMs) throws Exception {
    assertArrayEquals(lightAlone, WORK.awaitDone(jobs.getLast().id()));
    long untilMs = Math.min(sinceMs + AROUND_MS, System.currentTimeMillis());
    // Those who live have the processors of the dead, too, and are through with their desks sooner.
    long heldMs = HELD_MS * survivors.size() / CLUSTER.machines().size();
    List<String> idlers = new ArrayList<>();
    for (Machine survivor : survivors) {
      WorkerLog log = WorkerLog.of(survivor);
      long idleMs = log.longestIdleMs(sinceMs, untilMs);
      long usualMs = log.longestIdleMs(sinceMs - AROUND_MS / 2, sinceMs);
      long scheduledMs = firstScheduledMs(survivors, survivor, sinceMs);
      assertTrue(scheduledMs < Long.MAX_VALUE, () -> "nobody gave " + survivor.name() + " a batch");
      long aloneMs = scheduledMs - sinceMs;
      String found =
          "%s got no batch for %d ms and was idle for %d ms at most, before that for %d ms"
              .formatted(survivor.name(), aloneMs, idleMs, usualMs);
      System.out.printf("failover: %s, %s%n", what, found);
      long mayBeIdleMs = SHORT_MS + Math.max(0, aloneMs - heldMs) + usualMs;
      if (idleMs >= mayBeIdleMs) {
        idlers.add(found);
      }
    }
    assertEquals(List.of(), idlers);
    assertArrayEquals(heavyAlone, WORK.awaitDone(jobs.getFirst().id()));
    assertHardlyTwice(jobs, survivors);
  }

  /** When the next coordinator gave a node its first batch; never, if it hasn't yet. */
  private static long firstScheduledMs(List<Machine> survivors, Machine to, long afterMs)
      throws IOException {
    long first = Long.MAX_VALUE;
    for (Machine survivor : survivors) {
      for (String line : Files.readAllLines(Cluster.logOf(survivor))) {
        Matcher found = SCHEDULED.matcher(line);
        if (found.find() && found.group(2).equals(to.name())) {
          long atMs = Instant.parse(found.group(1)).toEpochMilli();
          first = atMs > afterMs ? Math.min(first, atMs) : first;
        }
      }
    }
    return first;
  }

  private static void assertHardlyTwice(List<JobSpec> jobs, List<Machine> survivors)
      throws IOException {
    int batches = 0;
    int again = 0;
    for (JobSpec job : jobs) {
      batches += job.batches();
      Set<String> seen = new HashSet<>();
      for (Machine survivor : survivors) {
        for (String batch : WorkerLog.of(survivor).ended(job.id().value())) {
          again += seen.add(batch) ? 0 : 1;
        }
      }
    }
    System.out.printf("failover: %d of %d batches were run twice%n", again, batches);
    assertTrue(again <= batches / 100, again + " of " + batches + " batches were run twice");
  }

  /** The survivors did the victims' share, all of them. */
  private static void assertShared(JobSpec job, List<Machine> survivors) throws IOException {
    List<NodeName> workers =
        WORK.job(job.id()).batches().stream()
            .map(BatchRecord::node)
            .map(node -> node.name())
            .distinct()
            .toList();
    for (Machine survivor : survivors) {
      assertTrue(
          workers.contains(new NodeName(survivor.name())), () -> survivor.name() + " ran nothing");
    }
  }
}
