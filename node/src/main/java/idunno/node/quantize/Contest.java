package idunno.node.quantize;

import idunno.node.inference.BatchRunner;
import idunno.node.inference.FailedRun;
import idunno.node.inference.PictureSource;
import idunno.node.inference.PictureUnavailable;
import idunno.node.inference.QueryOutcome;
import idunno.node.inference.WarmModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs whole models, from the pictures' files to guesses, and compares what they say. */
final class Contest {
  /** Pictures in a slice: long enough to be timed, short enough for many changes of sides. */
  private static final int SLICE = 8;

  private final Progress progress;

  Contest(Progress progress) {
    this.progress = progress;
  }

  /** What came of a contest: how far the two agree, and how many times faster the second is. */
  record Outcome(Agreement agreement, double speedUp) {}

  /** All outcomes of one model, by slices on several threads. */
  List<QueryOutcome> answers(
      WarmModel model, List<? extends PictureSource> pictures, int threads, String what)
      throws FailedRun, IOException, InterruptedException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<List<QueryOutcome>>> slices = new ArrayList<>();
      for (int from = 0; from < pictures.size(); from += SLICE) {
        List<PictureSource> slice = slice(pictures, from);
        slices.add(pool.submit(() -> BatchRunner.run(model, slice)));
      }
      List<QueryOutcome> all = new ArrayList<>();
      try {
        for (Future<List<QueryOutcome>> slice : slices) {
          progress.at(what, all.size(), pictures.size());
          all.addAll(slice.get());
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof FailedRun failed) {
          throw failed;
        }
        if (e.getCause() instanceof PictureUnavailable lost) {
          throw new IOException(lost.getMessage(), lost);
        }
        throw new IllegalStateException(e.getCause());
      } finally {
        pool.shutdownNow();
      }
      progress.at(what, pictures.size(), pictures.size());
      return all;
    }
  }

  /** Both models on this thread, slice by slice in turn, so that other load hits both alike. */
  Outcome run(WarmModel exact, WarmModel rounded, List<? extends PictureSource> pictures)
      throws FailedRun, IOException, InterruptedException {
    Agreement agreement = Agreement.NONE;
    List<Double> ratios = new ArrayList<>();
    try {
      for (int from = 0; from < pictures.size(); from += SLICE) {
        progress.at("comparing", from, pictures.size());
        List<PictureSource> slice = slice(pictures, from);
        long started = System.nanoTime();
        List<QueryOutcome> wanted = BatchRunner.run(exact, slice);
        long between = System.nanoTime();
        List<QueryOutcome> found = BatchRunner.run(rounded, slice);
        ratios.add((double) (between - started) / (System.nanoTime() - between));
        agreement = agreement.and(Agreement.of(wanted, found));
      }
    } catch (PictureUnavailable e) {
      throw new IOException(e.getMessage(), e);
    }
    progress.at("comparing", pictures.size(), pictures.size());
    ratios.sort(null);
    return new Outcome(agreement, ratios.isEmpty() ? 0 : ratios.get(ratios.size() / 2));
  }

  private static List<PictureSource> slice(List<? extends PictureSource> pictures, int from) {
    return List.copyOf(pictures.subList(from, Math.min(from + SLICE, pictures.size())));
  }
}
