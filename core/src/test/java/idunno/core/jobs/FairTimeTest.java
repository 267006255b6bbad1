package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    JobId job = fairTime.next(ignored -> true).orElseThrow();
    int queries = batchSizes.getOrDefault(job, 1);
    fairTime.served(job, queries, weights.getOrDefault(job, 1));
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
    fairTime.join(A);
    fairTime.join(B);
    fairTime.join(C);
    serve(10_000);

    assertEquals(served(A), served(B), 2 * 64);
    assertEquals(served(B), served(C), 2 * 64);
  }

  @Test
  void aHeavierJobGetsQueriesInProportionToItsWeight() {
    weights.putAll(Map.of(A, 1, B, 5));
    fairTime.join(A);
    fairTime.join(B);
    serve(6_000);

    assertEquals(5.0, (double) served(B) / served(A), 0.02);
  }

  @Test
  void aJobThatComesLaterNeitherWaitsNorMakesTheOthersWait() {
    fairTime.join(A);
    fairTime.join(B);
    serve(1_000);
    fairTime.join(C);
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
    fairTime.join(A);
    serve(500);
    fairTime.join(B);
    served.clear();
    serve(100);

    assertEquals(served(A), served(B), 8);
  }

  @Test
  void workThatCameBackUndoneDoesNotCountAsService() {
    fairTime.join(A);
    fairTime.join(B);
    for (int i = 0; i < 400; i++) {
      JobId job = serveOne();
      if (job.equals(A) && i % 4 == 0) {
        fairTime.returned(A, 8, 1);
        served.merge(A, -8, Integer::sum);
      }
    }

    assertEquals(served(A), served(B), 2 * 8);
  }

  @Test
  void aJobWithNothingToGiveOutIsPassedOver() {
    fairTime.join(A);
    fairTime.join(B);

    assertEquals(Optional.of(B), fairTime.next(B::equals));
    assertEquals(Optional.empty(), fairTime.next(ignored -> false));
  }

  @Test
  void theOldestIsServedFirstWhereAllAreEqual() {
    fairTime.join(C);
    fairTime.join(A);
    fairTime.join(B);

    assertEquals(A, serveOne());
    assertEquals(B, serveOne());
    assertEquals(C, serveOne());
  }

  @Test
  void aJobThatHasEndedIsForgottenAndJoiningTwiceChangesNothing() {
    fairTime.join(A);
    fairTime.join(B);
    serve(9);
    fairTime.join(A);
    fairTime.leave(B);

    assertEquals(Optional.of(A), fairTime.next(ignored -> true));
    assertTrue(fairTime.knows(A) && !fairTime.knows(B));
    fairTime.returned(B, 8, 1);
    assertEquals(Optional.of(A), fairTime.next(ignored -> true), "what comes back of it is moot");
  }
}
