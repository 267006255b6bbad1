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
 * @param machines five to nine
 * @param jobs two to four
 * @param faults what goes wrong, by time
 * @param quietFromMs from here on nothing goes wrong and no message is lost
 */
record Scenario(
    long seed, List<Machine> machines, List<JobPlan> jobs, List<Fault> faults, long quietFromMs) {
  private static final List<Fault.Kind> KINDS = List.of(Fault.Kind.values());
  private static final int FAULTY_MS = 40_000;

  /** So long that enough is left to judge the rates by when nothing goes wrong any more. */
  private static final int LONG_WORK_MS = 75_000;

  /** So short that jobs end while everything goes wrong. */
  private static final int SHORT_WORK_MS = 20_000;

  private static final int LONGEST_BATCH_MS = 600;

  /** The scenario of a seed. */
  static Scenario draw(long seed) {
    Random random = new Random(seed);
    List<Machine> machines = drawMachines(random, seed % 2 == 0 ? 1 : 3);
    List<JobPlan> jobs = drawJobs(random, machines);
    return new Scenario(seed, machines, jobs, drawFaults(random, machines), FAULTY_MS + 7_000);
  }

  /** The same machines and jobs, and nothing goes wrong. */
  Scenario withoutFaults() {
    return new Scenario(seed, machines, jobs, List.of(), 0);
  }

  private static List<Machine> drawMachines(Random random, int zones) {
    List<Machine> machines = new ArrayList<>();
    int count = 5 + random.nextInt(5);
    for (int i = 1; i <= count; i++) {
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

  private static List<JobPlan> drawJobs(Random random, List<Machine> machines) {
    double capacity =
        machines.stream().mapToDouble(machine -> machine.slots() / machine.slowness()).sum();
    int count = 2 + random.nextInt(3);
    int[] costs = random.ints(count, 5, 61).toArray();
    int[] weights = random.ints(count, 1, 4).toArray();
    double costOfOneEach = 0;
    for (int i = 0; i < count; i++) {
      costOfOneEach += (double) costs[i] * weights[i];
    }
    int workMs = random.nextBoolean() ? SHORT_WORK_MS : LONG_WORK_MS;
    double queriesPerWeight = workMs * capacity / costOfOneEach;
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
              4 + random.nextInt(largest - 3),
              weights[i],
              costs[i],
              2_000 + random.nextInt(8_000)));
    }
    return jobs;
  }

  private static List<Fault> drawFaults(Random random, List<Machine> machines) {
    // One machine only, so that there is always another that can run the batch.
    int refusing = random.nextInt(machines.size());
    List<Fault> faults = new ArrayList<>();
    int count = 5 + random.nextInt(8);
    boolean mayLeave = true;
    for (int i = 0; i < count; i++) {
      Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      if (kind == Fault.Kind.LEAVE) {
        if (!mayLeave) {
          kind = Fault.Kind.CRASH;
        }
        mayLeave = false;
      }
      faults.add(
          new Fault(
              3_000 + random.nextInt(FAULTY_MS - 3_000),
              kind,
              kind == Fault.Kind.REFUSE ? refusing : random.nextInt(machines.size()),
              // Half of them last about as long as it takes to be declared failed.
              random.nextBoolean() ? 200 + random.nextInt(6_300) : 2_700 + random.nextInt(1_500)));
    }
    if (random.nextInt(3) == 0) {
      // Two or three at the same moment, the coordinator among them.
      long atMs = 5_000L + random.nextInt(FAULTY_MS - 5_000);
      faults.add(new Fault(atMs, Fault.Kind.CRASH_COORDINATOR, 0, 4_000));
      faults.add(new Fault(atMs, Fault.Kind.CRASH, random.nextInt(machines.size()), 5_000));
      faults.add(new Fault(atMs, Fault.Kind.CRASH, random.nextInt(machines.size()), 6_000));
    }
    faults.sort(Comparator.comparingLong(Fault::atMs));
    return faults;
  }
}
