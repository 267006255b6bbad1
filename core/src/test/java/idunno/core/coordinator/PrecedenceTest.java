package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrecedenceTest {
  private static final JobId FIRST = new JobId(1);
  private static final JobId SECOND = new JobId(2);
  private static final NodeId N1 = new NodeId(new NodeName("n1"), 1);
  private static final NodeId N2 = new NodeId(new NodeName("n2"), 1);

  private final FairTime fairTime = new FairTime();
  private final Hands hands = new Hands();
  private final Custody custody = new Custody(fairTime, hands, new Paces(), new Tail(hands));
  private final Precedence precedence = new Precedence(custody, hands);

  @BeforeEach
  void twoJobs() {
    fairTime.join(FIRST, OptionalDouble.empty());
    fairTime.join(SECOND, OptionalDouble.empty());
  }

  private void give(NodeId node, JobId job, int batch, double cost) {
    double tag = fairTime.served(job, cost);
    hands.put(new BatchKey(job, batch), new Given(node, false, 0, 0, tag, cost));
  }

  private void begin(NodeId node, BatchKey key) {
    Given was = hands.of(key, node).orElseThrow();
    hands.put(key, new Given(node, true, 0, 0, was.tag(), was.cost()));
  }

  /** The jobs whose batches a desk takes up, one after the other. */
  private List<JobId> run(NodeId node, int batches) {
    List<JobId> order = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      BatchKey next = precedence.next(node, 1).getFirst();
      begin(node, next);
      hands.remove(next, node);
      order.add(next.job());
    }
    return order;
  }

  @Test
  void jobsTakeTurnsInWhateverOrderTheirBatchesCame() {
    for (int batch = 0; batch < 6; batch++) {
      give(N1, FIRST, batch, 1);
    }
    for (int batch = 0; batch < 6; batch++) {
      give(N1, SECOND, batch, 1);
    }
    assertEquals(List.of(FIRST, SECOND, FIRST, SECOND, FIRST, SECOND, FIRST, SECOND), run(N1, 8));
  }

  @Test
  void aJobOfTwiceTheWeightHasTwiceAsManyBatchesBegun() {
    for (int batch = 0; batch < 24; batch++) {
      give(N1, FIRST, batch, 1);
      give(N1, SECOND, batch, 0.5);
    }
    List<JobId> order = run(N1, 24);
    for (int end = 3; end <= order.size(); end += 3) {
      long ofFirst = order.subList(0, end).stream().filter(FIRST::equals).count();
      assertTrue(Math.abs(ofFirst - end / 3) <= 1, () -> "one in three of " + order);
    }
  }

  @Test
  void whatAnotherDeskHasBegunOrShallBeginCounts() {
    for (int batch = 0; batch < 4; batch++) {
      give(N1, FIRST, batch, 1);
      give(N2, FIRST, 10 + batch, 1);
      give(N1, SECOND, batch, 1);
      give(N2, SECOND, 10 + batch, 1);
    }
    BatchKey ofN1 = precedence.next(N1, 1).getFirst();
    BatchKey ofN2 = precedence.next(N2, 1).getFirst();
    assertEquals(FIRST, ofN1.job());
    assertEquals(SECOND, ofN2.job(), "or all desks would begin the same job at once");

    begin(N1, ofN1);
    precedence.next(N1, 1);
    begin(N2, ofN2);
    assertEquals(ofN2.job(), precedence.next(N2, 1).getFirst().job(), "n1 is to begin the first");
    precedence.forget(N1);
    assertEquals(FIRST, precedence.next(N2, 1).getFirst().job(), "n1 is gone");
  }

  @Test
  void aJobOfWhichLessWasBegunElsewhereIsMadeUpForHere() {
    for (int batch = 0; batch < 4; batch++) {
      give(N1, FIRST, batch, 1);
      give(N2, SECOND, batch, 1);
      give(N1, SECOND, 10 + batch, 1);
      give(N2, FIRST, 10 + batch, 1);
    }
    for (int batch = 0; batch < 3; batch++) {
      begin(N2, new BatchKey(FIRST, 10 + batch));
    }
    assertEquals(List.of(SECOND, SECOND, SECOND), run(N1, 3));
  }

  @Test
  void ofOneJobTheBatchWithTheLeastTagIsNextAndEachSlotHasOne() {
    for (int batch = 0; batch < 3; batch++) {
      give(N1, FIRST, 7 - batch, 1);
      give(N1, SECOND, batch, 1);
    }
    assertEquals(
        List.of(new BatchKey(FIRST, 7), new BatchKey(SECOND, 0), new BatchKey(FIRST, 6)),
        precedence.next(N1, 3));
  }

  @Test
  void whoseBatchesAreAllOfOneJobIsToldNothing() {
    give(N1, FIRST, 0, 1);
    assertEquals(List.of(), precedence.next(N1, 1));
    assertEquals(List.of(), precedence.next(N2, 1));
  }

  @Test
  void whatWasChosenOfAJobBeforeItRestedCountsNoLongerWhenItGoesOn() {
    give(N1, FIRST, 0, 1);
    give(N1, SECOND, 0, 1);
    assertEquals(FIRST, precedence.next(N1, 1).getFirst().job());
    fairTime.leave(FIRST);
    hands.removeAll(FIRST);
    precedence.forget(FIRST);

    fairTime.join(FIRST, OptionalDouble.of(0));
    give(N2, FIRST, 0, 1);
    give(N2, SECOND, 1, 1);
    assertEquals(FIRST, precedence.next(N2, 1).getFirst().job());
  }
}
