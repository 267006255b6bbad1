package idunno.node.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Looks into failures' messages. */
final class Message {
  private Message() {}

  static void says(Throwable failure, String part) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(part), message);
  }
}
