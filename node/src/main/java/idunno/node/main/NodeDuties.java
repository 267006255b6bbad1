package idunno.node.main;

import idunno.core.base.NodeId;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.Input;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.worker.Assignment;
import idunno.core.worker.Beat;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.files.FileStore;
import idunno.node.inference.BatchRunner;
import idunno.node.inference.Halt;
import idunno.node.inference.PictureSource;
import idunno.node.inference.QueryOutcome;
import idunno.node.inference.WarmModels;
import idunno.node.logs.NodeLog;
import idunno.node.pictures.PixelCache;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import idunno.node.worker.Duties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the worker's loop has done: beats to the coordinator, batches by ONNX Runtime. */
final class NodeDuties implements Duties {
  private static final Duration BEAT_WITHIN = Duration.ofMillis(1_500);

  private final Compass compass;
  private final Peers peers;
  private final CoordinatorLoop coordinator;
  private final Admission admission;
  private final StoredPictures stored;
  private final Warmer warmer;
  private final PixelCache cache;
  private final NodeLog log;

  NodeDuties(
      Compass compass,
      Peers peers,
      CoordinatorLoop coordinator,
      Admission admission,
      FileStore files,
      Warmer warmer,
      PixelCache cache,
      NodeLog log) {
    this.compass = compass;
    this.peers = peers;
    this.coordinator = coordinator;
    this.admission = admission;
    this.stored = new StoredPictures(files);
    this.warmer = warmer;
    this.cache = cache;
    this.log = log;
  }

  @Override
  public Beat.Answer beat(Beat beat) throws IOException, InterruptedException {
    if (coordinator.leads()) {
      try {
        return coordinator.beat(beat);
      } catch (CoordinatorLoop.NotCoordinator e) {
        throw new IOException(e);
      }
    }
    return peers
        .expect(
            compass.coordinatorPeer(),
            new PeerRequest.WorkerBeat(beat),
            PeerReply.BeatAnswered.class,
            BEAT_WITHIN)
        .answer();
  }

  @Override
  public Run prepare(Assignment assignment, long waitedMs) {
    Halt halt = new Halt();
    return new Run() {
      @Override
      public Outcome call() throws Exception {
        return run(assignment, waitedMs * 1_000, halt);
      }

      @Override
      public void stop() {
        halt.ask();
      }
    };
  }

  private Outcome run(Assignment assignment, long waitedMicros, Halt halt) throws Exception {
    List<PictureSource> pictures = new ArrayList<>();
    for (Input input : assignment.inputs()) {
      pictures.add(stored.of(input.version()));
    }
    List<QueryResult> results = new ArrayList<>();
    List<Timing> timings = new ArrayList<>();
    try (WarmModels.Use use = warmer.use(assignment.model())) {
      for (QueryOutcome outcome : BatchRunner.run(use.model(), pictures, cache, halt)) {
        results.add(outcome.result());
        timings.add(outcome.timing().after(waitedMicros));
      }
    }
    return new Outcome(results, timings);
  }

  @Override
  public Beat.ModelMemory memory() {
    return warmer.memory();
  }

  @Override
  public NodeId readmit() throws IOException, InterruptedException {
    NodeId id = admission.admit();
    log.rename(id.toString());
    log.write("readmitted", "node", id);
    return id;
  }

  @Override
  public void started(Assignment assignment) {
    log.write(
        "batch-started",
        "batch",
        assignment.key(),
        "model",
        assignment.model(),
        "queries",
        assignment.queries());
  }

  @Override
  public void finished(Assignment assignment, Outcome outcome, long tookMs) {
    long failed = outcome.results().stream().filter(QueryResult.Failed.class::isInstance).count();
    log.write(
        "batch-ended",
        "batch",
        assignment.key(),
        "queries",
        outcome.results().size(),
        "failed",
        failed,
        "tookMs",
        tookMs);
  }

  @Override
  public void gaveBack(BatchKey batch, String reason) {
    log.write("batch-given-back", "batch", batch, "reason", reason);
  }

  @Override
  public void stopped(BatchKey batch) {
    log.write("batch-stopped", "batch", batch, "why", "nobody wants it any more");
  }
}
