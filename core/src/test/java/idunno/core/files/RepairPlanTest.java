package idunno.core.files;

import static idunno.core.files.Replicas.candidate;
import static idunno.core.files.Replicas.candidates;
import static idunno.core.files.Replicas.chunk;
import static idunno.core.files.Replicas.node;
import static idunno.core.files.Replicas.nodes;
import static idunno.core.files.Replicas.placed;
import static idunno.core.files.Replicas.roster;
import static idunno.core.files.Replicas.without;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.RepairPlan.Answer;
import idunno.core.files.RepairPlan.Copy;
import idunno.core.files.RepairPlan.Load;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RepairPlanTest {
  private static Answer missing(StoredChunk chunk, Roster roster, Load load) {
    return RepairPlan.missing(chunk, List.of(), List.of(), roster, load);
  }

  private static Copy copy(Answer answer) {
    return assertInstanceOf(Answer.Do.class, answer).copy();
  }

  @Test
  void afterALossTheCopiesComeFromAllAndGoToAll() {
    List<Candidate> all = candidates(8, 1);
    Roster left = roster(without(all, "n3"));
    Map<NodeName, Integer> targets = new HashMap<>();
    Map<NodeName, Integer> sources = new HashMap<>();
    int affected = 0;
    for (StoredChunk chunk : placed(1_000, 1, all)) {
      if (chunk.replicas().contains(node("n3"))) {
        affected++;
        Copy copy = copy(missing(chunk, left, new Load()));
        assertTrue(chunk.replicas().contains(copy.from()), copy + ": nothing there to read");
        assertFalse(chunk.replicas().contains(copy.to()), copy + ": holds it already");
        assertFalse(copy.from().equals(node("n3")));
        targets.merge(copy.to(), 1, Integer::sum);
        sources.merge(copy.from(), 1, Integer::sum);
      }
    }
    double fair = affected / 7.0;
    for (Candidate keeper : left.keepers()) {
      assertEquals(fair, targets.getOrDefault(keeper.node(), 0), 0.4 * fair, "to " + keeper);
      assertEquals(fair, sources.getOrDefault(keeper.node(), 0), 0.4 * fair, "from " + keeper);
    }
  }

  @Test
  void aNodeIsReadByTwoCopiesAtOnceAndWrittenByTwo() {
    Roster roster = roster(candidates(3, 1));
    Load load = new Load();
    for (int i = 0; i < 2; i++) {
      load.begin(copy(missing(chunk(i, "n1"), roster, load)));
    }
    assertInstanceOf(Answer.Later.class, missing(chunk(3, "n1"), roster, load), "n1 is read twice");

    Load writing = new Load();
    for (int i = 0; i < 4; i++) {
      writing.begin(copy(missing(chunk(i, i < 2 ? "n1" : "n2", "n3"), roster, writing)));
    }
    assertInstanceOf(Answer.Later.class, missing(chunk(5, "n2", "n3"), roster, writing));
  }

  @Test
  void theLeastBusySourceIsRead() {
    Roster roster = roster(candidates(4, 1));
    Load load = new Load();
    Copy first = copy(missing(chunk(1, "n1", "n2"), roster, load));
    load.begin(first);
    Copy second = copy(missing(chunk(1, "n1", "n2"), roster, load));

    assertFalse(first.from().equals(second.from()));
    load.end(first);
    assertEquals(first.from(), copy(missing(chunk(1, "n1", "n2"), roster, load)).from());
  }

  @Test
  void theMissingReplicaGoesToTheZoneThatHasNone() {
    Roster roster =
        roster(
            List.of(
                candidate("a", "x"),
                candidate("b", "x"),
                candidate("c", "y"),
                candidate("d", "y"),
                candidate("e", "z"),
                candidate("f", "x")));
    for (int i = 0; i < 100; i++) {
      StoredChunk chunk = chunk(i, "a", "c", "d");
      assertEquals(node("e"), copy(missing(chunk, roster, new Load())).to());
    }
  }

  @Test
  void whileTheOneNodeOfTheRightZoneIsBusyTheChunkWaits() {
    Roster roster =
        roster(
            List.of(
                candidate("a", "x"),
                candidate("b", "x"),
                candidate("c", "x"),
                candidate("d", "x"),
                candidate("e", "z")));
    Load load = new Load();
    load.begin(new Copy(chunk(8, "a"), node("a"), node("e")));
    load.begin(new Copy(chunk(9, "b"), node("b"), node("e")));

    assertInstanceOf(Answer.Later.class, missing(chunk(1, "a", "b", "c"), roster, load));
  }

  @Test
  void aDiskThatTakesNothingIsNoTargetAndWithoutAnyThereIsNothingToDo() {
    DiskRoom full = new DiskRoom(10, 0, false);
    Roster roster =
        roster(
            List.of(
                candidate("a", ""),
                candidate("b", ""),
                candidate("c", "", full),
                candidate("d", "", full)));

    assertInstanceOf(Answer.Never.class, missing(chunk(1, "a", "b"), roster, new Load()));
    assertEquals(node("b"), copy(missing(chunk(1, "a", "c"), roster, new Load())).to());
  }

  @Test
  void whatIsComingIsNotCopiedThereAgain() {
    Roster roster = roster(candidates(4, 1));
    Answer answer =
        RepairPlan.missing(chunk(1, "n1"), nodes("n2", "n3"), List.of(), roster, new Load());

    assertEquals(node("n4"), copy(answer).to());
  }

  @Test
  void nodesThatACopyFailedWithAreAvoidedAsLongAsThereAreOthers() {
    Roster roster = roster(candidates(4, 1));
    StoredChunk chunk = chunk(1, "n1", "n2");
    Answer others = RepairPlan.missing(chunk, List.of(), nodes("n1", "n3"), roster, new Load());
    assertEquals(new Copy(chunk, node("n2"), node("n4")), copy(others));

    Answer none =
        RepairPlan.missing(chunk, List.of(), nodes("n1", "n2", "n3", "n4"), roster, new Load());
    assertInstanceOf(Answer.Do.class, none);
  }

  @Test
  void aNodeAboutToLeaveIsReadFromAndNotWrittenTo() {
    Roster roster = roster(candidates(4, 1), "a");
    Copy copy = copy(missing(chunk(1, "a"), roster, new Load()));

    assertEquals(node("a"), copy.from());
    assertTrue(roster.counts(copy.to()));
  }

  @Test
  void whatLiesTwiceInOneZoneGoesToAZoneThatHasNoneAndNowhereElse() {
    Roster roster = roster(candidates(8, 4));
    StoredChunk chunk = chunk(1, "n1", "n5", "n2", "n3");
    Answer answer = RepairPlan.spread(chunk, List.of(), roster, new Load());
    assertTrue(nodes("n4", "n8").contains(copy(answer).to()));

    Roster three = roster(candidates(8, 3));
    assertInstanceOf(
        Answer.Never.class,
        RepairPlan.spread(chunk(1, "n1", "n2", "n3", "n4"), List.of(), three, new Load()));
  }

  @Test
  void ofFiveReplicasGoesOneOfTheCrowdedZoneThereTheOneOnTheFullestDisk() {
    List<Candidate> keepers =
        List.of(
            candidate("a", "x", new DiskRoom(10, 90, true)),
            candidate("b", "x", new DiskRoom(50, 50, true)),
            candidate("c", "y", new DiskRoom(99, 1, true)),
            candidate("d", "z"),
            candidate("e", "w"));
    StoredChunk five = chunk(1, "a", "b", "c", "d", "e");
    assertEquals(Optional.of(node("b")), RepairPlan.surplus(five, roster(keepers)));

    Roster oneZone =
        roster(keepers.stream().map(one -> new Candidate(one.node(), "", one.room())).toList());
    assertEquals(Optional.of(node("c")), RepairPlan.surplus(five, oneZone));
  }

  @Test
  void fourReplicasOnKeepersAreNeverTooManyWhateverLiesElsewhere() {
    StoredChunk chunk = chunk(1, "n1", "n2", "n3", "n4", "gone", "leaving");

    assertEquals(Optional.empty(), RepairPlan.surplus(chunk, roster(candidates(4, 1), "leaving")));
  }
}
