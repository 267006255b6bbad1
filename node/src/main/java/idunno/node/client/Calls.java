package idunno.node.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import idunno.core.base.Address;
import idunno.core.base.RequestId;
import idunno.node.api.Views;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests, each tried at one node after the other until one answers or patience ends.
 *
 * <p>A change keeps its id over all its tries, so that the cluster applies it once even where the
 * reply to an earlier try was lost.
 */
final class Calls {
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1_000;
  private static final int MAX_ERROR_BYTES = 1 << 16;
  private static final long LOOK_EVERY_MS = 100;
  private static final RequestId NO_CHANGE = new RequestId("none", 0);

  /**
   * A read is tried for so long where nodes say that most voters are out of reach: one that was cut
   * off alone says so too, so another is asked.
   */
  private static final long NO_MAJORITY_MS = 3_000;

  /** Takes what a node answers when all is well. */
  interface Answer<T> {
    /**
     * Reads the answer.
     *
     * @throws IOException if it breaks off; the request is then tried again
     * @throws Corrupt if it isn't what was sent, or {@link LocalFailure}, {@link NoAnswer} where
     *     another try can't help
     */
    T read(HttpResponse<InputStream> response, InputStream body) throws IOException;
  }

  /** One try went wrong in a way that another try may mend. */
  private record Trouble(
      Address node, IOException cause, boolean refusedConnection, boolean noMajority) {}

  private final Endpoints endpoints;
  private final HttpClient http;
  private final Patience patience;
  private final boolean stale;
  private final String client;
  private final AtomicLong sequence;
  private volatile OptionalLong staleMs = OptionalLong.empty();

  Calls(Endpoints endpoints, HttpClient http, Patience patience) {
    this(endpoints, http, patience, false, UUID.randomUUID().toString(), new AtomicLong());
  }

  private Calls(
      Endpoints endpoints,
      HttpClient http,
      Patience patience,
      boolean stale,
      String client,
      AtomicLong sequence) {
    this.endpoints = endpoints;
    this.http = http;
    this.patience = patience;
    this.stale = stale;
    this.client = client;
    this.sequence = sequence;
  }

  /** The same calls with another patience. */
  Calls with(Patience other) {
    return new Calls(endpoints, http, other, stale, client, sequence);
  }

  /** The same calls, whose reads take what the node that was named knows by itself. */
  Calls stale() {
    return new Calls(endpoints, http, patience, true, client, sequence);
  }

  /** Whether reads take what one node knows by itself. */
  boolean isStale() {
    return stale;
  }

  /** How old the last stale answer may be; empty if that isn't known. */
  OptionalLong staleMs() {
    return staleMs;
  }

  Patience patience() {
    return patience;
  }

  Endpoints endpoints() {
    return endpoints;
  }

  /**
   * Asks until there is an answer.
   *
   * @throws Refused if a node says no
   * @throws NoAnswer if nobody answers
   * @throws IOException as the answer's reader throws
   */
  <T> T ask(Ask ask, Answer<T> answer) throws IOException {
    return ask(ask, ask.changes() ? newRequest() : NO_CHANGE, answer);
  }

  /** The id of another change. */
  RequestId newRequest() {
    return new RequestId(client, sequence.incrementAndGet());
  }

  /** The same, for a change that has an id. */
  <T> T ask(Ask ask, RequestId id, Answer<T> answer) throws IOException {
    long pauseMs = FIRST_PAUSE_MS;
    long beganNanos = System.nanoTime();
    long firstFailureNanos = 0;
    boolean allRefused = true;
    for (int tries = 1; ; tries++) {
      Address node = ask.pinned() || isStale(ask) ? endpoints.home().orElse(current()) : current();
      Trouble trouble;
      try {
        return attempt(ask, id, node, answer);
      } catch (Unavailable e) {
        trouble = e.trouble;
      }
      endpoints.moveOnFrom(node);
      allRefused &= trouble.refusedConnection();
      long now = System.nanoTime();
      firstFailureNanos = tries == 1 ? now : firstFailureNanos;
      long triedMs = TimeUnit.NANOSECONDS.toMillis(now - firstFailureNanos);
      boolean wholeRound = tries >= endpoints.all().size();
      long leftMs = limitMs(ask, allRefused) - triedMs;
      boolean hopeless =
          trouble.noMajority()
              && !ask.changes()
              && (wholeRound || now - beganNanos > MILLISECONDS.toNanos(NO_MAJORITY_MS));
      if (hopeless || (wholeRound && leftMs <= 0)) {
        throw givenUp(ask, trouble, allRefused);
      }
      if (tries % endpoints.all().size() == 0) {
        pause(Math.max(1, Math.min(pauseMs, leftMs)));
        pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
      }
    }
  }

  /**
   * Asks for lines. Once something was passed on, the request can't be asked again: it would be
   * passed twice.
   */
  void stream(Ask ask, Lines.Sink sink) throws IOException {
    long[] taken = new long[1];
    ask(
        ask,
        (response, in) -> {
          try {
            Lines.read(
                in,
                line -> {
                  taken[0]++;
                  return sink.take(line);
                });
          } catch (IOException e) {
            if (taken[0] > 0) {
              throw new NoAnswer(
                  "the answer of %s broke off after %d lines (%s); ask again"
                      .formatted(response.uri().getAuthority(), taken[0], e.getMessage()),
                  false,
                  e);
            }
            throw e;
          }
          return taken[0];
        });
  }

