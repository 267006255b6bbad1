package idunno.node.consensus;

import static idunno.node.consensus.TestNode.LONG;
import static idunno.node.consensus.TestNode.followerOf;
import static idunno.node.consensus.TestNode.leaderOf;
import static idunno.node.consensus.TestNode.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.consensus.ConsensusException.NotConfirmed;
import idunno.node.consensus.ConsensusException.NotSubmitted;
import idunno.node.consensus.ConsensusException.OutcomeUnknown;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole of consensus with real servers on loopback, all in this process. */
@Timeout(120)
final class ConsensusTest {
  @TempDir Path root;
  private List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    TestNode.closeAll(nodes);
  }

  @Test
  void aGroupGrownFromOneNodeToFiveLosesAndRepeatsNothingWhenItsLeaderDies() throws Exception {
    nodes = TestNode.group(root, 5, config -> config);
    TestNode leader = leaderOf(nodes);
    List<TestNode> others = nodes.stream().filter(node -> node != leader).toList();
    ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    AtomicBoolean enough = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (TestNode node : others) {
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; !enough.get(); i++) {
                    String word = node.id() + "/" + i;
                    node.submit(word);
                    acknowledged.add(word);
                  }
                  return null;
                }));
      }
      until("some words are in", () -> acknowledged.size() > 40);
      leader.close();
      TestNode successor = leaderOf(others);
      int then = acknowledged.size();
      until("writing goes on", () -> acknowledged.size() > then + 40);
      enough.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertTrue(successor.news.contains("leads"), () -> "news: " + successor.news);
    }
    List<String> expected = others.getFirst().currentWords();
    assertEquals(expected.size(), new HashSet<>(expected).size(), "a word was applied twice");
    assertTrue(expected.containsAll(acknowledged), "an acknowledged word was lost");
    for (TestNode node : others) {
      assertEquals(expected, node.currentWords());
    }
  }

  @Test
  void aBarrierOnAnyNodeShowsWhatAnotherWasJustTold() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    for (int i = 0; i < 60; i++) {
      TestNode writer = nodes.get(i % 3);
      String word = "word " + i;
      assertEquals(Integer.toString(i), writer.submit(word));
      for (TestNode reader : nodes) {
        if (reader != writer) {
          assertTrue(reader.currentWords().contains(word), () -> reader.id() + " lacks " + word);
        }
      }
    }
  }

  @Test
  void aBarrierWaitsForWhatAFollowerHasShownThoughTheLeaderHasNotAppliedIt() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    assertEquals("0", nodes.getFirst().submit("first"));
    TestNode leader = leaderOf(nodes);
    List<TestNode> others = nodes.stream().filter(node -> node != leader).toList();
    TestNode quick = others.getFirst();
    TestNode slow = others.getLast();
    assertEquals(List.of("first"), slow.currentWords());
    CountDownLatch open = new CountDownLatch(1);
    leader.tally.gate = open;
    slow.tally.gate = open;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> second = threads.submit(() -> quick.submit("second"));
      try {
        until("the quick one shows it", () -> quick.tally.words().contains("second"));
        assertThrows(NotConfirmed.class, () -> slow.consensus().barrier(Duration.ofSeconds(2)));
      } finally {
        open.countDown();
      }
      assertEquals(List.of("first", "second"), slow.currentWords());
      assertEquals("1", second.get());
    }
  }

  @Test
  void aGroupThatWasStoppedWholeComesBackWithEverything() throws Exception {
    nodes = TestNode.group(root, 3, config -> config.withLog(1 << 16, 20, 1 << 20));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      expected.add("word " + i);
      nodes.get(i % 3).submit("word " + i);
    }
    TestNode.closeAll(nodes);
    for (TestNode node : nodes) {
      node.start();
    }
    for (TestNode node : nodes) {
      assertEquals(expected, node.currentWords());
      assertTrue(node.tally.loads() > 0, "no snapshot was loaded at start");
    }
    assertEquals("50", nodes.getLast().submit("more"));
  }

  @Test
  void theNewAndTheLateCatchUpBySnapshotOnceTheLogIsGone() throws Exception {
    nodes = TestNode.group(root, 3, config -> config.withLog(1 << 14, 50, 1 << 15));
    TestNode late = followerOf(nodes);
    late.close();
    TestNode leader = leaderOf(nodes);
    String filler = "x".repeat(1000);
    for (int i = 0; i < 150; i++) {
      leader.submit(i + filler);
    }
    leader.consensus().snapshot();
    assertEquals(
        leader.consensus().status().appliedIndex(), leader.consensus().status().snapshotIndex());

    late.start();
    assertEquals(leader.tally.words(), late.currentWords());
    assertTrue(late.tally.loads() > 0, "the late one was sent the log, not a snapshot");

    TestNode fresh = new TestNode(TestNode.config(root, leader.config().groupId(), "n4")).start();
    nodes.add(fresh);
    leader.consensus().addVoter(fresh.peer(), LONG);
    assertEquals(leader.tally.words(), fresh.currentWords());
    assertEquals(1, fresh.tally.loads());
    fresh.submit("after");
    assertEquals(leader.currentWords(), fresh.currentWords());
  }

  @Test
  void withoutAMajorityWritesAndReadsEndAtTheirDeadlineAndComeBackWithIt() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    TestNode survivor = leaderOf(nodes);
    survivor.submit("before");
    List<TestNode> others = nodes.stream().filter(node -> node != survivor).toList();
    TestNode.closeAll(others);
    until("it knows", () -> survivor.consensus().status().leaderId() == null);

    long start = System.nanoTime();
    Duration second = Duration.ofSeconds(1);
    assertThrows(NotConfirmed.class, () -> survivor.consensus().barrier(second));
    assertThrows(
        NotSubmitted.class,
        () -> survivor.consensus().submit(new byte[10], second),
        "with no leader to give it to, the outcome is known");
    assertTrue(System.nanoTime() - start < 10_000_000_000L, "the deadlines were not kept");

    others.getFirst().start();
    survivor.submit("after");
    assertTrue(others.getFirst().currentWords().containsAll(List.of("before", "after")));
  }

  @Test
  void aReplicaIsReplacedAndTheRemovedOneIsToldToStop() throws Exception {
    nodes = TestNode.group(root, 3, config -> config);
    TestNode leader = leaderOf(nodes);
    TestNode old = followerOf(nodes);
    TestNode fresh = new TestNode(TestNode.config(root, leader.config().groupId(), "n4")).start();
    nodes.add(fresh);
    old.consensus().replace(old.id(), fresh.peer(), LONG);
    // Twice changes nothing.
    leader.consensus().remove(old.id(), LONG);
    leader.consensus().addVoter(fresh.peer(), LONG);
    List<String> members =
        leader.consensus().status().members().stream().map(member -> member.peer().id()).toList();
    assertEquals(3, members.size());
    assertTrue(members.contains("n4") && !members.contains(old.id()), members::toString);
    until("the removed one is told", () -> old.news.contains("stopped"));

    leader.consensus().transferLeadership("n4", LONG);
    until("n4 leads", () -> fresh.consensus().status().ready());
    until("the former leader is told", () -> leader.news.contains("lost"));
    for (Status.Member member : fresh.consensus().status().members()) {
      if (!member.peer().id().equals("n4")) {
        assertNotNull(member.progress(), () -> "no progress of " + member.peer().id());
      }
    }
    leader.consensus().remove("n4", LONG);
    until("another leads", () -> !"n4".equals(leader.consensus().status().leaderId()));
    leader.submit("still here");
    until("a leader that was removed is told too", () -> fresh.news.contains("stopped"));
    leader.close();
    assertFalse(leader.news.contains("stopped"), "told of its own close");
  }

  @Test
  void anObserverFollowsWritesAndReadsButDoesNotVote() throws Exception {
    nodes = TestNode.group(root, 1, config -> config);
    TestNode leader = nodes.getFirst();
    TestNode observer =
        new TestNode(TestNode.config(root, leader.config().groupId(), "n2")).start();
    nodes.add(observer);
    leader.submit("one");
    leader.consensus().addObserver(observer.peer(), LONG);
    leader.consensus().addObserver(observer.peer(), LONG);
    until("it knows", () -> observer.consensus().status().role() == Status.Role.OBSERVER);
    leader.submit("two");
    assertEquals(List.of("one", "two"), observer.currentWords());
    observer.submit("three");
    observer.close();
    leader.submit("four");
    observer.start();
    assertEquals(List.of("one", "two", "three", "four"), observer.currentWords());
  }

  @Test
  void refusesWhatIsTooLargeAndTakesWhatJustFits() throws Exception {
    nodes = TestNode.group(root, 2, config -> config);
    int most = nodes.getFirst().config().maxEntryBytes();
    for (TestNode node : nodes) {
      assertThrows(NotSubmitted.class, () -> node.consensus().submit(new byte[most + 1], LONG));
      node.consensus().submit(new byte[most], LONG);
    }
    for (TestNode node : nodes) {
      assertEquals(2, node.currentWords().size());
    }
  }

  @Test
  void anEntryThatCannotBeAppliedStopsTheReplicaLoudly() throws Exception {
    nodes = TestNode.group(root, 1, config -> config);
    TestNode node = nodes.getFirst();
    assertThrows(
        OutcomeUnknown.class,
        () ->
            node.consensus()
                .submit(Tally.POISON.getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(2)));
    until("the listener is told", () -> node.news.contains("stopped"));
  }

  @Test
  void aDirectoryOfAnotherGroupIsRefusedWithBothNames() throws Exception {
    nodes = TestNode.group(root, 1, config -> config);
    TestNode first = nodes.getFirst();
    first.close();
    ConsensusConfig other =
        ConsensusConfig.of(UUID.randomUUID(), first.peer(), first.config().directory());
    IOException refused = assertThrows(IOException.class, () -> new TestNode(other).start());
    assertTrue(String.valueOf(refused.getMessage()).contains(first.config().groupId().toString()));
  }

  @Test
  void aDiskKeepsItsIdentityAndAnEmptyOneGetsAnother() throws Exception {
    String id = DiskIdentity.of(root.resolve("a"), "n1");
    assertTrue(id.matches("n1-[0-9a-f]{8}"), id);
    assertEquals(id, DiskIdentity.of(root.resolve("a"), "n1"));
    assertTrue(!id.equals(DiskIdentity.of(root.resolve("b"), "n1")));
    assertThrows(IOException.class, () -> DiskIdentity.of(root.resolve("c"), "../n1"));
  }
}
