package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Balance.State;
import idunno.node.api.Views;
import idunno.node.client.FakeApi;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class BalanceCommandTest {
  @RegisterExtension final Bench bench = new Bench();

  private static Balance balance(State state, int moved) {
    return new Balance(state, 5, 12.345, 1_000, 0, moved, moved * 4_000_000L, 0, 7);
  }

  private void answering(State... states) {
    Deque<State> next = new ArrayDeque<>(List.of(states));
    bench.api.answering(
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/v1/balance")) {
            State state = next.size() > 1 ? next.remove() : next.element();
            FakeApi.json(exchange, balance(state, 3));
          } else {
            FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          }
        });
  }

  @Test
  void itBeginsAndSaysSo() {
    answering(State.RUNNING);
    assertEquals(Action.DONE, bench.run("balance", "--within", "2.5"));
    assertEquals("{\"withinPoints\":2.5}", bench.api.asked("POST").getFirst().body());
    assertTrue(bench.out().contains("3 moved (12.0 MB), 7 to go"), bench.out());
    assertTrue(bench.out().contains("is 12.35 points from it"), bench.out());
  }

  @Test
  void statusBeginsNothing() {
    answering(State.NEVER);
    assertEquals(Action.DONE, bench.run("balance", "--status"));
    assertEquals(List.of(), bench.api.asked("POST"));
    assertTrue(bench.out().contains("nobody has asked"), bench.out());
  }

  @Test
  void whoWaitsAsksAgainWhenAnotherCoordinates() {
    answering(State.RUNNING, State.RUNNING, State.NEVER, State.RUNNING, State.EVEN);
    assertEquals(Action.DONE, bench.run("balance", "--wait"));
    assertEquals(2, bench.api.asked("POST").size());
    assertTrue(bench.out().contains("even: all disks are within 5 points"), bench.out());
  }

  @Test
  void disksThatCannotBeMadeEvenAreAFailureAndJsonSaysIt() {
    answering(State.STUCK);
    assertEquals(Action.FAILED, bench.run("balance", "--wait", "--json"));
    assertTrue(bench.out().contains("\"STUCK\""), bench.out());
  }

  @Test
  void aBandThatIsNoneIsWrongUsage() {
    for (String wrong : List.of("0", "-1", "101", "NaN", "much")) {
      assertEquals(Action.USAGE, bench.run("balance", "--within", wrong), wrong);
    }
    assertEquals(Action.USAGE, bench.run("balance", "--status", "--wait"));
  }
}
