package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class FairTimeTest {
  private static final JobId A = new JobId(1);
  private static final JobId B = new JobId(2);
  private static final JobId C = new JobId(3);

  private final FairTime fairTime = new FairTime();
  private final Map<JobId, Integer> weights = new HashMap<>(Map.of(A, 1, B, 1, C, 1));
  private final Map<JobId, Integer> batchSizes = new HashMap<>(Map.of(A, 8, B, 8, C, 8));
  private final Map<JobId, Integer> served = new HashMap<>();

  private JobId serveOne() {
    JobId job = fairTime.turns().first().job();
    int queries = batchSizes.getOrDefault(job, 1);
    fairTime.served(job, (double) queries / weights.getOrDefault(job, 1));
    served.merge(job, queries, Integer::sum);
    return job;
  }

  private void serve(int batches) {
    for (int i = 0; i < batches; i++) {
      serveOne();
    }
  }

  private int served(JobId job) {
    return served.getOrDefault(job, 0);
  }

  @Test
  void jobsGetEqualQueriesWhateverTheirBatchSizes() {
    batchSizes.putAll(Map.of(A, 1, B, 7, C, 64));
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    fairTime.join(C, OptionalDouble.empty());
    serve(10_000);

    assertEquals(served(A), served(B), 2 * 64);
    assertEquals(served(B), served(C), 2 * 64);
  }

  @Test
  void aHeavierJobGetsQueriesInProportionToItsWeight() {
    weights.putAll(Map.of(A, 1, B, 5));
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    serve(6_000);

    assertEquals(5.0, (double) served(B) / served(A), 0.02);
  }

  @Test
  void aJobThatComesLaterNeitherWaitsNorMakesTheOthersWait() {
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    serve(1_000);
    fairTime.join(C, OptionalDouble.empty());
    int ofA = served(A);
    int ofB = served(B);
    serve(3);
    assertTrue(served(C) > 0, "it is among the next three to be served");

    serve(297);
    assertEquals(100 * 8, served(A) - ofA, 8, "A was served on, as one of three");
    assertEquals(100 * 8, served(B) - ofB, 8, "B was served on, as one of three");
    assertEquals(100 * 8, served(C), 8, "C has not caught up on what it wasn't there for");
  }

  @Test
  void aJobAloneForLongOwesNothingToTheNext() {
    fairTime.join(A, OptionalDouble.empty());
    serve(500);
    fairTime.join(B, OptionalDouble.empty());
    served.clear();
    serve(100);

    assertEquals(served(A), served(B), 8);
  }

  @Test
  void workThatCameBackUndoneDoesNotCountAsService() {
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    for (int i = 0; i < 400; i++) {
      JobId job = serveOne();
      if (job.equals(A) && i % 4 == 0) {
        fairTime.corrected(A, -8);
        served.merge(A, -8, Integer::sum);
      }
    }

    assertEquals(served(A), served(B), 2 * 8);
  }

  @Test
  void aJobThatComesStartsLevelWithWhatWaitsOnTheDesksAndIsFirstInLine() {
    fairTime.join(A, OptionalDouble.empty());
    serve(100);
    double leastWaiting = 40 * 8;
    fairTime.join(B, OptionalDouble.of(leastWaiting));

    assertEquals(B, fairTime.turns().first().job());
    assertEquals(leastWaiting, fairTime.clock(B));
    served.clear();
    serve(60);
    assertEquals(60 * 8, served(B), 8, "until it has as much waiting as A has");
    served.clear();
    serve(100);
    assertEquals(served(A), served(B), 8);
  }

  @Test
  void aNewCoordinatorTakesTheClocksFromTheTagsOfWhatTheWorkersHold() {
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    fairTime.join(C, OptionalDouble.empty());
    fairTime.found(A, 96, 8);
    fairTime.found(A, 80, 8);
    fairTime.found(B, 88, 8);
    fairTime.lift(OptionalDouble.of(80));

    assertEquals(104, fairTime.clock(A));
    assertEquals(96, fairTime.clock(B));
    assertEquals(80, fairTime.clock(C), "of C nobody had anything: it may not catch up");
  }

  @Test
  void levelledClocksStandSideBySideBehindAllThatWasGivenOut() {
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    serve(5);
    double last = Math.max(fairTime.clock(A), fairTime.clock(B));
    fairTime.level();

    assertEquals(last, fairTime.clock(A));
    assertEquals(last, fairTime.clock(B));
  }

  @Test
  void theOldestIsServedFirstWhereAllAreEqual() {
    fairTime.join(C, OptionalDouble.empty());
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());

    assertEquals(A, serveOne());
    assertEquals(B, serveOne());
    assertEquals(C, serveOne());
  }

  @Test
  void aJobThatHasEndedIsForgottenAndJoiningTwiceChangesNothing() {
    fairTime.join(A, OptionalDouble.empty());
    fairTime.join(B, OptionalDouble.empty());
    serve(9);
    fairTime.join(A, OptionalDouble.empty());
    fairTime.leave(B);

    assertEquals(List.of(A), fairTime.turns().stream().map(FairTime.Turn::job).toList());
    assertTrue(fairTime.knows(A) && !fairTime.knows(B));
    fairTime.corrected(B, -8);
    assertEquals(
        List.of(A),
        fairTime.turns().stream().map(FairTime.Turn::job).toList(),
        "what comes back of it is moot");
  }
}
