package idunno.system.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Histories known to be good, and histories known to be bad. */
class LinearizabilityTest {
  private static final int PLENTY = 100_000;

  private final List<Operation> history = new ArrayList<>();

  private LinearizabilityTest op(long called, long returned, Action action, Outcome outcome) {
    history.add(
        new Operation(history.size(), "n1", "a", action, outcome, called * 1000, returned * 1000));
    return this;
  }

  private LinearizabilityTest put(long called, long returned, long content, int version) {
    return op(called, returned, new Action.Put(content), new Outcome.Stored(version));
  }

  private LinearizabilityTest putUnknown(long called, long returned, long content) {
    return op(called, returned, new Action.Put(content), new Outcome.Unknown("timeout"));
  }

  private LinearizabilityTest putOver(
      long called, long returned, long content, int over, Outcome outcome) {
    return op(called, returned, new Action.Put(content, OptionalInt.of(over)), outcome);
  }

  private LinearizabilityTest get(long called, long returned, int version, long content) {
    return op(called, returned, new Action.Get(), new Outcome.Found(version, content));
  }

  private LinearizabilityTest getAbsent(long called, long returned) {
    return op(called, returned, new Action.Get(), new Outcome.Absent());
  }

  private LinearizabilityTest delete(long called, long returned, int versions) {
    return op(called, returned, new Action.Delete(), new Outcome.Deleted(versions));
  }

  private LinearizabilityTest deleteUnknown(long called, long returned) {
    return op(called, returned, new Action.Delete(), new Outcome.Unknown("timeout"));
  }

  private void isGood() {
    assertInstanceOf(
        Verdict.Linearizable.class, new Linearizability(PLENTY).check(history), history::toString);
  }

  private Verdict.Violated isBad() {
    Verdict.Violated bad =
        assertInstanceOf(Verdict.Violated.class, new Linearizability(PLENTY).check(history));
    assertTrue(bad.text().contains("version") || bad.text().contains("versions"), bad.text());
    return bad;
  }

  @Test
  void nothingAtAllIsGood() {
    isGood();
  }

  @Test
  void oneAfterTheOtherIsGood() {
    getAbsent(0, 1).put(2, 3, 10, 1).get(4, 5, 1, 10).put(6, 7, 11, 2).get(8, 9, 2, 11);
    delete(10, 11, 2).getAbsent(12, 13).put(14, 15, 12, 3).get(16, 17, 3, 12);
    isGood();
  }

  @Test
  void aGetDuringAPutMaySeeItOrNot() {
    put(0, 1, 10, 1).put(2, 10, 11, 2).get(3, 4, 1, 10).get(5, 6, 2, 11);
    isGood();
  }

  @Test
  void putsAtOnceMayComeInAnyOrder() {
    put(0, 10, 10, 3).put(0, 10, 11, 1).put(0, 10, 12, 2).get(11, 12, 3, 10);
    isGood();
  }

  @Test
  void aStaleGetIsBad() {
    put(0, 1, 10, 1).put(2, 3, 11, 2).get(4, 5, 1, 10);
    isBad();
  }

  @Test
  void anAbsentFileAfterItsPutIsBad() {
    put(0, 1, 10, 1).getAbsent(2, 3);
    isBad();
  }

  @Test
  void aGetThatGoesBackBehindAnotherIsBad() {
    put(0, 1, 10, 1).put(2, 20, 11, 2).get(3, 4, 2, 11).get(5, 6, 1, 10);
    isBad();
  }

  @Test
  void getsThatOverlapMaySeeBothSides() {
    put(0, 1, 10, 1).put(2, 20, 11, 2).get(3, 6, 2, 11).get(5, 8, 1, 10);
    isGood();
  }

  @Test
  void aLostPutIsBad() {
    put(0, 1, 10, 1).put(2, 3, 11, 2).put(4, 5, 12, 2);
    isBad();
  }

  @Test
  void twoPutsAtOnceWithOneNumberAreBad() {
    put(0, 10, 10, 1).put(0, 10, 11, 1);
    isBad();
  }

