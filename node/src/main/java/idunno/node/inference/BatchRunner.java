package idunno.node.inference;

import ai.onnxruntime.OrtException;
import idunno.core.jobs.Guess;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.node.pictures.BrokenPicture;
import idunno.node.pictures.PixelCache;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs one batch: fetches, decodes and classifies its pictures in order, on the calling thread.
 *
 * <p>A batch is cut into slices by position, {@link WarmModel#picturesPerRun} at a time, and a
 * slice is one run of the network; memory is bounded by the slice, however long the batch. A
 * picture that fails is left out of its slice's run and moves no other picture to another slice.
 * The number of pictures in a run can choose another kernel and so change the last bits of a score;
 * but it follows from the batch's pictures and the model alone, so the same batch always gives the
 * same outcomes, whoever runs it.
 */
public final class BatchRunner {
  private static final PixelCache NOTHING_KEPT = new PixelCache(0, System::nanoTime);

  private BatchRunner() {}

  /** Runs a batch that nobody will halt. */
  public static List<QueryOutcome> run(WarmModel model, List<PictureSource> pictures)
      throws PictureUnavailable, FailedRun, InterruptedException {
    return run(model, pictures, NOTHING_KEPT, new Halt());
  }

  /**
   * Runs a batch.
   *
   * @param model the model, kept open until the batch is done
   * @param pictures where the batch's pictures come from, in order
   * @param cache what was made of pictures before
   * @param halt ends it before its time
   * @return an outcome for each picture, in the same order
   * @throws PictureUnavailable if a picture could not be fetched this time: nothing is known of the
   *     batch, and it may be run again
   * @throws FailedRun if the network could not be run
   * @throws java.util.concurrent.CancellationException if it was halted
   * @throws InterruptedException if the thread is interrupted; looked at before each slice
   */
  public static List<QueryOutcome> run(
      WarmModel model, List<PictureSource> pictures, PixelCache cache, Halt halt)
      throws PictureUnavailable, FailedRun, InterruptedException {
    List<QueryOutcome> outcomes = new ArrayList<>(pictures.size());
    int perRun = model.picturesPerRun();
    try (Lane lane = model.borrow()) {
      Query[] slice = new Query[perRun];
      for (int start = 0; start < pictures.size(); start += perRun) {
        if (Thread.interrupted()) {
          throw new InterruptedException(
              "batch given up after " + start + " of " + pictures.size() + " pictures");
        }
        int length = Math.min(perRun, pictures.size() - start);
        int ready = 0;
        for (int i = 0; i < length; i++) {
          halt.check();
          slice[i] = prepare(lane, ready, start + i, pictures.get(start + i), cache);
          ready += slice[i].failure == null ? 1 : 0;
        }
        long runMicros = timeRun(lane, ready, halt);
        for (int i = 0; i < length; i++) {
          outcomes.add(outcome(model, lane, slice[i], runMicros));
        }
      }
    } catch (OrtException e) {
      halt.check();
      throw new FailedRun(
          "model " + model.card().name() + ": the network could not be run: " + e.getMessage(), e);
    }
    return outcomes;
  }

  /** A query on its way: its place in the run, or why it has none. */
  private record Query(int place, @Nullable String failure, long fetchMicros, long decodeMicros) {}

  private static Query prepare(
      Lane lane, int place, int position, PictureSource source, PixelCache cache)
      throws PictureUnavailable {
    long started = System.nanoTime();
    Optional<Object> content = source.content();
    if (content.isPresent() && lane.put(place, content.get(), cache)) {
      return new Query(place, null, 0, microsSince(started));
    }
    byte[] file;
    try {
      file = source.read();
    } catch (NoSuchFileException e) {
      // Its path is left out: it may differ from machine to machine, and the result must not.
      return new Query(-1, "missing: there is no such picture", microsSince(started), 0);
    } catch (IOException e) {
      throw new PictureUnavailable(position, e);
    }
    long fetchMicros = microsSince(started);
    long fetched = System.nanoTime();
    try {
      lane.put(place, file);
      content.ifPresent(known -> lane.keep(known, cache));
      return new Query(place, null, fetchMicros, microsSince(fetched));
    } catch (BrokenPicture e) {
      return new Query(-1, "broken: " + e.reason(), fetchMicros, microsSince(fetched));
    }
  }

  private static long timeRun(Lane lane, int ready, Halt halt) throws OrtException {
    if (ready == 0) {
      return 0;
    }
    long started = System.nanoTime();
    lane.run(ready, halt);
    return microsSince(started);
  }

  private static QueryOutcome outcome(WarmModel model, Lane lane, Query query, long runMicros) {
    if (query.failure != null) {
      return new QueryOutcome(
          new QueryResult.Failed(query.failure),
          new Timing(0, query.fetchMicros, query.decodeMicros, 0));
    }
    Timing timing = new Timing(0, query.fetchMicros, query.decodeMicros, runMicros);
    List<Guess> guesses =
        Ranking.top(lane.output(), lane.outputAt(query.place), model.card().output());
    QueryResult result =
        guesses.isEmpty()
            ? new QueryResult.Failed("the network's output for this picture is not a number")
            : new QueryResult.Classified(guesses);
    return new QueryOutcome(result, timing);
  }

  private static long microsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000;
  }
}