  private Address current() {
    return endpoints.current();
  }

  private long limitMs(Ask ask, boolean allRefused) {
    if (allRefused && !(ask.changes() && endpoints.hasAnswered())) {
      return patience.nobodyMs();
    }
    return ask.changes() ? patience.changeMs() : patience.readMs();
  }

  private static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Trouble trouble;

    Unavailable(Trouble trouble) {
      super(trouble.cause());
      this.trouble = trouble;
    }
  }

  private <T> T attempt(Ask ask, RequestId id, Address node, Answer<T> answer)
      throws IOException, Unavailable {
    Sending sending = new Sending(ask.body());
    try {
      HttpResponse<InputStream> response = send(ask, id, node, sending);
      endpoints.answered(node);
      try (InputStream body = new StallWatch(response.body(), ask.silentMs())) {
        if (response.statusCode() == 503) {
          IOException why = new Refused(503, error(response, body));
          boolean noMajority = response.headers().firstValue("Idunno-No-Majority").isPresent();
          throw new Unavailable(new Trouble(node, why, false, noMajority));
        }
        if (response.statusCode() / 100 != 2) {
          throw new Refused(response.statusCode(), error(response, body));
        }
        if (isStale(ask)) {
          staleMs = response.headers().firstValueAsLong("Idunno-Stale-Ms");
        }
        return answer.read(response, body);
      }
    } catch (Refused
        | NoAnswer
        | Corrupt
        | LocalFailure
        | UnreadableAnswer
        | InterruptedIOException e) {
      throw e;
    } catch (BadMessage e) {
      throw new UnreadableAnswer(
          "the answer of "
              + node
              + " can't be read (is it of another release?): "
              + e.getMessage());
    } catch (IOException e) {
      IOException local = sending.localFailure();
      if (local != null) {
        throw new LocalFailure(String.valueOf(local.getMessage()), local);
      }
      throw new Unavailable(new Trouble(node, e, isRefusedConnection(e), false));
    }
  }

  private boolean isStale(Ask ask) {
    return stale && !ask.changes();
  }

  private URI uri(Ask ask, Address node) {
    String path = ask.path();
    String more = isStale(ask) ? (path.indexOf('?') < 0 ? "?" : "&") + "stale=true" : "";
    return URI.create("http://" + node + path + more);
  }

  private HttpResponse<InputStream> send(Ask ask, RequestId id, Address node, Sending sending)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(ask, node)).method(ask.method(), publisher(ask, sending));
    ask.headers().forEach(request::header);
    if (ask.changes()) {
      request
          .header("Idunno-Client", id.client())
          .header("Idunno-Sequence", Long.toString(id.sequence()));
    }
    CompletableFuture<HttpResponse<InputStream>> reply =
        http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    while (true) {
      try {
        return reply.get(LOOK_EVERY_MS, MILLISECONDS);
      } catch (TimeoutException e) {
        if (sending.quietMs() > ask.silentMs()) {
          reply.cancel(true);
          throw new IOException("no word for " + ask.silentMs() / 1000 + " s", e);
        }
      } catch (InterruptedException e) {
        reply.cancel(true);
        Thread.currentThread().interrupt();
        throw interrupted();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException io
            ? io
            : new IOException(String.valueOf(e.getCause()), e);
      }
    }
  }

  private static BodyPublisher publisher(Ask ask, Sending sending) {
    long length = ask.body().lengthBytes();
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(sending::open), length);
  }

  private static String error(HttpResponse<InputStream> response, InputStream body) {
    try {
      byte[] bytes = body.readNBytes(MAX_ERROR_BYTES);
      try {
        return Codec.json().decode(bytes, Views.ErrorView.class).error();
      } catch (BadMessage e) {
        return "HTTP " + response.statusCode() + ": " + new String(bytes, StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      return "HTTP " + response.statusCode() + ", and the explanation broke off";
    }
  }

  private IOException givenUp(Ask ask, Trouble trouble, boolean allRefused) {
    if (trouble.cause() instanceof Refused refused) {
      return refused;
    }
    if (allRefused) {
      return new NoAnswer(
          "no node answers at "
              + joined()
              + " ("
              + why(trouble.cause())
              + "); start one with ./idunno start, or name another with --api HOST:PORT",
          false,
          trouble.cause());
    }
    String end =
        ask.changes()
            ? "; whether it was done is unknown: look before you ask again"
            : "; try again, or name another node with --api HOST:PORT";
    return new NoAnswer(
        "no answer from " + trouble.node() + " (" + why(trouble.cause()) + ")" + end,
        ask.changes(),
        trouble.cause());
  }

  private String joined() {
    return String.join(", ", endpoints.all().stream().map(Address::toString).toList());
  }

  private static String why(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "there is no such host";
      }
    }
    if (e instanceof HttpConnectTimeoutException) {
      return "it doesn't accept the connection";
    }
    if (e instanceof ConnectException) {
      return "connection refused";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static boolean isRefusedConnection(@Nullable Throwable e) {
    return e != null
        && (e instanceof ConnectException
            || e instanceof HttpConnectTimeoutException
            || isRefusedConnection(e.getCause()));
  }

  /** Waits; interrupted, it ends with an exception. */
  static void pause(long pauseMs) throws IOException {
    try {
      MILLISECONDS.sleep(pauseMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("interrupted");
  }
}
