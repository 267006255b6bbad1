package idunno.node.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One request as a value, before it is known which node it goes to.
 *
 * @param method the HTTP method
 * @param path the path and query, percent-encoded
 * @param body what is sent
 * @param changes whether it changes something, and so carries an id that stays over its repeats
 * @param pinned whether only the node that the user named can answer it
 * @param silentMs how long the node may be silent while it answers
 * @param headers what else is said of it
 */
record Ask(
    String method,
    String path,
    Body body,
    boolean changes,
    boolean pinned,
    long silentMs,
    Map<String, String> headers) {
  /** A read that any node can answer. */
  static Ask read(String path, long silentMs) {
    return new Ask("GET", path, Body.NONE, false, false, silentMs, Map.of());
  }

  /** A read that any node can answer, of what is in a body. */
  static Ask question(String path, Body body, long silentMs) {
    return new Ask("POST", path, body, false, false, silentMs, Map.of());
  }

  /** A change that any node can make. */
  static Ask change(String method, String path, Body body, long silentMs) {
    return new Ask(method, path, body, true, false, silentMs, Map.of());
  }

  /** The same request, to the node that the user named and no other. */
  Ask toThisNode() {
    return new Ask(method, path, body, changes, true, silentMs, headers);
  }

  /** The same request with these headers. */
  Ask saying(Map<String, String> more) {
    return new Ask(method, path, body, changes, pinned, silentMs, more);
  }

  /** A path of the API: segments that are kept, then a name whose segments are encoded. */
  static String path(String prefix, String name) {
    List<String> segments = new ArrayList<>();
    for (String segment : name.split("/", -1)) {
      segments.add(encoded(segment));
    }
    return prefix + String.join("/", segments);
  }

  /** A query: pairs of a key and a value; those whose value is empty are left out. */
  static String query(String... pairs) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      if (!pairs[i + 1].isEmpty()) {
        parts.add(pairs[i] + "=" + encoded(pairs[i + 1]));
      }
    }
    return parts.stream().collect(Collectors.joining("&", parts.isEmpty() ? "" : "?", ""));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
