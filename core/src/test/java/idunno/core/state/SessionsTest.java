package idunno.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.RequestId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SessionsTest {
  private static final Reply DONE = new Reply.Done();

  private final Sessions sessions = new Sessions();

  private static Optional<Reply> deleted(int versions) {
    return Optional.of(new Reply.Undeleted(versions));
  }

  @Test
  void aReplyIsRecalledByItsClientAndSequence() {
    sessions.remember(new RequestId("a", 1), new Reply.Undeleted(1));
    sessions.remember(new RequestId("a", 2), new Reply.Undeleted(2));
    sessions.remember(new RequestId("b", 1), new Reply.Undeleted(3));

    assertEquals(deleted(1), sessions.recall(new RequestId("a", 1)));
    assertEquals(deleted(2), sessions.recall(new RequestId("a", 2)));
    assertEquals(deleted(3), sessions.recall(new RequestId("b", 1)));
    assertEquals(Optional.empty(), sessions.recall(new RequestId("b", 2)));
    assertEquals(Optional.empty(), sessions.recall(new RequestId("c", 1)));
  }

  @Test
  void aClientsOldestRepliesAreForgottenBeyondTheBound() {
    int replies = 3 * Sessions.MAX_REPLIES;
    for (int i = 1; i <= replies; i++) {
      sessions.remember(new RequestId("a", i), new Reply.Undeleted(i));
    }

    assertEquals(Sessions.MAX_REPLIES, sessions.toRecorded().getFirst().replies().size());
    int oldest = replies - Sessions.MAX_REPLIES + 1;
    assertEquals(deleted(oldest), sessions.recall(new RequestId("a", oldest)));
    assertEquals(Optional.empty(), sessions.recall(new RequestId("a", oldest - 1)));
  }

  @Test
  void theSessionThatWasUsedLongestAgoIsForgottenBeyondTheBound() {
    for (int i = 0; i < Sessions.MAX_SESSIONS; i++) {
      sessions.remember(new RequestId("client-" + i, 1), DONE);
    }
    sessions.remember(new RequestId("client-0", 2), DONE);
    sessions.remember(new RequestId("one more", 1), DONE);

    assertEquals(Sessions.MAX_SESSIONS, sessions.toRecorded().size());
    assertEquals(Optional.of(DONE), sessions.recall(new RequestId("client-0", 1)), "used again");
    assertEquals(Optional.empty(), sessions.recall(new RequestId("client-1", 1)));
    assertEquals(Optional.of(DONE), sessions.recall(new RequestId("client-2", 1)));
  }

  @Test
  void recordedSessionsForgetInTheSameOrder() {
    for (int i = 0; i < Sessions.MAX_SESSIONS; i++) {
      sessions.remember(new RequestId("client-" + (i * 7_919) % 1_009, i), DONE);
    }
    Sessions restored = Sessions.of(sessions.toRecorded());
    assertEquals(sessions.toRecorded(), restored.toRecorded());
    for (int i = 0; i < 500; i++) {
      sessions.remember(new RequestId("late-" + i, 1), DONE);
      restored.remember(new RequestId("late-" + i, 1), DONE);
    }

    assertEquals(sessions.toRecorded(), restored.toRecorded());
  }
}
