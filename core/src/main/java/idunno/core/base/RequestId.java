package idunno.core.base;

/**
 * What makes a retried command recognisable: the same client never uses one sequence for two
 * commands, and repeats it when it repeats a command whose reply was lost.
 *
 * @param client who asks, 1 to 64 characters
 * @param sequence the client's own count, 0 or more
 */
public record RequestId(String client, long sequence) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if the client's name is empty or too long, or the sequence
   *     negative
   */
  public RequestId {
    if (client.isEmpty() || client.length() > 64) {
      throw new IllegalArgumentException(
          "client id: expected 1 to 64 characters, found " + client.length());
    }
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence: expected 0 or more, found " + sequence);
    }
  }
}
