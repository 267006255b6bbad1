package idunno.node.convert;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Looks into failures' messages. */
public final class Message {
  private Message() {}

  public static void says(Throwable failure, String part) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(part), message);
  }
}
