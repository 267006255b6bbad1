package idunno.node.shell;

import idunno.core.base.NodeName;
import idunno.core.files.DiskReport;
import idunno.core.files.Scrub.Round;
import idunno.node.api.FsckView;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Waits until nodes have read all of their replicas. */
final class ScrubWait {
  private static final long LOOK_EVERY_MS = 500;

  /** A node that is busy, or starts again, may fail to answer now and then. */
  private static final int SILENT_LOOKS = 20;

  private final Call call;
  private final NavigableMap<NodeName, Long> rounds;
  private final NavigableMap<NodeName, Integer> silentLooks = new TreeMap<>();
  private boolean allHaveEnded = true;

  /**
   * Rounds to wait for.
   *
   * @param rounds each node's; taken over
   */
  ScrubWait(Call call, NavigableMap<NodeName, Long> rounds) {
    this.call = call;
    this.rounds = rounds;
  }

  /** Waits; {@return false if a node fell silent for good} */
  boolean untilAllHaveEnded() throws IOException {
    try (ProgressLine progress = call.bytes("scrub")) {
      while (true) {
        Look look = new Look();
        call.client().disks(look::take);
        if (!look.goesOn) {
          return allHaveEnded;
        }
        progress.moved(look.doneBytes, look.totalBytes);
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for scrubs");
    }
  }

  /** One look at how far all are. */
  private final class Look {
    private long doneBytes;
    private long totalBytes;
    private boolean goesOn;

    void take(FsckView line) {
      switch (line) {
        case FsckView.NodeDisk one -> {
          Long round = rounds.get(one.node());
          if (round != null) {
            silentLooks.remove(one.node());
            count(one.disk(), round);
          }
        }
        case FsckView.Silence silence -> {
          if (rounds.containsKey(silence.node())) {
            wonderAt(silence);
          }
        }
        case FsckView.Verdict ignored -> {}
        case FsckView.Troubled ignored -> {}
        case FsckView.More ignored -> {}
        case FsckView.ScrubBegun ignored -> {}
      }
    }

    private void count(DiskReport disk, long round) {
      boolean ended = disk.scrub().last().filter(last -> last.number() >= round).isPresent();
      goesOn |= !ended;
      totalBytes += disk.usedBytes();
      doneBytes += ended ? disk.usedBytes() : disk.scrub().running().map(Round::bytes).orElse(0L);
    }

    private void wonderAt(FsckView.Silence silence) {
      if (silentLooks.merge(silence.node(), 1, Integer::sum) < SILENT_LOOKS) {
        goesOn = true;
        return;
      }
      rounds.remove(silence.node());
      allHaveEnded = false;
      call.remark(silence.node() + " is not waited for: " + Style.foreign(silence.reason()));
    }
  }
}
