package idunno.node.shell;

import idunno.core.base.NodeId;
import idunno.core.base.Range;
import idunno.core.coordinator.Report;
import idunno.core.jobs.JobId;
import idunno.core.jobs.LatencyHistogram;
import idunno.node.shell.Command.Group;
import idunno.node.shell.figures.Distribution;
import idunno.node.shell.figures.Machines;
import idunno.node.shell.figures.Rates;
import idunno.node.shell.figures.Times;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** c1, c2, cvm and cq: what is measured, as tables. */
public final class StatisticsCommands {
  private StatisticsCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
            "c1",
            Group.STATISTICS,
            "rates (10 s), finished, failures, fairness",
            StatisticsCommands::rates),
        Command.remote(
                "c2",
                Group.STATISTICS,
                "time of a query: mean, deviation, percentiles",
                StatisticsCommands::times)
            .flag("what the times are made of too", "--parts"),
        Command.remote(
                "c5",
                Group.STATISTICS,
                "the batches that each machine runs now",
                StatisticsCommands::machines)
            .alias("cvm"),
        Command.remote(
                "cq",
                Group.STATISTICS,
                "who ran, runs or will run each job's queries",
                StatisticsCommands::distribution)
            .mayTake("JOB", "a job's number; none: all jobs"));
  }

  private static int rates(Call call) throws IOException {
    Rates rates = Rates.of(call.client().report());
    if (call.json()) {
      call.printDocument(rates);
    } else {
      show(call, rates);
    }
    return Action.DONE;
  }

  /** Prints rates for people, as c1 does. */
  public static void show(Call call, Rates rates) {
    Columns table =
        call.columns()
            .words("MODEL")
            .figures("JOB")
            .words("STATE")
            .figures(
                "RATE (10 s)",
                "WEIGHT",
                "RATE/WEIGHT",
                "FINISHED",
                "ASKED",
                "FAILED",
                "FAIL SHARE",
                "TIME SHARE");
    for (Rates.JobRate job : rates.jobs()) {
      table.row(
          job.model().value(),
          job.job().toString(),
          JobCommands.state(job.state(), call.style()),
          Units.rate(job.rate()),
          Integer.toString(job.weight()),
          Units.rate(job.ratePerWeight()),
          Units.count(job.finished()),
          Units.count(job.asked()),
          Units.count(job.failures()),
          Units.share(job.failureShare()),
          Units.share(job.machineShare()));
    }
    for (Rates.ModelRate model : rates.models()) {
      table.row(
          call.style().strong(model.model().value()),
          "all " + model.jobs(),
          "",
          Units.rate(model.rate()),
          "",
          "",
          Units.count(model.finished()),
          Units.count(model.asked()),
          Units.count(model.failures()),
          Units.share(model.failureShare()),
          Units.share(model.machineShare()));
    }
    table.printTo(call.out());
    call.print(fairness(rates));
  }

  private static String fairness(Rates rates) {
    if (rates.fairness().isEmpty()) {
      return "fairness: nothing to compare, fewer than two jobs run";
    }
    Rates.Fairness found = rates.fairness().get();
    if (found.gapPercent().isEmpty()) {
      return "fairness: %d jobs run, none has finished a query in the last 10 s"
          .formatted(found.jobs());
    }
    return "fairness by "
        + MachineCommands.lower(rates.sharedBy())
        + ": %d jobs run, gap between rates per weight %s %%, Jain's index %s; "
            .formatted(found.jobs(), percent(found.gapPercent()), index(found.jain()))
        + "between machine times per weight %s %%, %s"
            .formatted(percent(found.timeGapPercent()), index(found.timeJain()));
  }

  private static String percent(Optional<Double> gap) {
    return gap.map(one -> Units.decimal(one, 1)).orElse("-");
  }

  private static String index(Optional<Double> jain) {
    return jain.map(one -> Units.decimal(one, 4)).orElse("-");
  }

  private static int times(Call call) throws IOException {
    Times times = Times.of(call.client().histograms());
    if (call.json()) {
      call.printDocument(times);
    } else {
      show(call, times);
      if (call.words().has("--parts")) {
        showParts(call, times);
      }
    }
    return Action.DONE;
  }

  private static void showParts(Call call, Times times) {
    Columns table =
        call.columns()
            .words("MODEL")
            .figures("JOB")
            .words("PART")
            .figures("MEAN", "STD DEV", "MEDIAN", "P90", "P95", "P99");
    for (Times.JobTimes job : times.jobs()) {
      String model = job.model().value();
      String id = job.job().toString();
      part(table, model, id, "waiting", job.parts().waiting());
      part(table, model, id, "fetching", job.parts().fetching());
      part(table, model, id, "decoding", job.parts().decoding());
      part(table, model, id, "running", job.parts().running());
    }
    table.printTo(call.out());
  }

  private static void part(
      Columns table, String model, String job, String name, LatencyHistogram.Summary times) {
    if (times.count() == 0) {
      return;
    }
    table.row(
        model,
        job,
        name,
        Units.span(times.meanMs()),
        Units.span(times.deviationMs()),
        Units.span(times.medianMs()),
        Units.span(times.p90Ms()),
        Units.span(times.p95Ms()),
        Units.span(times.p99Ms()));
  }

  /** Prints times for people, as c2 does. */
  public static void show(Call call, Times times) {
    Columns table =
        call.columns()
            .words("MODEL")
            .figures("JOB", "QUERIES", "MEAN", "STD DEV", "MEDIAN", "P90", "P95", "P99");
    for (Times.JobTimes job : times.jobs()) {
      row(table, job.model().value(), job.job().toString(), job.times());
    }
    for (Times.ModelTimes model : times.models()) {
      String name = call.style().strong(model.model().value());
      row(table, name, "all " + model.jobs(), model.times());
    }
    table.printTo(call.out());
  }

  private static void row(Columns table, String model, String job, LatencyHistogram.Summary times) {
    if (times.count() == 0) {
      table.row(model, job, "0", "-", "-", "-", "-", "-", "-");
      return;
    }
    table.row(
        model,
        job,
        Units.count(times.count()),
        Units.span(times.meanMs()),
        Units.span(times.deviationMs()),
        Units.span(times.medianMs()),
        Units.span(times.p90Ms()),
        Units.span(times.p95Ms()),
        Units.span(times.p99Ms()));
  }

  private static int machines(Call call) throws IOException {
    Report report = call.client().report();
    Machines machines = Machines.of(report);
    if (call.json()) {
      call.printDocument(machines);
      return Action.DONE;
    }
    Style style = call.style();
    Columns table =
        call.columns()
            .words("MACHINE", "STATE", "DOES", "MODEL")
            .figures("JOB", "START", "END")
            .words("SINCE")
            .figures("FOR");
    for (Machines.Machine machine : machines.machines()) {
      String name = machine.node().toString();
      String state = MachineCommands.state(machine.state(), style);
      if (machine.batches().isEmpty()) {
        table.row(name, state, style.faint("nothing"), "", "", "", "", "", "");
      }
      for (Machines.Batch batch : machine.batches()) {
        table.row(
            name,
            state,
            batch.running() ? style.good("runs") : style.faint("has next"),
            batch.model().value(),
            batch.job().toString(),
            Long.toString(batch.queries().start()),
            Long.toString(batch.queries().end()),
            Units.moment(batch.sinceMs()),
            Units.span(report.nowMs() - batch.sinceMs()));
      }
    }
    table.printTo(call.out());
    for (Machines.JobMachines job : machines.jobs()) {
      call.print(
          "job %s (%s) runs on %s"
              .formatted(
                  job.job(),
                  job.model(),
                  job.machines().isEmpty()
                      ? "no machine now"
                      : ListCommands.joined(job.machines())));
    }
    return Action.DONE;
  }

  private static int distribution(Call call) throws IOException {
    Optional<JobId> wanted = call.words().job("JOB");
    Report report =
        wanted.isPresent() ? call.client().history(wanted.get()) : call.client().history();
    if (wanted.isPresent()) {
      JobCommands.job(report, wanted.get());
    }
    List<Distribution> jobs =
        Distribution.of(report).stream()
            .filter(job -> wanted.isEmpty() || wanted.get().equals(job.job()))
            .toList();
    if (call.json()) {
      call.printDocument(jobs);
      return Action.DONE;
    }
    for (Distribution job : jobs) {
      print(call, job);
    }
    return Action.DONE;
  }

  private static void print(Call call, Distribution job) {
    Style style = call.style();
    String title =
        "job " + job.job() + "  " + job.model() + ", " + MachineCommands.lower(job.state());
    call.print(style.strong(title));
    Columns table =
        call.columns()
            .words("MACHINE")
            .figures("START", "END", "QUERIES")
            .words("STATE", "STARTED", "FINISHED")
            .figures("TOOK", "FAILED");
    for (Distribution.Share share : job.shares()) {
      Range queries = share.queries();
      Optional<Long> took =
          share.startedMs().flatMap(from -> share.finishedMs().map(to -> to - from));
      table.row(
          share.node().map(NodeId::toString).orElse("-"),
          Long.toString(queries.start()),
          Long.toString(queries.end()),
          Units.count(share.count()),
          state(share.state(), style),
          share.startedMs().map(Units::moment).orElse("-"),
          share.finishedMs().map(Units::moment).orElse("-"),
          took.map(Units::span).orElse("-"),
          Integer.toString(share.failures()));
    }
    table.printTo(call.out());
    String perMachine =
        job.shares().stream()
            .filter(share -> share.state() == Distribution.ShareState.DONE)
            .flatMap(share -> share.node().stream().map(node -> new Queries(node, share.count())))
            .collect(
                Collectors.groupingBy(
                    Queries::node, TreeMap::new, Collectors.summingLong(Queries::count)))
            .entrySet()
            .stream()
            .map(node -> node.getKey() + " " + Units.count(node.getValue()))
            .collect(Collectors.joining(", "));
    call.print("done by machine: " + (perMachine.isEmpty() ? "nothing yet" : perMachine));
  }

  private record Queries(NodeId node, long count) {}

  private static String state(Distribution.ShareState state, Style style) {
    String word = MachineCommands.lower(state);
    return switch (state) {
      case DONE -> style.good(word);
      case RUNNING -> style.typed(word);
      case QUEUED, WAITING -> style.faint(word);
      case DROPPED -> style.doubtful(word);
    };
  }
}
