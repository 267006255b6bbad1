package idunno.core.jobs;

import idunno.core.base.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * How a job's queries are cut in batches: its range as it was submitted, then, numbered on, what is
 * run again. The cut depends on nothing but the job's record and its rounds, whoever runs them.
 */
public final class Cut {
  private final JobSpec spec;
  private final List<Round> again;
  private final long[] sizes;
  private final int batches;

  /**
   * A cut.
   *
   * @param again what is or was run again, oldest first
   */
  public Cut(JobSpec spec, List<Round> again) {
    this.spec = spec;
    this.again = List.copyOf(again);
    this.sizes = again.stream().mapToLong(round -> round.queries().size()).toArray();
    this.batches =
        again.isEmpty()
            ? spec.batches()
            : Math.toIntExact(
                again.getLast().firstBatch()
                    + (sizes[sizes.length - 1] + spec.batchSize() - 1) / spec.batchSize());
  }

  /** The cut with one more round. */
  Cut and(Round round) {
    List<Round> more = new ArrayList<>(again);
    more.add(round);
    return new Cut(spec, more);
  }

  /** What is or was run again, oldest first. */
  public List<Round> again() {
    return again;
  }

  /** How many batches there are in all; the next one would have this number. */
  public int batches() {
    return batches;
  }

  /** The first batch that may still be wanted: nothing before it is run any more. */
  public int firstOpen() {
    return again.isEmpty() ? 0 : again.getLast().firstBatch();
  }

  /** The place in {@link #again} of the round that a batch is of; -1 for the range as submitted. */
  private int roundOf(int batch) {
    int round = again.size() - 1;
    while (round >= 0 && again.get(round).firstBatch() > batch) {
      round--;
    }
    return round;
  }

  /** The queries of one batch. */
  public Queries queriesOf(int batch) {
    int round = roundOf(batch);
    if (round < 0) {
      return Queries.of(spec.queriesOf(batch));
    }
    long skipped = (long) (batch - again.get(round).firstBatch()) * spec.batchSize();
    return again.get(round).queries().slice(skipped, spec.batchSize());
  }

  /** How many queries one batch has. */
  public int sizeOf(int batch) {
    int round = roundOf(batch);
    if (round < 0) {
      return spec.sizeOf(batch);
    }
    long skipped = (long) (batch - again.get(round).firstBatch()) * spec.batchSize();
    return (int) Math.min(spec.batchSize(), sizes[round] - skipped);
  }

  /** Where all queries of one batch lie; others may lie between those that are run again. */
  public Range spanOf(int batch) {
    return queriesOf(batch).span();
  }
}
