package idunno.node.gateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import idunno.core.base.Checks;
import idunno.core.base.RequestId;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One request and its answer, without HTTP's small print. */
final class Exchange {
  private static final int MAX_JSON_BYTES = 1 << 20;
  private static final String JSON = "application/json";
  private static final String LINES = "application/x-ndjson";

  private final HttpExchange http;
  private boolean answered;

  Exchange(HttpExchange http) {
    this.http = http;
  }

  String method() {
    return http.getRequestMethod();
  }

  /** Expects the request to be of a method: what changes something is never a mere link. */
  void expect(String method) {
    if (!method().equals(method)) {
      throw new IllegalArgumentException(
          http.getRequestURI().getPath() + ": expected " + method + ", found " + method());
    }
  }

  /**
   * Refuses requests that a page of another site makes a browser send: the API asks nobody who he
   * is yet, and a browser on the same machine reaches it.
   */
  void refuseOtherSites() throws Refused {
    String origin = http.getRequestHeaders().getFirst("Origin");
    String host = http.getRequestHeaders().getFirst("Host");
    if (origin != null && !origin.equals("http://" + host)) {
      throw new Refused("requests of pages from " + Checks.quote(origin) + " are not answered");
    }
  }

  /** The path's segments behind {@code /v1/}, decoded. */
  List<String> segments() {
    List<String> segments = new ArrayList<>();
    String path = http.getRequestURI().getRawPath();
    for (String segment : path.substring(1).split("/", -1)) {
      segments.add(PercentText.ofPath(segment));
    }
    return segments.subList(1, segments.size());
  }

  /** A parameter of the query. */
  Optional<String> parameter(String name) {
    String query = http.getRequestURI().getRawQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && PercentText.ofQuery(pair.substring(0, equals)).equals(name)) {
        return Optional.of(PercentText.ofQuery(pair.substring(equals + 1)));
      }
    }
    return Optional.empty();
  }

  /** A parameter that is {@code true}, or is not. */
  boolean flag(String name) {
    return parameter(name).filter("true"::equals).isPresent();
  }

  /** A parameter that is a whole number. */
  Optional<Integer> number(String name) {
    return parameter(name).map(text -> parse(name, text));
  }

  private static int parse(String name, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + ": expected a whole number, found " + Checks.quote(text), e);
    }
  }

  /** The client's id of this request; one of our own for a client that gives none. */
  RequestId requestId() {
    Headers headers = http.getRequestHeaders();
    String client = headers.getFirst("Idunno-Client");
    String sequence = headers.getFirst("Idunno-Sequence");
    if (client == null || sequence == null) {
      return new RequestId(UUID.randomUUID().toString(), 0);
    }
    try {
      return new RequestId(client, Long.parseLong(sequence));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Idunno-Sequence: expected a whole number, found " + Checks.quote(sequence), e);
    }
  }

  /** Over which version alone a file may be put; 0 for "no such file". */
  Optional<Integer> onlyOver() {
    String given = http.getRequestHeaders().getFirst("Idunno-If-Version");
    Optional<Integer> number =
        Optional.ofNullable(given).map(text -> parse("Idunno-If-Version", text));
    if (number.isPresent() && number.get() < 0) {
      throw new IllegalArgumentException(
          "Idunno-If-Version: expected 0 (no such file) or more, found " + number.get());
    }
    return number;
  }

  InputStream body() {
    return http.getRequestBody();
  }

  /**
   * The body as a record.
   *
   * @throws IllegalArgumentException if a component of it is absent, or a list of it holds a null
   */
  <T> T json(Class<T> type) throws IOException {
    return json(type, MAX_JSON_BYTES);
  }

  /** The same, of so many bytes at the most. */
  <T> T json(Class<T> type, int maxBytes) throws IOException {
    byte[] bytes = http.getRequestBody().readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new IllegalArgumentException("body: expected at most " + maxBytes + " bytes");
    }
    T value = Codec.json().decode(bytes, type);
    if (value == null) {
      throw new IllegalArgumentException("body: expected an object, found null");
    }
    for (RecordComponent component : type.getRecordComponents()) {
      if (lacks(value, component)) {
        throw new IllegalArgumentException(
            "body: expected \"" + component.getName() + "\", found none or null in it");
      }
    }
    return value;
  }

  private static boolean lacks(Object value, RecordComponent component) {
    try {
      Object part = component.getAccessor().invoke(value);
      return part == null
          || (part instanceof List<?> list && list.stream().anyMatch(Objects::isNull));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(value.getClass() + " can't be looked into", e);
    }
  }

  /** Answers with a record. */
  void answer(int status, Object value) throws IOException {
    byte[] bytes = Codec.json().encode(value);
    answered = true;
    http.getResponseHeaders().set("Content-Type", JSON);
    http.sendResponseHeaders(status, bytes.length);
    http.getResponseBody().write(bytes);
  }

  /** Begins an answer of that many bytes; 0 means as many as come. */
  OutputStream bytes(String type, long length) throws IOException {
    return bytes(200, type, length);
  }

  /** The same with another status. */
  OutputStream bytes(int status, String type, long length) throws IOException {
    answered = true;
    http.getResponseHeaders().set("Content-Type", type);
    http.sendResponseHeaders(status, length);
    return http.getResponseBody();
  }

  /** A header of the request; null if there is none. */
  @Nullable String asked(String header) {
    return http.getRequestHeaders().getFirst(header);
  }

  /** Begins an answer of JSON lines. */
  OutputStream lines() throws IOException {
    return bytes(LINES, 0);
  }

  /** Writes one JSON line and sends it. */
  static void line(OutputStream out, Object value) throws IOException {
    out.write(Codec.json().encode(value));
    out.write('\n');
    out.flush();
  }

  void header(String name, Object value) {
    http.getResponseHeaders().set(name, value.toString());
  }

  /** Whether the answer has begun, so that no error can be told any more but by breaking off. */
  boolean isAnswered() {
    return answered;
  }
}