  @Test
  void aNumberThatIsLeftOutIsBad() {
    put(0, 1, 10, 1).put(2, 3, 11, 3);
    isBad();
  }

  @Test
  void aNumberThatGoesBackIsBad() {
    put(0, 1, 10, 2).put(2, 3, 11, 1);
    isBad();
  }

  @Test
  void aNumberUsedAgainAfterADeleteIsBad() {
    put(0, 1, 10, 1).delete(2, 3, 1).put(4, 5, 11, 1);
    isBad();
  }

  @Test
  void aDeletedFileThatIsSeenIsBad() {
    put(0, 1, 10, 1).delete(2, 3, 1).get(4, 5, 1, 10);
    isBad();
  }

  @Test
  void aDeleteThatCountsOtherVersionsIsBad() {
    put(0, 1, 10, 1).put(2, 3, 11, 2).delete(4, 5, 1);
    isBad();
  }

  @Test
  void twoDeletesOfOneVersionAreBad() {
    put(0, 1, 10, 1).delete(2, 9, 1).delete(3, 9, 1);
    isBad();
  }

  @Test
  void aDeleteThatFindsNothingWhereThereIsOneIsBad() {
    put(0, 1, 10, 1).op(2, 3, new Action.Delete(), new Outcome.Absent());
    isBad();
  }

  @Test
  void bytesThatNobodyPutAreBad() {
    put(0, 1, 10, 1).get(2, 3, 1, 77);
    assertEquals(1, isBad().window().size());
  }

  @Test
  void bytesThatAreReadBeforeTheyArePutAreBad() {
    get(0, 1, 1, 10).put(2, 3, 10, 1);
    isBad();
  }

  @Test
  void bytesUnderAnotherNumberAreBad() {
    put(0, 1, 10, 1).put(0, 9, 11, 2).get(10, 11, 2, 10);
    isBad();
  }

  @Test
  void aPutThatFailedCleanlyAndIsSeenIsBad() {
    put(0, 1, 10, 1).op(2, 3, new Action.Put(11), new Outcome.Failed("no node holds it"));
    get(4, 5, 2, 11);
    assertTrue(isBad().text().contains("had failed"));
  }

  @Test
  void aPutThatFailedCleanlyAndTookANumberIsBad() {
    put(0, 1, 10, 1).op(2, 3, new Action.Put(11), new Outcome.Failed("no node holds it"));
    put(4, 5, 12, 3);
    isBad();
  }

  @Test
  void aPutThatFailedCleanlyAndChangedNothingIsGood() {
    put(0, 1, 10, 1).op(2, 3, new Action.Put(11), new Outcome.Failed("no node holds it"));
    put(4, 5, 12, 2).get(6, 7, 2, 12);
    isGood();
  }

  @Test
  void aPutWithoutAnAnswerMayNeverHappen() {
    put(0, 1, 10, 1).putUnknown(2, 3, 11).get(4, 5, 1, 10).put(6, 7, 12, 2);
    isGood();
  }

  @Test
  void aPutWithoutAnAnswerMayHappenMuchLater() {
    put(0, 1, 10, 1).putUnknown(2, 3, 11).get(4, 5, 1, 10).get(6, 7, 2, 11).put(8, 9, 12, 3);
    isGood();
  }

  @Test
  void aPutWithoutAnAnswerMayHappenUnseenAndTakeANumber() {
    put(0, 1, 10, 1).putUnknown(2, 3, 11).putUnknown(2, 3, 12).put(4, 5, 13, 4);
    isGood();
  }

  @Test
  void aPutWithoutAnAnswerCantHappenBeforeItsCall() {
    put(0, 1, 10, 1).put(2, 3, 11, 3).putUnknown(4, 5, 12);
    isBad();
  }

  @Test
  void aPutWithoutAnAnswerCantHappenTwice() {
    put(0, 1, 10, 1).putUnknown(2, 3, 11).put(4, 5, 12, 4);
    isBad();
  }

