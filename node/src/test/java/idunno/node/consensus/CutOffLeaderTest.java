package idunno.node.consensus;

import static idunno.node.consensus.TestNode.LONG;
import static idunno.node.consensus.TestNode.leaderOf;
import static idunno.node.consensus.TestNode.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.consensus.ConsensusException.NotConfirmed;
import idunno.node.consensus.ConsensusException.OutcomeUnknown;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a leader does that was cut off and does not know it. */
@Timeout(120)
final class CutOffLeaderTest {
  private static final List<String> RECEIVING =
      List.of("RaftServerImpl.appendEntries", "RaftServerImpl.requestVote");

  @TempDir Path root;
  private List<TestNode> nodes = new ArrayList<>();

  @BeforeEach
  void quiet() {
    RatisLogging.quiet(Level.OFF);
  }

  @AfterEach
  void heal() throws IOException {
    RECEIVING.forEach(CodeInjectionForTesting::remove);
    TestNode.closeAll(nodes);
    RatisLogging.quiet(Level.SEVERE);
  }

  @Test
  void aWriteThatItTookHasAnUnknownOutcomeAndNoneOnceItKnows() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    TestNode old = leaderOf(nodes);
    cutOff(old.id());
    assertThrows(
        OutcomeUnknown.class,
        () -> old.consensus().submit(new byte[] {'x'}, Duration.ofMillis(900)));
    TestNode other = leaderOf(nodes.stream().filter(node -> node != old).toList());
    other.submit("y");
    RECEIVING.forEach(CodeInjectionForTesting::remove);
    assertEquals(List.of("y"), old.currentWords());
    assertEquals("1", old.submit("z"));
  }

  /** The others can be asked for their term all the while. */
  @Test
  void itNeverAnswersFromThePast() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    neverAnswersFromThePast();
  }

  @Test
  void itNeverAnswersFromThePastWhereNobodyCanBeAskedForHisTerm() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    nodes.forEach(node -> node.terms = VoterTerms.UNKNOWN);
    neverAnswersFromThePast();
  }

  @Test
  void aVoterThatDoesNotAnswerDelaysNobodyForLong() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    CountDownLatch end = new CountDownLatch(1);
    nodes.forEach(
        node ->
            node.terms =
                voter -> {
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return 0;
                });
    leaderOf(nodes).submit("x");
    for (TestNode node : nodes) {
      assertEquals(List.of("x"), node.currentWords());
    }
    end.countDown();
  }

  private void neverAnswersFromThePast() throws Exception {
    for (int trial = 0; trial < 2; trial++) {
      TestNode old = leaderOf(nodes);
      old.consensus().barrier(LONG);
      List<TestNode> others = nodes.stream().filter(node -> node != old).toList();
      AtomicInteger acknowledged = new AtomicInteger(old.tally.size());
      AtomicInteger stale = new AtomicInteger();
      AtomicInteger reads = new AtomicInteger();
      AtomicBoolean enough = new AtomicBoolean();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var reader =
            threads.submit(
                () -> {
                  while (!enough.get()) {
                    int least = acknowledged.get();
                    try {
                      old.consensus().barrier(Duration.ofMillis(50));
                      reads.incrementAndGet();
                      if (old.tally.size() < least) {
                        stale.incrementAndGet();
                      }
                    } catch (NotConfirmed expected) {
                      // Better no answer than an old one.
                    }
                  }
                  return null;
                });
        until("reads go on", () -> reads.get() > 20);
        cutOff(old.id());
        until("another leads", () -> others.stream().anyMatch(n -> n.consensus().status().ready()));
        for (int i = 0; i < 20; i++) {
          others.get(i % 2).submit(trial + "/" + i);
          acknowledged.incrementAndGet();
        }
        RECEIVING.forEach(CodeInjectionForTesting::remove);
        int then = reads.get();
        until("the healed node reads again", () -> reads.get() > then + 5);
        enough.set(true);
        reader.get();
      }
      assertEquals(0, stale.get(), "stale reads of " + reads.get());
      assertTrue(old.currentWords().size() >= 20 * (trial + 1));
    }
  }

  /** Nothing that Ratis sends from {@code id}, or to it, arrives. */
  private static void cutOff(String id) {
    for (String point : RECEIVING) {
      CodeInjectionForTesting.put(
          point,
          (self, sender, _) -> {
            if (self.toString().equals(id) || String.valueOf(sender).equals(id)) {
              throw new IllegalStateException("cut off");
            }
            return false;
          });
    }
  }
}
