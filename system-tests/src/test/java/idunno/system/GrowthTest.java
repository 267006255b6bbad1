package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.system.Vitals.Role;
import idunno.system.Vitals.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long MIB = 1 << 20;
  private static final int SECONDS = 600;
  private static final int SECONDS_A_FAULT = 15;
  private static final int SECONDS_A_JOB = 3;

  @Test
  void whatComesAndGoesIsNoGrowth() {
    Random random = new Random(1);
    List<Sample> life =
        life(
            second -> 80 + random.nextInt(30),
            second -> (40 + random.nextInt(12)) * MIB,
            second -> (200 + random.nextInt(40)) * MIB);
    assertEquals(List.of(), tooMuch(life));
  }

  @Test
  void aDescriptorAndAThreadAFaultAreSeen() {
    List<Sample> life =
        life(second -> 80 + second / SECONDS_A_FAULT, second -> 40 * MIB, second -> 200 * MIB);
    assertEquals(List.of("descriptors as worker", "threads as worker"), tooMuch(life));
  }

  @Test
  void aMegabyteOfTheHeapAJobIsSeen() {
    List<Sample> life =
        life(second -> 80, second -> (40 + second / SECONDS_A_JOB) * MIB, second -> 200 * MIB);
    assertEquals(List.of("live heap"), tooMuch(life));
  }

  @Test
  void aMegabyteOutsideOfTheHeapAJobIsSeen() {
    List<Sample> life =
        life(second -> 80, second -> 40 * MIB, second -> (200 + second / SECONDS_A_JOB) * MIB);
    assertEquals(List.of("resident", "anonymous"), tooMuch(life));
  }

  @Test
  void whatAProcessGetsInItsFirstSecondsIsNoGrowth() {
    List<Sample> life =
        life(
            second -> Math.min(80, 20 + 3 * second),
            second -> Math.min(60, second / 2) * MIB,
            second -> Math.min(200, 2 * second) * MIB);
    assertEquals(List.of(), tooMuch(life));
  }

  @Test
  void whatANodeHoldsMoreAsCoordinatorAndAfterwardsIsNoGrowth() {
    List<Sample> life = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      Role role = second < 200 ? Role.WORKER : second < 400 ? Role.COORDINATOR : Role.DEPOSED;
      int handles =
          switch (role) {
            case WORKER -> 80;
            case COORDINATOR -> 120;
            case DEPOSED -> 100;
          };
      life.add(sample(second, role, handles, 40 * MIB, 200 * MIB));
    }
    assertEquals(List.of(), tooMuch(life));
    assertEquals(6, Growth.ofHandles(life).size());
  }

  @Test
  void aRoleOfAMomentIsNotJudged() {
    List<Sample> life = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      Role role = second < SECONDS / 5 ? Role.WORKER : Role.DEPOSED;
      int handles = role == Role.WORKER && second < 60 ? 50 : 80;
      life.add(sample(second, role, handles, 40 * MIB, 200 * MIB));
    }
    assertEquals(List.of(), tooMuch(life));
    assertEquals(2, Growth.ofHandles(life).size());
  }

  @Test
  void ofALifeOfSecondsNothingIsSaid() {
    List<Sample> life = life(second -> second, second -> MIB, second -> MIB).subList(0, 30);
    assertEquals(List.of(), Growth.ofHandles(life));
    assertEquals(List.of(), Growth.ofMemory(life));
  }

  private static List<String> tooMuch(List<Sample> life) {
    List<Growth> all = new ArrayList<>(Growth.ofHandles(life));
    all.addAll(Growth.ofMemory(life));
    return all.stream().filter(Growth::isTooMuch).map(Growth::what).toList();
  }

  private static List<Sample> life(
      IntToLongFunction handles, IntToLongFunction liveBytes, IntToLongFunction residentBytes) {
    List<Sample> life = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      life.add(
          sample(
              second,
              Role.WORKER,
              (int) handles.applyAsLong(second),
              liveBytes.applyAsLong(second),
              residentBytes.applyAsLong(second)));
    }
    return life;
  }

  private static Sample sample(
      int second, Role role, int handles, long liveBytes, long residentBytes) {
    return new Sample(
        second * SECOND_NANOS,
        role,
        handles,
        handles,
        residentBytes,
        residentBytes,
        second % 10 == 0 ? Optional.of(liveBytes) : Optional.empty());
  }
}
