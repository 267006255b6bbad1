package idunno.core.jobs;

import idunno.core.files.FileName;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All jobs that the cluster knows. Changed only by the state machine. */
public final class JobTable {
  private final NavigableMap<JobId, Progress> jobs = new TreeMap<>();
  private long submitted;
  private @Nullable FileName lastDataset;
  private Fairness fairness = Fairness.RATE;

  /**
   * The table as a value, for snapshots.
   *
   * @param jobs every job
   * @param submitted how many jobs were ever submitted
   * @param lastDataset the dataset last used, if any
   * @param fairness what running jobs get equal amounts of, if it was ever set
   */
  public record Recorded(
      List<Progress.Recorded> jobs,
      long submitted,
      Optional<FileName> lastDataset,
      Optional<Fairness> fairness) {}

  /** The id that the next job gets. */
  public JobId nextId() {
    return new JobId(submitted + 1);
  }

  /** Adds a job under {@link #nextId()}. */
  public void submit(JobSpec spec, List<Input> inputs) {
    submitted = spec.id().value();
    lastDataset = spec.dataset();
    jobs.put(spec.id(), new Progress(spec, inputs));
  }

  /** Takes a result; false for one that was committed before, or of a job that isn't running. */
  public boolean complete(BatchResult result, long atMs) {
    Progress job = jobs.get(result.key().job());
    return job != null && job.complete(result, atMs);
  }

  /** Ends a job and returns the inputs that it had pinned. */
  public List<Input> end(JobId id, JobState last, long atMs) {
    Progress job = jobs.get(id);
    return job == null ? List.of() : job.end(last, atMs);
  }

  /** One job. */
  public Optional<Progress> get(JobId id) {
    return Optional.ofNullable(jobs.get(id));
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

  /** This table as a value. */
  public Recorded toRecorded() {
    return new Recorded(
        jobs.values().stream().map(Progress::toRecorded).toList(),
        submitted,
        lastDataset(),
        Optional.of(fairness));
  }

  /** The table that a value was taken of. */
  public static JobTable of(Recorded recorded) {
    JobTable table = new JobTable();
    recorded.jobs().forEach(job -> table.jobs.put(job.spec().id(), new Progress(job)));
    table.submitted = recorded.submitted();
    table.lastDataset = recorded.lastDataset().orElse(null);
    table.fairness = recorded.fairness().orElse(Fairness.RATE);
    return table;
  }
}
