package idunno.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.membership.FailureDetector.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FailureDetectorTest {
  private static final NodeId N1 = new NodeId(new NodeName("n1"), 1);
  private static final NodeId N2 = new NodeId(new NodeName("n2"), 1);

  private final FailureDetector detector = new FailureDetector(new DetectionRule(1_500, 3_000));

  @Test
  void aSilentNodeIsSuspectAfterTheFirstBoundAndFailedAfterTheSecondNotEarlier() {
    detector.watch(N1, 0);
    detector.heard(N1, 0);

    assertEquals(List.of(), detector.judge(1_499));
    assertFalse(detector.isSuspect(N1));
    assertEquals(List.of(new Verdict.Suspected(N1, "silent for 1500 ms")), detector.judge(1_500));
    assertTrue(detector.isSuspect(N1));
    assertEquals(List.of(new Verdict.Doubted(N1)), detector.judge(2_999), "suspicion is told once");
    assertEquals(List.of(new Verdict.Failed(N1, "silent for 3000 ms")), detector.judge(3_000));
    assertEquals(List.of(), detector.judge(9_000), "failure is told once");
    assertFalse(detector.watches(N1));
  }

  @Test
  void aNodeThatWasNeverHeardIsProbedBeforeItIsSuspectedAndARefusalIsProof() {
    detector.watch(N1, 0);
    detector.watch(N2, 0);
    detector.heard(N2, 100);

    assertEquals(List.of(), detector.judge(399));
    assertEquals(List.of(new Verdict.Doubted(N1)), detector.judge(400));
    assertFalse(detector.isSuspect(N1));
    detector.probeRefused(N1);
    assertEquals(
        List.of(new Verdict.Failed(N1, "its machine refuses connections to it")),
        detector.judge(410));
  }

  @Test
  void aNodeThatBeatsIsNeverSuspected() {
    detector.watch(N1, 0);
    for (long nowMs = 200; nowMs < 60_000; nowMs += 200) {
      assertEquals(Optional.empty(), detector.heard(N1, nowMs));
      assertEquals(List.of(), detector.judge(nowMs + 199));
    }
  }

  @Test
  void aBeatClearsASuspicionAndTheSilenceIsCountedAnew() {
    detector.watch(N1, 0);
    detector.judge(2_900);

    assertEquals(Optional.of(new Verdict.Cleared(N1)), detector.heard(N1, 2_950));
    assertFalse(detector.isSuspect(N1));
    assertEquals(50, detector.silentMs(N1, 3_000));
    assertEquals(List.of(), detector.judge(4_449));
    assertEquals(1, detector.judge(4_450).size());
  }

  @Test
  void aBrokenConnectionMakesSuspectAtOnceAndIsToldOnce() {
    detector.watch(N1, 0);

    assertEquals(
        Optional.of(new Verdict.Suspected(N1, "its connection broke")),
        detector.connectionLost(N1, 10));
    assertEquals(Optional.empty(), detector.connectionLost(N1, 11));
    assertEquals(
        List.of(new Verdict.Doubted(N1)),
        detector.judge(2_999),
        "nothing new but a probe until it has been silent for long");
    assertEquals(1, detector.judge(3_000).size());
  }

  @Test
  void aSuspectIsProbedAgainFourTimesASecond() {
    detector.watch(N1, 0);
    detector.connectionLost(N1, 10);

    assertEquals(List.of(), detector.judge(259));
    assertEquals(List.of(new Verdict.Doubted(N1)), detector.judge(260));
    assertEquals(List.of(), detector.judge(300));
    assertEquals(List.of(new Verdict.Doubted(N1)), detector.judge(510));
    detector.heard(N1, 520);
    assertEquals(List.of(), detector.judge(900), "heard again, it is no suspect");
  }

  @Test
  void aRefusedProbeOfASuspectIsProofOfDeath() {
    detector.watch(N1, 0);
    detector.connectionLost(N1, 10);
    detector.probeRefused(N1);

    assertEquals(
        List.of(new Verdict.Failed(N1, "its machine refuses connections to it")),
        detector.judge(20));
  }

  @Test
  void aRefusedProbeOfANodeThatWasHeardMeanwhileProvesNothing() {
    detector.watch(N1, 0);
    detector.heard(N1, 5);
    detector.probeRefused(N1);
    assertEquals(List.of(), detector.judge(10), "nobody suspected it");

    detector.connectionLost(N1, 20);
    detector.probeRefused(N1);
    detector.heard(N1, 30);
    assertEquals(List.of(), detector.judge(40), "it was heard after the probe");
  }

  @Test
  void eachNodeIsJudgedByItsOwnSilence() {
    detector.watch(N1, 0);
    detector.watch(N2, 0);
    detector.heard(N2, 2_000);

    assertEquals(List.of(new Verdict.Failed(N1, "silent for 3000 ms")), detector.judge(3_000));
    assertEquals(List.of(N2), detector.watchedNodes());
  }

  @Test
  void watchingAgainDoesNotMakeANodeHeard() {
    detector.watch(N1, 0);
    detector.watch(N1, 2_500);

    assertEquals(3_000, detector.silentMs(N1, 3_000));
    assertEquals(1, detector.judge(3_000).size());
  }

  @Test
  void whoIsNotWatchedIsNotSpokenOf() {
    detector.watch(N1, 0);
    detector.forget(N1);

    assertEquals(Optional.empty(), detector.heard(N1, 1));
    assertEquals(Optional.empty(), detector.connectionLost(N1, 1));
    assertEquals(0, detector.silentMs(N1, 99));
    assertEquals(List.of(), detector.judge(99_000));
  }
}
