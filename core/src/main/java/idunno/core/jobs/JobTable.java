package idunno.core.jobs;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All jobs that the cluster knows. Changed only by the state machine. */
public final class JobTable {
  /** Of the jobs that have ended so many are remembered: those that ended last. */
  public static final int MOST_ENDED = 500;

  /** They keep so many things in all, or the one that ended last as many as it has: some 30 MB. */
  static final long MOST_KEPT = 250_000;

  /**
   * In the order of their numbers, for so they come; by hash, since each batch of each beat asks.
   */
  private final Map<JobId, Progress> jobs = new LinkedHashMap<>();

  private long submitted;
  private @Nullable FileName lastDataset;
  private Fairness fairness = Fairness.RATE;
  private Phase phase = Phase.INFERENCE;

  /**
   * The table as a value, for snapshots.
   *
   * @param jobs every job
   * @param submitted how many jobs were ever submitted
   * @param lastDataset the dataset last used, if any
   * @param fairness what running jobs get equal amounts of
   * @param phase what the workers do
   */
  public record Recorded(
      List<Progress.Recorded> jobs,
      long submitted,
      Optional<FileName> lastDataset,
      Optional<Fairness> fairness,
      Optional<Phase> phase) {}

  /** The id that the next job gets. */
  public JobId nextId() {
    return new JobId(submitted + 1);
  }

  /** Adds a job under {@link #nextId()}. */
  public void submit(JobSpec spec, List<Input> inputs) {
    submitted = spec.id().value();
    lastDataset = spec.dataset();
    jobs.put(
        spec.id(), new Progress(spec, inputs, waits(spec) ? JobState.QUEUED : JobState.RUNNING));
  }

  private boolean waits(JobSpec spec) {
    return spec.conditions()
        .after()
        .flatMap(this::get)
        .filter(job -> !job.state().isEnd())
        .isPresent();
  }

  /** Takes a result; false for one that was committed before, or of a job that isn't running. */
  public boolean complete(BatchResult result, long atMs) {
    Progress job = jobs.get(result.key().job());
    return job != null && job.complete(result, atMs);
  }

  /**
   * Ends a job and returns the versions that it had pinned. Jobs that ended long ago are forgotten
   * by it: a cluster that runs for years has no room for each of them. Their result files stay.
   */
  public List<FileVersion> end(JobId id, JobState last, long atMs) {
    Progress job = jobs.get(id);
    if (job == null) {
      return List.of();
    }
    List<FileVersion> pinned = job.end(last, atMs);
    for (Progress other : jobs.values()) {
      if (other.state() == JobState.QUEUED && !waits(other.spec())) {
        other.turn(JobState.RUNNING);
      }
    }
    forgetOldest();
    return pinned;
  }

  private void forgetOldest() {
    List<Progress> ended =
        jobs.values().stream()
            .filter(job -> job.state().isEnd())
            .sorted(
                Comparator.comparingLong(Progress::endedMs)
                    .thenComparing(job -> job.spec().id())
                    .reversed())
            .toList();
    long kept = 0;
    for (int i = 0; i < ended.size(); i++) {
      kept += ended.get(i).kept();
      if (i >= MOST_ENDED || (i > 0 && kept > MOST_KEPT)) {
        jobs.remove(ended.get(i).spec().id());
      }
    }
  }

  /** Has a running or queued job rest; false for any other. */
  public boolean pause(JobId id) {
    return turn(id, JobState.PAUSED, JobState.RUNNING, JobState.QUEUED);
  }

  /** Has a resting job go on, or wait on for the one before it; false for any other. */
  public boolean resume(JobId id) {
    boolean waits = get(id).filter(job -> waits(job.spec())).isPresent();
    return turn(id, waits ? JobState.QUEUED : JobState.RUNNING, JobState.PAUSED);
  }

  private boolean turn(JobId id, JobState to, JobState... from) {
    Optional<Progress> job = get(id).filter(one -> List.of(from).contains(one.state()));
    job.ifPresent(one -> one.turn(to));
    return job.isPresent();
  }

  /** One job. */
  public Optional<Progress> get(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** Whether a job of that number ever was; it may be forgotten. */
  public boolean everHad(JobId id) {
    return id.value() <= submitted;
  }

  /** Says why {@link #get} has no job of that number. */
  public String whyUnknown(JobId id) {
    return everHad(id)
        ? "job "
            + id
            + " ended long ago and is forgotten; if it was done its results are in "
            + JobSpec.resultFile(id)
        : "there is no job " + id + "; 'jobs' lists them";
  }

  /** All jobs, oldest first. */
  public Collection<Progress> all() {
    return Collections.unmodifiableCollection(jobs.values());
  }

  /** The dataset that was used last. */
  public Optional<FileName> lastDataset() {
    return Optional.ofNullable(lastDataset);
  }

  /** A folder upload counts as use. */
  public void usedDataset(FileName dataset) {
    lastDataset = dataset;
  }

  /** What running jobs get equal amounts of. */
  public Fairness fairness() {
    return fairness;
  }

  /** Sets what running jobs get equal amounts of, from now on. */
  public void share(Fairness by) {
    fairness = by;
  }

  /** What the workers do. */
  public Phase phase() {
    return phase;
  }

  /** Has the workers do something else. */
  public void enter(Phase next) {
    phase = next;
  }

  /** This table as a value. */
  public Recorded toRecorded() {
    return new Recorded(
        jobs.values().stream().map(Progress::toRecorded).toList(),
        submitted,
        lastDataset(),
        Optional.of(fairness),
        Optional.of(phase));
  }

  /** The table that a value was taken of. */
  public static JobTable of(Recorded recorded) {
    JobTable table = new JobTable();
    recorded.jobs().forEach(job -> table.jobs.put(job.spec().id(), new Progress(job)));
    table.submitted = recorded.submitted();
    table.lastDataset = recorded.lastDataset().orElse(null);
    table.fairness = recorded.fairness().orElse(Fairness.RATE);
    table.phase = recorded.phase().orElse(Phase.INFERENCE);
    return table;
  }
}
