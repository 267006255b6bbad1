package idunno.core.state;

import idunno.core.base.RequestId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The replies that clients may still ask for again.
 *
 * <p>Each client has a session that remembers its last replies by their sequence (Ongaro and
 * Ousterhout, "In search of an understandable consensus algorithm", section 8). Sessions are
 * bounded: the one that was used longest ago, counted in commands and not in time, goes first, so
 * that every node forgets the same one.
 */
final class Sessions {
  static final int MAX_SESSIONS = 1_000;

  /** More than a client may have open at once, so that no retry comes too late to be recognised. */
  static final int MAX_REPLIES = 1_024;

  private final Map<String, NavigableMap<Long, Reply>> byClient = new LinkedHashMap<>();

  /**
   * One session as a value, for snapshots.
   *
   * @param client whose it is
   * @param replies the last replies by their sequence
   */
  record Recorded(String client, NavigableMap<Long, Reply> replies) {}

  /** The reply that the same request was given before. */
  Optional<Reply> recall(RequestId id) {
    NavigableMap<Long, Reply> replies = byClient.get(id.client());
    return replies == null ? Optional.empty() : Optional.ofNullable(replies.get(id.sequence()));
  }

  /** Remembers a reply, and forgets what is beyond the bounds. */
  void remember(RequestId id, Reply reply) {
    NavigableMap<Long, Reply> replies = byClient.remove(id.client());
    if (replies == null) {
      replies = new TreeMap<>();
    }
    replies.put(id.sequence(), reply);
    while (replies.size() > MAX_REPLIES) {
      replies.pollFirstEntry();
    }
    byClient.put(id.client(), replies);
    while (byClient.size() > MAX_SESSIONS) {
      byClient.remove(byClient.keySet().iterator().next());
    }
  }

  /** The sessions as values, longest unused first. */
  List<Recorded> toRecorded() {
    List<Recorded> recorded = new ArrayList<>();
    byClient.forEach(
        (client, replies) -> recorded.add(new Recorded(client, new TreeMap<>(replies))));
    return recorded;
  }

  /** The sessions that values were taken of. */
  static Sessions of(List<Recorded> recorded) {
    Sessions sessions = new Sessions();
    recorded.forEach(
        session -> sessions.byClient.put(session.client(), new TreeMap<>(session.replies())));
    return sessions;
  }
}
