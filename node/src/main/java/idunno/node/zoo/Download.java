package idunno.node.zoo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings a file from the web into a folder. What is cut off is kept and gone on with, at the next
 * attempt or by the next process ({@link Partial}); of several processes one fetches ({@link
 * FetchLock}). The bytes on the disk are checked when they are all there, and only then renamed to
 * their place: what lies there is right.
 */
final class Download {

  /**
   * How patient to be.
   *
   * @param answerAfterMs how long the server may take to answer
   * @param stallAfterMs how long it may then send nothing
   * @param attempts how often to try when the network fails, 1 or more; an attempt that brought
   *     {@value #WORTHWHILE_BYTES} bytes or more is not counted
   * @param pauseMs how long to wait before the second attempt; doubles with each that is counted
   */
  record Patience(long answerAfterMs, long stallAfterMs, int attempts, long pauseMs) {
    static final Patience USUAL = new Patience(30_000, 60_000, 3, 1_000);
  }

  private static final long WORTHWHILE_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Patience patience;
  private final ProxySelector proxies;

  Download(Patience patience) {
    this(patience, new Proxies(System.getenv(), ProxySelector.getDefault()));
  }

  Download(Patience patience, ProxySelector proxies) {
    this.patience = patience;
    this.proxies = proxies;
  }

  /**
   * Makes sure that the file is there, whole and right: at once where it already is.
   *
   * @param from where to fetch it
   * @param wanted what it must be
   * @param folder where its unfinished part is kept
   * @param key what the unfinished part is called; the same for the same file
   * @param to where it goes, on the same file system
   * @throws IOException if it can't be had; says what failed and how to bring it by hand
   */
  void fetch(URI from, Wanted wanted, Path folder, String key, Path to, Progress progress)
      throws IOException {
    if (wanted.isMetBy(to)) {
      return;
    }
    Scratch.prepare(folder);
    Partial partial = new Partial(folder, key);
    Runnable waiting = () -> progress.step("waiting for another process to fetch " + wanted.name());
    try (FetchLock _ = FetchLock.take(folder.resolve("." + key + ".lock"), waiting);
        Web web = new Web(proxies, Duration.ofMillis(patience.answerAfterMs()))) {
      if (!wanted.isMetBy(to)) {
        new Attempts(web, from, wanted, partial, progress).succeed();
        partial.moveTo(to);
      }
    } catch (InterruptedIOException e) {
      throw new InterruptedIOException("fetch " + from + ": " + e.getMessage());
    } catch (IOException e) {
      throw new IOException("fetch " + from + ": " + advice(e, from, wanted, partial, to), e);
    }
  }

  private static String advice(IOException e, URI from, Wanted wanted, Partial partial, Path to)
      throws IOException {
    long kept = partial.bytes();
    return describe(e)
        + "."
        + (kept > 0 ? " " + kept + " bytes are kept, the next attempt goes on from there." : "")
        + (Files.exists(to) ? " The file that lies at " + to + " has a wrong checksum." : "")
        + " Without a network here: fetch "
        + from
        + " ("
        + wanted.facts()
        + ") on another machine, bring it to this one, and "
        + wanted.byHand()
        + ".";
  }

  /** One file's way through as many attempts as it takes. */
  private final class Attempts {
    private final Web web;
    private final URI from;
    private final Wanted wanted;
    private final Partial partial;
    private final Progress progress;

    /** Whether all that is here came in one piece: then no earlier version can be mixed in. */
    private boolean inOnePiece;

    Attempts(Web web, URI from, Wanted wanted, Partial partial, Progress progress) {
      this.web = web;
      this.from = from;
      this.wanted = wanted;
      this.partial = partial;
      this.progress = progress;
    }

    void succeed() throws IOException {
      receiveAll();
      if (isRight()) {
        return;
      }
      boolean perhapsMixed = !inOnePiece;
      Optional<Checksum> found = wanted.found(partial.file());
      partial.delete();
      if (perhapsMixed) {
        receiveAll();
        if (isRight()) {
          return;
        }
        found = wanted.found(partial.file());
        partial.delete();
      }
      throw new FinalFailure(
          "wrong checksum, nothing kept (expected "
              + wanted.checksum().orElseThrow()
              + ", found "
              + found.orElseThrow()
              + ")");
    }

    private boolean isRight() throws IOException {
      return wanted.checksum().isEmpty() || wanted.isMetBy(partial.file());
    }

    private void receiveAll() throws IOException {
      long pauseMs = patience.pauseMs();
      int attempts = 0;
      while (!isWhole()) {
        long before = partial.bytes();
        try {
          receive();
          return;
        } catch (FinalFailure | InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          boolean worthwhile = partial.bytes() - before >= WORTHWHILE_BYTES;
          attempts = worthwhile ? 0 : attempts + 1;
          pauseMs = worthwhile ? patience.pauseMs() : pauseMs;
          if (attempts >= patience.attempts()) {
            throw e;
          }
        }
        pause(pauseMs);
        pauseMs *= 2;
      }
    }

    private boolean isWhole() throws IOException {
      return wanted.bytes().isPresent() && partial.bytes() == wanted.bytes().getAsLong();
    }

    private void receive() throws IOException {
      Optional<String> tag = partial.tag(from);
      // Without a checksum nothing would tell that two versions were joined, except the tag.
      boolean goOn = partial.bytes() <= wanted.mostBytes() && (pinned() || tag.isPresent());
      try (Web.Answer answer = web.open(from, goOn ? partial.bytes() : 0, tag)) {
        OptionalLong total = answer.totalBytes();
        if (total.isPresent()) {
          wanted.checkLength("the server's file", total.getAsLong());
        }
        inOnePiece = answer.start() == 0;
        if (inOnePiece) {
          partial.begin(from, answer.tag());
        }
        pour(answer, total);
      }
    }

    private boolean pinned() {
      return wanted.checksum().isPresent();
    }

    private void pour(Web.Answer answer, OptionalLong stated) throws IOException {
      long done = answer.start();
      long total = wanted.bytes().orElse(stated.orElse(0));
      try (StallGuard guard = new StallGuard(answer.body(), patience.stallAfterMs());
          OutputStream out = partial.append()) {
        byte[] buffer = new byte[BUFFER_BYTES];
        progress.bytes(wanted.name(), done, total);
        for (int got; (got = guard.read(buffer)) >= 0; ) {
          done += got;
          if (done > wanted.mostBytes()) {
            break;
          }
          out.write(buffer, 0, got);
          progress.bytes(wanted.name(), done, total);
        }
      }
      if (done > wanted.mostBytes()) {
        partial.delete();
        throw new FinalFailure("more than the expected " + wanted.mostBytes() + " bytes came");
      }
      if (done < total) {
        throw new IOException("ended after " + done + " of " + total + " bytes");
      }
    }
  }

  private static void pause(long ms) throws InterruptedIOException {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted between two attempts");
    }
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
    boolean ours = failure instanceof FinalFailure || failure.getClass() == IOException.class;
    return ours ? String.valueOf(failure.getMessage()) : kind + ": " + failure.getMessage();
  }
}
