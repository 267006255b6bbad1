package idunno.core.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.SampleCluster;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which jobs are remembered. */
final class JobTableTest {
  private final SampleCluster cluster = new SampleCluster().withModel();
  private long atMs = SampleCluster.AT_MS;

  private void cancel(JobSpec job) {
    assertInstanceOf(
        Reply.Done.class, cluster.apply(new Command.CancelJob(job.id(), ++atMs)), job::toString);
  }

  private List<Long> remembered() {
    return cluster.state().jobs().all().stream().map(job -> job.spec().id().value()).toList();
  }

  @Test
  void ofTheJobsThatHaveEndedTheLastToEndAreRememberedAndEveryOneThatHasNot() {
    cluster.withPhotos(1);
    JobSpec endless = cluster.submit(1, 1, 1);
    JobSpec long1 = cluster.submit(1, 1, 1);
    for (int i = 0; i < JobTable.MOST_ENDED; i++) {
      cancel(cluster.submit(1, 1, 1));
    }
    assertEquals(JobTable.MOST_ENDED + 2, remembered().size());

    cancel(long1);
    assertEquals(JobTable.MOST_ENDED + 1, remembered().size());
    assertTrue(remembered().containsAll(List.of(endless.id().value(), long1.id().value())));
    assertEquals(4, remembered().get(2), "the first to end, job 3, is forgotten");
    assertEquals(
        new Reply.Refused(
            "job 3 ended long ago and is forgotten; if it was done its results are in"
                + " results/job-3.jsonl"),
        cluster.apply(new Command.CancelJob(new JobId(3), ++atMs)));
    assertEquals(JobTable.MOST_ENDED + 3, cluster.submit(1, 1, 1).id().value());
  }

  @Test
  void aJobThatWaitsForOneThatIsForgottenWaitsNoLonger() {
    cluster.withPhotos(1);
    for (int i = 0; i <= JobTable.MOST_ENDED; i++) {
      cancel(cluster.submit(1, 1, 1));
    }
    JobId forgotten = new JobId(1);
    assertTrue(cluster.state().jobs().get(forgotten).isEmpty());
    JobSpec waiting =
        cluster.submit(1, 1, new Conditions(Optional.of(forgotten), Optional.empty()));
    assertEquals(JobState.RUNNING, cluster.state().jobs().get(waiting.id()).orElseThrow().state());
  }

  @Test
  void whatJobsKeepThatHaveEndedIsBoundedInAll() {
    int queries = (int) (JobTable.MOST_KEPT / 5);
    cluster.withPhotos(queries);
    for (int i = 0; i < 6; i++) {
      cancel(cluster.submit(queries, 400, 1));
    }
    assertEquals(List.of(2L, 3L, 4L, 5L, 6L), remembered(), "five keep as much as may be kept");
  }

  @Test
  void theJobThatEndedLastIsRememberedHoweverLong() {
    int queries = (int) JobTable.MOST_KEPT + 1;
    cluster.withPhotos(queries);
    cancel(cluster.submit(queries, 400, 1));
    assertEquals(List.of(1L), remembered());

    cancel(cluster.submit(1, 1, 1));
    assertEquals(List.of(2L), remembered());
  }
}
