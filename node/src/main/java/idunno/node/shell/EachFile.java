package idunno.node.shell;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Does something to each of many files, some at once; what fails is named and the rest goes on. */
final class EachFile {
  private static final int FAILURES_NAMED = 1_000;

  private final Call call;
  private final String what;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /** What is done to one of them. */
  @FunctionalInterface
  interface Deed {
    /** Does it. */
    void to(Spool.Entry file) throws IOException;
  }

  /** How many it was done to, and how many it failed with. */
  record Outcome(long done, long failed) {}

  private EachFile(Call call, String what) {
    this.call = call;
    this.what = what;
  }

  /**
   * Does it to all.
   *
   * @param what the word in front of the names of those that it fails with
   * @throws IOException if the names can't be read any more, or the thread is interrupted
   */
  static Outcome run(Call call, String what, Spool names, int atOnce, Deed deed)
      throws IOException {
    EachFile all = new EachFile(call, what);
    AtomicLong unread = new AtomicLong();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < atOnce; i++) {
        threads.execute(
            () -> {
              try {
                all.loop(names, deed);
              } catch (IOException e) {
                unread.incrementAndGet();
              }
            });
      }
      threads.shutdown();
      try {
        while (!threads.awaitTermination(1, TimeUnit.HOURS)) {
          // However long it takes.
        }
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    if (unread.get() > 0) {
      throw new IOException(what + ": the list of names in the temporary folder can't be read");
    }
    return new Outcome(all.done.get(), all.failed.get());
  }

  private void loop(Spool names, Deed deed) throws IOException {
    for (Optional<Spool.Entry> one = names.next(); one.isPresent(); one = names.next()) {
      try {
        deed.to(one.get());
        done.incrementAndGet();
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        failed(one.get(), e);
      }
    }
  }

  private void failed(Spool.Entry file, IOException e) {
    long count = failed.incrementAndGet();
    if (count <= FAILURES_NAMED) {
      String why = String.valueOf(e.getMessage());
      call.remark(Style.foreign("%s %s: %s".formatted(what, file.name(), why)));
    } else if (count == FAILURES_NAMED + 1) {
      call.remark(what + ": more failed, which are counted only");
    }
  }
}
