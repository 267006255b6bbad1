package idunno.core.coordinator;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.FairTime;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.JobTable;
import idunno.core.jobs.Progress;
import idunno.core.worker.Assignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which batch runs next, and who has which.
 *
 * <p>{@link FairTime} says which job is served next; here its lowest-numbered batch that nobody has
 * is found, first among those that came back, then among those never given out.
 *
 * <p>All of it is soft state: a new coordinator learns who has which batch from the workers' beats,
 * and what is done from the cluster's state.
 */
final class Dispatcher {
  /** A batch that nobody could run is given out this many times before its queries fail. */
  static final int MAX_ATTEMPTS = 3;

  private final FairTime fairTime = new FairTime();
  private final NavigableMap<JobId, Desk> desks = new TreeMap<>();
  private final NavigableMap<BatchKey, Given> given = new TreeMap<>();
  private final NavigableSet<BatchKey> proposed = new TreeSet<>();
  private final NavigableMap<BatchKey, Refusals> refusals = new TreeMap<>();

  /** What is left to give out of one job. */
  private static final class Desk {
    private final NavigableSet<Integer> returned = new TreeSet<>();
    private int cursor;
  }

  /**
   * A batch in somebody's hands.
   *
   * @param node whose
   * @param beat the number of the beat in whose answer it was given
   * @param running whether it runs, as far as is known
   * @param sinceMs since when it runs or waits, milliseconds since 1970
   */
  record Given(NodeId node, long beat, boolean running, long sinceMs) {}

  private static final class Refusals {
    private final NavigableSet<NodeName> by = new TreeSet<>();
    private int count;
  }

  /** Learns of new jobs, and forgets those that have ended. */
  void follow(JobTable jobs) {
    for (Progress job : jobs.all()) {
      JobId id = job.spec().id();
      if (job.state() == JobState.RUNNING && !desks.containsKey(id)) {
        desks.put(id, new Desk());
        fairTime.join(id);
      }
    }
    for (JobId id : List.copyOf(desks.keySet())) {
      if (jobs.get(id).filter(job -> job.state() == JobState.RUNNING).isEmpty()) {
        desks.remove(id);
        fairTime.leave(id);
        given.keySet().removeIf(key -> key.job().equals(id));
        proposed.removeIf(key -> key.job().equals(id));
        refusals.keySet().removeIf(key -> key.job().equals(id));
      }
    }
  }

  /**
   * The next batch for a node, taken from the job that is furthest behind; empty if none is left.
   */
  Optional<Assignment> next(
      JobTable jobs, NodeId node, long beat, Collection<NodeName> runners, long nowMs) {
    Optional<JobId> job = fairTime.next(id -> find(jobs, id, node.name(), runners).isPresent());
    if (job.isEmpty()) {
      return Optional.empty();
    }
    Progress progress = jobs.get(job.get()).orElseThrow();
    int batch = find(jobs, job.get(), node.name(), runners).orElseThrow();
    BatchKey key = new BatchKey(job.get(), batch);
    desk(job.get()).returned.remove(batch);
    given.put(key, new Given(node, beat, false, nowMs));
    fairTime.served(job.get(), progress.spec().sizeOf(batch), progress.spec().weight());
    return Optional.of(
        new Assignment(
            key,
            progress.spec().model(),
            progress.spec().queriesOf(batch),
            progress.inputsOf(batch)));
  }

  private Optional<Integer> find(
      JobTable jobs, JobId id, NodeName node, Collection<NodeName> runners) {
    Progress job = jobs.get(id).orElseThrow();
    Desk desk = desk(id);
    desk.returned.removeIf(batch -> !isFree(job, batch));
    for (int batch : desk.returned) {
      if (mayRun(new BatchKey(id, batch), node, runners)) {
        return Optional.of(batch);
      }
    }
    desk.cursor = job.nextUndone(desk.cursor);
    while (desk.cursor < job.spec().batches()
        && (!isFree(job, desk.cursor) || desk.returned.contains(desk.cursor))) {
      desk.cursor = job.nextUndone(desk.cursor + 1);
    }
    return desk.cursor < job.spec().batches() ? Optional.of(desk.cursor) : Optional.empty();
  }

  private boolean isFree(Progress job, int batch) {
    BatchKey key = new BatchKey(job.spec().id(), batch);
    return !job.isDone(batch) && !given.containsKey(key) && !proposed.contains(key);
  }

  /** A node that couldn't run a batch gets it again only when no other is left to try. */
  private boolean mayRun(BatchKey key, NodeName node, Collection<NodeName> runners) {
    Refusals refused = refusals.get(key);
    return refused == null || !refused.by.contains(node) || refused.by.containsAll(runners);
  }

  private Desk desk(JobId id) {
    return desks.computeIfAbsent(id, ignored -> new Desk());
  }

  /** A worker says that it has the batch. False if another has it already. */
  boolean holds(BatchKey key, Given claim) {
    Given now = given.get(key);
    if (now != null && !now.node().equals(claim.node())) {
      return false;
    }
    given.put(key, claim);
    return true;
  }

  /** Whether the batch is in that node's hands. */
  boolean isGivenTo(BatchKey key, NodeId node) {
    Given now = given.get(key);
    return now != null && now.node().equals(node);
  }

  /** The batches that a node was given in answers before {@code beat}. */
  List<BatchKey> givenTo(NodeId node, long beat) {
    List<BatchKey> keys = new ArrayList<>();
    given.forEach(
        (key, one) -> {
          if (one.node().equals(node) && one.beat() < beat) {
            keys.add(key);
          }
        });
    return keys;
  }

  /** The batch is in that node's hands no longer; someone else may have it. */
  void takeBack(JobTable jobs, BatchKey key, NodeId node) {
    Given was = given.get(key);
    if (was == null || !was.node().equals(node)) {
      return;
    }
    given.remove(key);
    jobs.get(key.job())
        .filter(job -> job.state() == JobState.RUNNING && !job.isDone(key.number()))
        .ifPresent(
            job -> {
              desk(key.job()).returned.add(key.number());
              fairTime.returned(key.job(), job.spec().sizeOf(key.number()), job.spec().weight());
            });
  }

  /**
   * The node couldn't run the batch.
   *
   * @param runners the nodes that can be asked to run a batch
   * @return whether the batch has been tried often enough, by every one of them
   */
  boolean refused(BatchKey key, NodeName node, Collection<NodeName> runners) {
    Refusals refused = refusals.computeIfAbsent(key, ignored -> new Refusals());
    refused.by.add(node);
    refused.count++;
    return refused.count >= MAX_ATTEMPTS && refused.by.containsAll(runners);
  }

  /** Results of the batch are put forward; false if they are already. */
  boolean propose(BatchKey key) {
    given.remove(key);
    return proposed.add(key);
  }

  /** What became of the proposal isn't known: if the worker reports again, propose again. */
  void unsettle(JobTable jobs, BatchKey key) {
    if (proposed.remove(key)) {
      jobs.get(key.job())
          .filter(job -> job.state() == JobState.RUNNING && !job.isDone(key.number()))
          .ifPresent(job -> desk(key.job()).returned.add(key.number()));
    }
  }

  /** Who has which batch now, by batch. */
  NavigableMap<BatchKey, Given> given() {
    return new TreeMap<>(given);
  }
}
