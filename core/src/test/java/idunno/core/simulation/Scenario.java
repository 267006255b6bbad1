package idunno.core.simulation;

import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What one run is made of, all of it drawn from the seed.
 *
 * @param seed what it was drawn from
 * @param scale how big it is
 * @param machines five or more
 * @param jobs two or more
 * @param faults what goes wrong, by time
 * @param quietFromMs from here on nothing goes wrong and no message is lost
 */
record Scenario(
    long seed,
    Scale scale,
    List<Machine> machines,
    List<JobPlan> jobs,
    List<Fault> faults,
    long quietFromMs) {
  private static final List<Fault.Kind> KINDS = List.of(Fault.Kind.values());
  private static final int LONGEST_BATCH_MS = 600;

  /** The scenario of a seed. */
  static Scenario draw(long seed) {
    Random random = random(seed);
    return draw(seed, Scale.ordinary(seed, random), random);
  }

  /** The scenario of a seed, with a thousand machines. */
  static Scenario large(long seed) {
    Random random = random(seed);
    return draw(seed, Scale.large(seed, random), random);
  }

  /** Of seeds side by side the first draws would be alike. */
  private static Random random(long seed) {
    return new Random(seed * 0x9e37_79b9_7f4a_7c15L);
  }

  private static Scenario draw(long seed, Scale scale, Random random) {
    List<Machine> machines = drawMachines(random, scale, seed % 2 == 0 ? 1 : 3);
    List<JobPlan> jobs = drawJobs(random, scale, machines);
    List<Fault> faults = drawFaults(random, scale);
    return new Scenario(seed, scale, machines, jobs, faults, scale.faultyUntilMs() + 7_000);
  }

  /** The same machines and jobs, and nothing goes wrong. */
  Scenario withoutFaults() {
    return new Scenario(seed, scale, machines, jobs, List.of(), 0);
  }

  /** Whether it is one of those with a thousand machines. */
  boolean isLarge() {
    return machines.size() >= 1_000;
  }

  private static List<Machine> drawMachines(Random random, Scale scale, int zones) {
    List<Machine> machines = new ArrayList<>();
    for (int i = 1; i <= scale.machines(); i++) {
      machines.add(
          new Machine(
              new NodeName("n" + i),
              1 + random.nextInt(2),
              0.8 + 0.6 * random.nextDouble(),
              random.nextInt(4_000) - 2_000,
              zones == 1 ? "" : "rack-" + i % zones));
    }
    return machines;
  }

  private static List<JobPlan> drawJobs(Random random, Scale scale, List<Machine> machines) {
    double capacity =
        machines.stream().mapToDouble(machine -> machine.slots() / machine.slowness()).sum();
    int count = scale.jobs();
    int[] costs = random.ints(count, scale.leastCostMs(), scale.mostCostMs() + 1).toArray();
    int[] weights = random.ints(count, 1, 4).toArray();
    double costOfOneEach = 0;
    for (int i = 0; i < count; i++) {
      costOfOneEach += (double) costs[i] * weights[i];
    }
    double queriesPerWeight = scale.workMs() * capacity / costOfOneEach;
    List<JobPlan> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int queries = (int) (queriesPerWeight * weights[i]) + random.nextInt(20);
      int start = random.nextInt(20);
      int largest = Math.min(24, LONGEST_BATCH_MS / costs[i]);
      jobs.add(
          new JobPlan(
              new ModelName("model" + i),
              new FileName("photos" + i),
              start + queries + random.nextInt(3),
              new Range(start, start + queries - 1),
              scale.leastBatch() + random.nextInt(largest - scale.leastBatch() + 1),
              weights[i],
              costs[i],
              Scale.FIRST_SUBMIT_MS + random.nextInt(scale.submittedWithinMs())));
    }
    return jobs;
  }

  private static List<Fault> drawFaults(Random random, Scale scale) {
    // One machine only, so that there is always another that can run the batch.
    int refusing = random.nextInt(scale.machines());
    List<Fault> faults = new ArrayList<>();
    boolean mayLeave = true;
    for (int i = 0; i < scale.faults(); i++) {
      Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      if (kind == Fault.Kind.LEAVE) {
        if (!mayLeave) {
          kind = Fault.Kind.CRASH;
        }
        mayLeave = false;
      }
      faults.add(
          new Fault(
              drawMoment(random, scale),
              kind,
              kind == Fault.Kind.REFUSE ? refusing : random.nextInt(scale.machines()),
              // Half of them last about as long as it takes to be declared failed.
              random.nextBoolean() ? 200 + random.nextInt(6_300) : 2_700 + random.nextInt(1_500)));
    }
    if (random.nextInt(3) == 0) {
      // Two or three at the same moment, the coordinator among them.
      long atMs = drawMoment(random, scale);
      faults.add(new Fault(atMs, Fault.Kind.CRASH_COORDINATOR, 0, 4_000));
      faults.add(new Fault(atMs, Fault.Kind.CRASH, random.nextInt(scale.machines()), 5_000));
      faults.add(new Fault(atMs, Fault.Kind.CRASH, random.nextInt(scale.machines()), 6_000));
    }
    faults.sort(Comparator.comparingLong(Fault::atMs));
    return faults;
  }

  private static long drawMoment(Random random, Scale scale) {
    return scale.faultyFromMs()
        + (long) random.nextInt(scale.faultyUntilMs() - scale.faultyFromMs());
  }
}
