package idunno.node.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.base.Address;
import idunno.core.jobs.JobId;
import idunno.node.api.Views;
import idunno.node.transport.Http;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client does where nodes say that more than half of the voters are gone. */
class MajorityTest {
  private FakeApi first;
  private FakeApi second;

  @BeforeEach
  void listen() throws IOException {
    first = new FakeApi();
    second = new FakeApi();
  }

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  private Client client() {
    List<Address> both = List.of(first.address(), second.address());
    return Client.connect(both, Http.client());
  }

  private static void noMajority(FakeApi api) {
    api.answering(
        exchange -> {
          exchange.getResponseHeaders().set("Idunno-No-Majority", "true");
          FakeApi.error(exchange, 503, "3 of 5 voters don't answer");
        });
  }

  @Test
  void aReadAsksEachNodeOnceAndGivesUp() {
    noMajority(first);
    noMajority(second);
    Refused refused = assertThrows(Refused.class, client()::models);
    assertEquals("3 of 5 voters don't answer", refused.getMessage());
    assertEquals(1, first.asked().size());
    assertEquals(1, second.asked().size());
  }

  @Test
  void aNodeThatIsCutOffAloneIsPassedOver() throws IOException {
    noMajority(first);
    second.answering(exchange -> FakeApi.json(exchange, new Views.ModelsView(List.of())));
    assertEquals(List.of(), client().models().models());
  }

  @Test
  void aChangeIsTriedAgainForAsLongAsEver() throws IOException {
    AtomicInteger tries = new AtomicInteger();
    FakeApi.Answer answer =
        exchange -> {
          if (!exchange.getRequestMethod().equals("POST")) {
            FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          } else if (tries.incrementAndGet() < 5) {
            exchange.getResponseHeaders().set("Idunno-No-Majority", "true");
            FakeApi.error(exchange, 503, "3 of 5 voters don't answer");
          } else {
            FakeApi.json(exchange, new Views.DoneView("done"));
          }
        };
    first.answering(answer);
    second.answering(answer);
    assertEquals("done", client().jobs().cancel(new JobId(1)).done());
  }

  @Test
  void aStaleReadGoesToTheFirstNodeAndStaysThere() throws IOException {
    for (FakeApi api : List.of(first, second)) {
      api.answering(
          exchange -> {
            exchange.getResponseHeaders().set("Idunno-Stale-Ms", "7");
            FakeApi.json(exchange, new Views.ModelsView(List.of()));
          });
    }
    Client stale = client().stale();
    stale.models();
    stale.models();
    assertEquals(2, first.asked().size());
    assertEquals("/v1/models?stale=true", first.asked().getFirst().target());
    assertEquals(7, stale.staleMs().orElse(-1));
    assertEquals(0, second.asked().size());
  }
}