  @Test
  void aPutWithoutAnAnswerThatWasSeenStays() {
    put(0, 1, 10, 1).putUnknown(2, 3, 11).get(4, 5, 2, 11).get(6, 7, 1, 10);
    isBad();
  }

  @Test
  void aPutWithoutAnAnswerCantBeSeenUnderTwoNumbers() {
    putUnknown(0, 1, 10).get(2, 3, 1, 10).put(4, 5, 11, 2).get(6, 7, 3, 10);
    isBad();
  }

  @Test
  void aDeleteWithoutAnAnswerMayHappenOrNot() {
    put(0, 1, 10, 1).deleteUnknown(2, 3).get(4, 5, 1, 10).getAbsent(6, 7).put(8, 9, 11, 2);
    delete(10, 11, 1);
    isGood();
  }

  @Test
  void aDeleteWithoutAnAnswerCantHappenTwice() {
    put(0, 1, 10, 1).deleteUnknown(2, 3).getAbsent(4, 5).put(6, 7, 11, 2).getAbsent(8, 9);
    isBad();
  }

  @Test
  void oneConditionalPutOfTwoWins() {
    put(0, 1, 10, 1);
    putOver(2, 9, 11, 1, new Outcome.Stored(2)).putOver(2, 9, 12, 1, new Outcome.Conflict(2));
    get(10, 11, 2, 11);
    isGood();
  }

  @Test
  void twoConditionalPutsThatBothWinAreBad() {
    put(0, 1, 10, 1);
    putOver(2, 9, 11, 1, new Outcome.Stored(2)).putOver(2, 9, 12, 1, new Outcome.Stored(3));
    isBad();
  }

  @Test
  void aConflictWithWhatIsNotThereIsBad() {
    put(0, 1, 10, 1).putOver(2, 3, 11, 0, new Outcome.Conflict(2));
    isBad();
  }

  @Test
  void aConflictWithTheVersionThatWasWantedIsBad() {
    put(0, 1, 10, 1).putOver(2, 3, 11, 1, new Outcome.Conflict(1));
    isBad();
  }

  @Test
  void aConditionalPutOverNothingWinsAfterADelete() {
    putOver(0, 1, 10, 0, new Outcome.Stored(1)).delete(2, 3, 1);
    putOver(4, 5, 11, 1, new Outcome.Conflict(0)).putOver(6, 7, 12, 0, new Outcome.Stored(2));
    isGood();
  }

  @Test
  void aConditionalPutWithoutAnAnswerHappensOnlyOverItsVersion() {
    put(0, 1, 10, 1).put(2, 3, 11, 2).putOver(4, 5, 12, 1, new Outcome.Unknown("timeout"));
    put(6, 7, 13, 4);
    isBad();
  }

  @Test
  void theWindowThatIsShownIsShort() {
    for (int i = 1; i <= 200; i++) {
      put(10L * i, 10L * i + 1, i, i).get(10L * i + 2, 10L * i + 3, i, i);
    }
    get(2005, 2006, 199, 199);
    for (int i = 201; i <= 300; i++) {
      put(10L * i, 10L * i + 1, i, i);
    }
    Verdict.Violated bad = isBad();
    assertEquals(2, bad.window().size(), bad.text());
  }

  @Test
  void tooManyConfigurationsAreNoProof() {
    for (int i = 0; i < 12; i++) {
      put(0, 100, i, 12 - i);
    }
    Verdict verdict = new Linearizability(10).check(history);
    assertInstanceOf(Verdict.Undecided.class, verdict);
  }

  @Test
  void hundredsOfPutsWithoutAnAnswerAreCheckedInLittleMemory() {
    int version = 0;
    for (int i = 0; i < 1_000; i++) {
      putUnknown(10L * i, 10L * i + 1, 10_000 + i);
      if (i % 3 == 0) {
        version++;
      }
      deleteUnknown(10L * i, 10L * i + 2);
      version++;
      put(10L * i + 3, 10L * i + 5, i, version);
      if (i % 5 == 0) {
        getAbsent(10L * i + 6, 10L * i + 7);
      }
    }
    isGood();
  }
}
