package idunno.node.zoo;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens files on the web, from the beginning or from where an earlier attempt was cut off (<a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-14">RFC 9110, 14: ranges</a>).
 */
final class Web implements AutoCloseable {

  /**
   * A file that has begun to come.
   *
   * @param body its bytes from {@code start} on
   * @param start where they begin: what was asked for, or 0 where the server sends all
   * @param totalBytes the whole file's length, where the server says it
   * @param tag the version's entity tag, where the server gives one
   */
  record Answer(InputStream body, long start, OptionalLong totalBytes, Optional<String> tag)
      implements Closeable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  private static final int MOST_REDIRECTS = 5;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HttpClient client;
  private final Duration answerWithin;

  Web(ProxySelector proxies, Duration answerWithin) {
    // Redirects are followed here: the client would let an http address lead anywhere, uncounted.
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies)
            .build();
    this.answerWithin = answerWithin;
  }

  /**
   * Asks for a file.
   *
   * @param offset where to begin; 0 for all of it
   * @param tag the version that must be gone on with: if the server has another now, it sends all
   * @throws FinalFailure if trying again is useless
   * @throws IOException if it may be worth another attempt
   */
  Answer open(URI from, long offset, Optional<String> tag) throws IOException {
    URI at = from;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = send(at, offset, tag);
      HttpHeaders headers = response.headers();
      int status = response.statusCode();
      if (status == 200) {
        return new Answer(
            response.body(),
            0,
            total(headers.firstValue("content-length").orElse("")),
            headers.firstValue("etag"));
      }
      Matcher range = CONTENT_RANGE.matcher(headers.firstValue("content-range").orElse(""));
      if (status == 206 && range.matches() && Long.parseLong(range.group(1)) == offset) {
        return new Answer(
            response.body(), offset, total(range.group(2)), headers.firstValue("etag"));
      }
      response.body().close();
      switch (status) {
        case 206, 416 -> {
          if (offset == 0) {
            throw new FinalFailure("expected the whole file, found status " + status);
          }
          // What is here goes beyond the server's file, or the server has its own idea of ranges.
          return open(from, 0, Optional.empty());
        }
        case 301, 302, 303, 307, 308 ->
            at = WebAddress.redirected(at, headers.firstValue("location"));
        default -> throw unexpected(status);
      }
    }
    throw new FinalFailure("redirected more than " + MOST_REDIRECTS + " times");
  }

  private static OptionalLong total(String text) {
    return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }

  private static IOException unexpected(int status) {
    String why = "expected status 200, found " + status;
    boolean passing = status >= 500 || status == 429 || status == 408;
    return passing ? new IOException(why) : new FinalFailure(why);
  }

  private HttpResponse<InputStream> send(URI at, long offset, Optional<String> tag)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(answerWithin);
    if (offset > 0) {
      request.header("Range", "bytes=" + offset + "-");
      tag.ifPresent(version -> request.header("If-Range", version));
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (IllegalArgumentException e) {
      throw new FinalFailure(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
