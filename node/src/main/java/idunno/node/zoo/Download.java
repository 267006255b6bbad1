package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;

/**
 * Brings a file of known length and SHA-512 into the cache. What is in the cache is right: a file
 * is checked while it streams in under a name of its own, and only then renamed to its place, so
 * that several processes may fetch the same file at once.
 */
final class Download {

  /**
   * How patient to be.
   *
   * @param answerAfterMs how long the server may take to answer
   * @param stallAfterMs how long it may then send nothing
   * @param attempts how often to try when the network fails, 1 or more
   * @param pauseMs how long to wait before the second attempt; doubles with each
   */
  record Patience(long answerAfterMs, long stallAfterMs, int attempts, long pauseMs) {
    static final Patience USUAL = new Patience(30_000, 60_000, 3, 1_000);
  }

  /** Trying again will not help. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }

  private static final int BUFFER_BYTES = 1 << 16;

  private final Patience patience;

  Download(Patience patience) {
    this.patience = patience;
  }

  /** The one HTTP client of the zoo: follows redirects, and the environment's proxy. */
  private static HttpClient client() {
    return HttpClient.newBuilder()
        .connectTimeout(Duration.ofSeconds(20))
        .followRedirects(HttpClient.Redirect.NORMAL)
        .proxy(new Proxies(System.getenv(), ProxySelector.getDefault()))
        .build();
  }

  /**
   * Makes sure that the file is there, whole and right: at once where it already is.
   *
   * @param from where to fetch it
   * @param source its length and checksum
   * @param to where it goes
   * @throws IOException if it can't be had; says what failed and how to bring it by hand
   */
  void fetch(URI from, Catalogue.Source source, Path to, Progress progress) throws IOException {
    if (Files.exists(to) && isRight(to, source)) {
      return;
    }
    String already = Files.exists(to) ? " The file that lies there has a wrong checksum." : "";
    Path part = Scratch.beside(to);
    HttpClient client = client();
    try {
      tryAll(client, from, source, part, progress);
      Scratch.force(part);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "fetch " + from + ": " + describe(e) + "." + already + byHand(from, to), e);
    } finally {
      client.shutdownNow();
      Files.deleteIfExists(part);
    }
  }

  private static String byHand(URI from, Path to) {
    return " Without a network here: fetch "
        + from
        + " on another machine, put it at "
        + to.toAbsolutePath()
        + " and run again; its checksum is checked then. Or name a mirror with "
        + Catalogue.REGISTRY_OVERRIDE
        + ".";
  }

  private void tryAll(
      HttpClient client, URI from, Catalogue.Source source, Path part, Progress progress)
      throws IOException {
    long pauseMs = patience.pauseMs();
    for (int attempt = 1; ; attempt++) {
      try {
        receive(client, from, source, part, progress);
        return;
      } catch (Refused | InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (attempt >= patience.attempts()) {
          throw e;
        }
      }
      try {
        Thread.sleep(pauseMs);
      } catch (InterruptedException e) {
        throw interrupted(from);
      }
      pauseMs *= 2;
    }
  }

  private void receive(
      HttpClient client, URI from, Catalogue.Source source, Path part, Progress progress)
      throws IOException {
    MessageDigest digest = sha512();
    long done = 0;
    try (InputStream body = open(client, from);
        StallGuard guard = new StallGuard(body, patience.stallAfterMs());
        OutputStream out = Files.newOutputStream(part)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      progress.bytes(source.fileName(), 0, source.bytes());
      for (int got; (got = guard.read(buffer)) >= 0; ) {
        done += got;
        if (done > source.bytes()) {
          throw new Refused("more than the expected " + source.bytes() + " bytes came");
        }
        digest.update(buffer, 0, got);
        out.write(buffer, 0, got);
        progress.bytes(source.fileName(), done, source.bytes());
      }
    }
    if (done < source.bytes()) {
      throw new IOException("ended after " + done + " of " + source.bytes() + " bytes");
    }
    String found = Base64.getEncoder().encodeToString(digest.digest());
    if (!found.equals(source.sha512())) {
      throw new Refused(
          "wrong checksum, nothing kept (sha512 expected "
              + source.sha512()
              + ", found "
              + found
              + ")");
    }
  }

  private InputStream open(HttpClient client, URI from) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(from).timeout(Duration.ofMillis(patience.answerAfterMs())).build();
    HttpResponse<InputStream> answer;
    try {
      answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw interrupted(from);
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
    int status = answer.statusCode();
    if (status == 200) {
      return answer.body();
    }
    answer.body().close();
    String why = "expected status 200, found " + status;
    throw status >= 500 || status == 429 ? new IOException(why) : new Refused(why);
  }

  /** Whether a file has the length and the checksum of the source. */
  static boolean isRight(Path file, Catalogue.Source source) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != source.bytes()) {
      return false;
    }
    MessageDigest digest = sha512();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int got; (got = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, got);
      }
    }
    return Base64.getEncoder().encodeToString(digest.digest()).equals(source.sha512());
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java lacks SHA-512", e);
    }
  }

  private static InterruptedIOException interrupted(URI from) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("fetch " + from + ": interrupted");
  }

  /** The HTTP client's failures often lack a message: then their kind and cause must do. */
  private static String describe(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "its host (or the proxy's) is unknown here";
      }
    }
    if (failure instanceof ConnectException && failure.getMessage() == null) {
      return "no connection to its host (or the proxy)";
    }
    String kind = failure.getClass().getSimpleName();
    boolean ours = failure instanceof Refused || failure.getClass() == IOException.class;
    return ours ? String.valueOf(failure.getMessage()) : kind + ": " + failure.getMessage();
  }
}
