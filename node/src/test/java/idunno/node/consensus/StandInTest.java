package idunno.node.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that is told of the leader's death stands at once; silence alone takes far longer. */
class StandInTest {
  private static final int SILENCE_MS = 6_000;

  /** A leader says its word twice in the least silence: no other one comes sooner by itself. */
  private static final int SOONEST_MS = SILENCE_MS / 2;

  @TempDir Path root;
  private List<TestNode> nodes = List.of();
  private TestNode leader;
  private TestNode heir;

  @BeforeEach
  void start() throws Exception {
    nodes = TestNode.group(root, 3, config -> config.withElectionMs(SILENCE_MS, SILENCE_MS + 500));
    leader = TestNode.leaderOf(nodes);
    heir = TestNode.followerOf(nodes);
    leader.submit("before");
    heir.currentWords();
  }

  @AfterEach
  void closeAll() throws Exception {
    TestNode.closeAll(nodes);
  }

  private TestNode third() {
    return nodes.stream().filter(node -> node != leader && node != heir).findFirst().orElseThrow();
  }

  private static Lead lead(TestNode node) {
    return node.consensus().lead().orElseThrow();
  }

  /** It may be writing something of the leader's just now. */
  private void stand(Lead dead) throws InterruptedException {
    TestNode.until(
        "the heir stands",
        () -> {
          try {
            return heir.consensus().standInFor(dead);
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void aStandbyLeadsLongBeforeTheSilenceIsLongEnough() throws Exception {
    Lead dead = lead(heir);
    assertEquals(leader.id(), dead.replica());
    long killedNanos = System.nanoTime();
    leader.close();

    stand(dead);

    TestNode.until("the heir leads", () -> heir.consensus().status().ready());
    long tookMs = (System.nanoTime() - killedNanos) / 1_000_000;
    assertTrue(tookMs < SOONEST_MS, "only after " + tookMs + " ms");
    heir.submit("after");
    assertEquals(List.of("before", "after"), heir.currentWords());
    assertFalse(third().consensus().standInFor(dead), "there is another leader by now");
    assertEquals(Optional.of(heir.id()), third().consensus().leader());
  }

  @Test
  void whoIsNoFollowerOfThatLeaderInThatTermDoesNotStand() throws Exception {
    Lead now = lead(heir);

    assertFalse(heir.consensus().standInFor(new Lead(third().id(), now.term())));
    assertFalse(heir.consensus().standInFor(new Lead(now.replica(), now.term() - 1)));
    assertFalse(heir.consensus().standInFor(new Lead(now.replica(), now.term() + 1)));
    assertFalse(leader.consensus().standInFor(now));

    leader.submit("after");
    assertEquals(now, lead(heir));
  }

  @Test
  void aLeaderThatIsAliveAfterAllIsDeposedAndNothingIsLost() throws Exception {
    stand(lead(heir));

    TestNode.until("the heir leads", () -> heir.consensus().status().ready());
    leader.submit("after");
    assertEquals(List.of("before", "after"), leader.currentWords());
  }

  @Test
  void logsThatHoldTheSameEndAlikeAndAClosedReplicaSaysSo() throws Exception {
    TestNode.until(
        "both logs end alike",
        () -> {
          try {
            return heir.consensus()
                .logEndOf(heir.id())
                .equals(leader.consensus().logEndOf(leader.id()));
          } catch (IOException e) {
            return false;
          }
        });
    assertThrows(IOException.class, () -> heir.consensus().logEndOf(leader.id()));
    Lead lead = lead(heir);
    Consensus closed = heir.consensus();
    heir.close();

    assertEquals(Optional.empty(), closed.lead());
    assertFalse(closed.standInFor(lead));
    assertThrows(IOException.class, () -> closed.logEndOf(heir.id()));
  }
}
