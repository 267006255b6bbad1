package idunno.node.shell.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Range;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.coordinator.Report.Retried;
import idunno.core.coordinator.Report.Running;
import idunno.core.jobs.BatchRecord;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Queries;
import idunno.core.jobs.Round;
import idunno.core.membership.MemberState;
import idunno.node.shell.figures.Distribution.Share;
import idunno.node.shell.figures.Distribution.ShareState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void ratesCountEachJobAndAddUpOverAModel() {
    Rates rates = Rates.of(Reports.busy());
    Rates.JobRate second = rates.jobs().get(1);
    assertEquals(new JobId(2), second.job());
    assertEquals(8, second.rate());
    assertEquals(4, second.ratePerWeight());
    assertEquals(20, second.finished());
    assertEquals(40, second.asked());
    assertEquals(0.1, second.failureShare());
    assertEquals(
        List.of("alexnet", "resnet50"),
        rates.models().stream().map(m -> m.model().value()).toList());
    Rates.ModelRate alexnet = rates.models().getFirst();
    assertEquals(2, alexnet.jobs());
    assertEquals(8, alexnet.rate());
    assertEquals(30, alexnet.finished());
    assertEquals(80, alexnet.asked());
    assertEquals(2, alexnet.failures());
  }

  @Test
  void fairnessComparesRatesPerWeightOfRunningJobs() {
    Rates.Fairness fairness = Rates.of(Reports.busy()).fairness().orElseThrow();
    assertEquals(2, fairness.jobs());
    // Rates per weight are 4 and 3; Jain's index is 49 / (2 * 25).
    assertEquals(25, fairness.gapPercent().orElseThrow(), 1e-9);
    assertEquals(0.98, fairness.jain().orElseThrow(), 1e-9);
    // Of the machines' time they have 8/11 and 3/11, per weight 4/11 and 3/11.
    assertEquals(25, fairness.timeGapPercent().orElseThrow(), 1e-9);
    assertEquals(0.98, fairness.timeJain().orElseThrow(), 1e-9);
  }

  @Test
  void aJobsShareOfTheMachinesIsOfTheTimeThatRunningJobsTook() {
    Rates rates = Rates.of(Reports.busy());
    assertEquals(
        List.of(0.0, 8 / 11.0, 3 / 11.0),
        rates.jobs().stream().map(Rates.JobRate::machineShare).toList());
    assertEquals(8 / 11.0, rates.models().getFirst().machineShare(), 1e-9);
  }

  @Test
  void oneJobAloneHasNothingToBeComparedWith() {
    assertEquals(Optional.empty(), Rates.of(Reports.report()).fairness());
    assertEquals(
        Optional.empty(), Rates.of(Reports.report(Reports.busy().jobs().get(1))).fairness());
  }

  @Test
  void jobsThatAllStandStillHaveNoGap() {
    Rates rates =
        Rates.of(
            Reports.report(
                Reports.job(
                    Reports.spec(1, "a", 0, 9, 1),
                    JobState.RUNNING,
                    0,
                    0,
                    List.of(),
                    List.of(),
                    List.of()),
                Reports.job(
                    Reports.spec(2, "b", 0, 9, 1),
                    JobState.RUNNING,
                    0,
                    0,
                    List.of(),
                    List.of(),
                    List.of())));
    assertEquals(
        Optional.of(
            new Rates.Fairness(
                2, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty())),
        rates.fairness());
    assertEquals(0, rates.jobs().getFirst().failureShare());
  }

  @Test
  void timesOfAModelAreTheMeasuredTimesOfItsJobsTogether() {
    Times times = Times.of(Reports.busy());
    assertEquals(3, times.jobs().size());
    assertEquals(2, times.jobs().getFirst().times().meanMs(), 1e-9);
    Times.ModelTimes alexnet = times.models().getFirst();
    assertEquals(2, alexnet.jobs());
    assertEquals(4, alexnet.times().count());
    assertEquals(4, alexnet.times().meanMs(), 1e-9);
    // Of 1, 3, 5 and 7 ms the variance is 5.
    assertEquals(Math.sqrt(5), alexnet.times().deviationMs(), 1e-9);
    assertEquals(3, alexnet.times().medianMs(), 0.05);
    assertEquals(7, alexnet.times().p99Ms(), 0.12);
    assertEquals(40, times.models().getLast().times().medianMs(), 0.7);
  }

  @Test
  void machinesShowWhatTheyRunAndWhatTheyHaveNext() {
    Machines machines = Machines.of(Reports.busy());
    assertEquals(
        List.of(Reports.N1, Reports.N2),
        machines.machines().stream().map(Machines.Machine::node).toList());
    assertEquals(MemberState.SUSPECT, machines.machines().getLast().state());
    List<Machines.Batch> first = machines.machines().getFirst().batches();
    assertEquals(new Range(20, 29), first.getFirst().queries());
    assertTrue(first.getFirst().running());
    assertEquals(false, first.getLast().running());
    assertEquals(
        List.of("2 [n1]", "3 [n2]"),
        machines.jobs().stream().map(job -> job.job() + " " + job.machines()).toList());
  }

  @Test
  void aDistributionCoversTheWholeRangeInOrder() {
    List<Distribution> jobs = Distribution.of(Reports.busy());
    Distribution running = jobs.get(2);
    assertEquals(
        List.of("0-9 DONE", "10-19 RUNNING", "20-99 QUEUED"),
        running.shares().stream().map(FiguresTest::text).toList());
    assertEquals(
        List.of("5-14 DROPPED", "15-24 DONE", "25-44 DROPPED"),
        jobs.getFirst().shares().stream().map(FiguresTest::text).toList());
    assertEquals(
        List.of("0-9 DONE", "10-19 DONE", "20-29 RUNNING", "30-39 WAITING"),
        jobs.get(1).shares().stream().map(FiguresTest::text).toList());
    Share done = jobs.get(1).shares().get(1);
    assertEquals(
        new Share(
            Optional.of(Reports.N2),
            new Range(10, 19),
            10,
            ShareState.DONE,
            Optional.of(4_000L),
            Optional.of(9_000L),
            2),
        done);
  }

  @Test
  void whatIsRunAgainComesBehindTheRangeThatItIsOf() {
    JobReport once =
        Reports.job(
            Reports.spec(1, "a", 0, 29, 1),
            JobState.RUNNING,
            0,
            0,
            List.of(),
            List.of(new Running(4, new Range(20, 29), 10, Reports.N2, true, 50_000)),
            List.of(
                new BatchRecord(0, Reports.N1, 4_000, 9_000, 9_100, 10, 2),
                new BatchRecord(1, Reports.N1, 4_000, 9_000, 9_100, 10, 0)));
    Queries again = new Queries(List.of(new Range(3, 3), new Range(8, 8), new Range(20, 29)));
    JobReport twice =
        new JobReport(
            once.spec(),
            once.state(),
            once.finished(),
            once.failures(),
            once.rate(),
            once.times(),
            once.histograms(),
            once.machineMs(),
            once.duplicates(),
            once.endedMs(),
            List.of(new Retried(12, 40_000)),
            List.of(new Round(3, again, 2, 40_000)),
            once.running(),
            once.batches());
    assertEquals(
        List.of("0-9 DONE", "10-19 DONE", "3-27 QUEUED", "20-29 RUNNING"),
        Distribution.of(Reports.report(twice)).getFirst().shares().stream()
            .map(FiguresTest::text)
            .toList());
    assertEquals(
        List.of(10L, 10L, 10L, 10L),
        Distribution.of(Reports.report(twice)).getFirst().shares().stream()
            .map(Share::count)
            .toList(),
        "of 3 to 27 there are but ten");
    assertEquals(40_000, twice.beganMs());
  }

  private static String text(Share share) {
    return share.queries().start() + "-" + share.queries().end() + " " + share.state();
  }
}
