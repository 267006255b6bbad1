package idunno.node.main;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Address;
import idunno.node.consensus.Lead;
import idunno.node.consensus.LogEnd;
import idunno.node.main.Succession.Electors;
import idunno.node.main.Succession.Incumbent;
import idunno.node.wire.Peers.Sign;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SuccessionTest {
  private static final Address AT = new Address("127.0.0.1", 7001);
  private static final Address ELSEWHERE = new Address("127.0.0.1", 7011);
  private static final Incumbent DEAD = new Incumbent(new Lead("dead", 4), AT);
  private static final LogEnd END = new LogEnd(4, 100);
  private static final LogEnd BEHIND = new LogEnd(4, 99);

  /** What a test waits for that nothing happens. */
  private static final long QUIET_MS = 3 * Succession.TURN.toMillis();

  private final Scene scene = new Scene();
  private Succession succession = new Succession("a", scene);

  @AfterEach
  void close() {
    succession.close();
  }

  /** Who is asked for what, and what they say. */
  private static final class Scene implements Succession.Group {
    final BlockingQueue<Sign> signs = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> stoodAtNanos = new LinkedBlockingQueue<>();
    final BlockingQueue<Lead> asked = new LinkedBlockingQueue<>();
    final AtomicInteger probes = new AtomicInteger();
    final AtomicInteger unwilling = new AtomicInteger();
    volatile Optional<Incumbent> incumbent = Optional.of(DEAD);
    volatile Optional<Incumbent> afterProbe = Optional.of(DEAD);
    volatile Electors electors = new Electors(4, Map.of("a", END, "b", END, "c", END));

    @Override
    public Optional<Incumbent> incumbent() {
      return incumbent;
    }

    @Override
    public Sign probe(Address node, Duration deadline) {
      assertEquals(AT, node);
      probes.incrementAndGet();
      incumbent = afterProbe;
      Sign next = signs.poll();
      return next == null ? Sign.NONE : next;
    }

    @Override
    public Electors electors(String dead) {
      return electors;
    }

    @Override
    public boolean standInFor(Lead dead) {
      asked.add(dead);
      if (unwilling.getAndDecrement() > 0) {
        return false;
      }
      stoodAtNanos.add(System.nanoTime());
      return true;
    }
  }

  private long standsAfterMs(String self, Sign... signs) throws InterruptedException {
    succession.close();
    succession = new Succession(self, scene);
    scene.signs.addAll(List.of(signs));
    long lostNanos = System.nanoTime();
    succession.connectionLost(AT);
    Long stood = scene.stoodAtNanos.poll(20, SECONDS);
    assertNotNull(stood, "nobody stood");
    return (stood - lostNanos) / 1_000_000;
  }

  @Test
  void theFirstStandbyStandsAsSoonAsTheMachineRefusesConnections() throws Exception {
    standsAfterMs("a", Sign.NONE, Sign.NONE, Sign.REFUSAL);

    assertEquals(3, scene.probes.get());
    assertEquals(DEAD.lead(), scene.asked.poll());
  }

  @Test
  void theOthersWaitForTheirTurn() throws Exception {
    assertTrue(standsAfterMs("c", Sign.REFUSAL) >= 2 * Succession.TURN.toMillis());
  }

  @Test
  void aReplicaThatIsStillWritingStandsAMomentLater() throws Exception {
    scene.unwilling.set(2);
    standsAfterMs("a", Sign.REFUSAL);

    assertEquals(3, scene.asked.size());
  }

  @Test
  void whoHasSeenAnElectionBeginDoesNotStand() throws Exception {
    scene.afterProbe = Optional.empty();
    scene.signs.add(Sign.REFUSAL);
    succession.connectionLost(AT);

    assertNull(scene.asked.poll(QUIET_MS, MILLISECONDS));
    assertEquals(1, scene.probes.get());
  }

  @Test
  void aCoordinatorOfALaterTermIsAnotherOne() throws Exception {
    scene.afterProbe = Optional.of(new Incumbent(new Lead("dead", 5), AT));
    scene.signs.add(Sign.REFUSAL);
    succession.connectionLost(AT);

    assertNull(scene.asked.poll(QUIET_MS, MILLISECONDS));
    assertEquals(1, scene.probes.get());
  }

  @Test
  void aCoordinatorThatAnswersIsNotGivenUpUntilItDies() throws Exception {
    scene.signs.addAll(List.of(Sign.NONE, Sign.ANSWER));
    succession.connectionLost(AT);

    assertNull(scene.asked.poll(QUIET_MS, MILLISECONDS));
    assertEquals(2, scene.probes.get());
    standsAfterMs("a", Sign.REFUSAL);
  }

  @Test
  void withoutAMajorityNobodyStands() throws Exception {
    scene.electors = new Electors(4, Map.of("a", END, "b", END));
    scene.signs.add(Sign.REFUSAL);
    succession.connectionLost(AT);

    assertNull(scene.asked.poll(QUIET_MS, MILLISECONDS));
    assertEquals(1, scene.probes.get());
  }

  @Test
  void theDeathOfAnotherNodeIsNotItsBusiness() throws Exception {
    scene.signs.add(Sign.REFUSAL);
    succession.connectionLost(ELSEWHERE);

    assertNull(scene.asked.poll(QUIET_MS, MILLISECONDS));
    assertEquals(0, scene.probes.get());
  }

  @Test
  void theSuccessorsDeathIsNoticedWhileTheFirstOneIsStillSeenTo() throws Exception {
    scene.unwilling.set(1_000);
    scene.signs.add(Sign.REFUSAL);
    succession.connectionLost(AT);
    assertEquals(DEAD.lead(), scene.asked.poll(20, SECONDS));
    Incumbent next = new Incumbent(new Lead("b", 5), AT);
    scene.incumbent = Optional.of(next);
    scene.afterProbe = scene.incumbent;
    scene.unwilling.set(0);
    scene.signs.add(Sign.REFUSAL);
    scene.electors = new Electors(4, Map.of("a", END, "c", END, "d", END));
    succession.connectionLost(AT);

    Lead asked = DEAD.lead();
    while (asked != null && asked.equals(DEAD.lead())) {
      asked = scene.asked.poll(20, SECONDS);
    }
    assertEquals(next.lead(), asked);
  }

  @Test
  void theMostUpToDateStandsFirstAndTheIdsDecideAmongEquals() {
    Electors electors = new Electors(5, Map.of("a", BEHIND, "b", END, "c", END));

    assertEquals(OptionalInt.of(0), Succession.turn("b", electors));
    assertEquals(OptionalInt.of(1), Succession.turn("c", electors));
    assertEquals(OptionalInt.of(2), Succession.turn("a", electors));
    assertEquals(OptionalInt.empty(), Succession.turn("observer", electors));
  }

  @Test
  void aLaterTermCountsForMoreThanALongerLog() {
    assertTrue(new LogEnd(5, 10).compareTo(new LogEnd(4, 99)) > 0);
  }
}
