package idunno.node.demo;

import idunno.core.base.NodeId;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.node.api.ResultLine;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.TrainedView;
import idunno.node.client.Client;
import idunno.node.client.Patience;
import idunno.node.codec.Codec;
import idunno.node.demo.LocalCluster.Machine;
import idunno.node.shell.Call;
import idunno.node.shell.Columns;
import idunno.node.shell.ProgressLine;
import idunno.node.shell.StatisticsCommands;
import idunno.node.shell.Style;
import idunno.node.shell.Units;
import idunno.node.shell.figures.Rates;
import idunno.node.shell.figures.Times;
import idunno.node.transport.Http;
import idunno.node.zoo.Picture;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The whole of IDunno in a minute: a cluster on this machine, two real networks over a few hundred
 * real pictures at once, two deaths in the middle, and a verdict.
 */
public final class Demo {
  private static final List<String> NETWORKS = List.of("resnet50", "efficientnet-b0");
  private static final int PICTURES_PER_SECOND = 12;
  private static final int SHOWN_PICTURES = 10;
  private static final int BATCH_SIZE = 4;
  private static final long LOOK_EVERY_MS = 200;
  private static final long END_WITHIN_MS = 900_000;
  private static final double WORKER_DIES_AT = 0.25;
  private static final double COORDINATOR_DIES_AT = 0.55;

  private final Call call;
  private final Settings settings;
  private final Style style;
  private final List<Recovery> recoveries = new ArrayList<>();
  private Optional<Report> both = Optional.empty();

  /**
   * How the demo runs.
   *
   * @param nodes how many nodes
   * @param seconds about how long the jobs shall run, on a machine of two cores
   * @param kill whether machines die
   * @param folder where the cluster's directories are
   * @param program the command line that runs this program
   */
  public record Settings(int nodes, int seconds, boolean kill, Path folder, List<String> program) {
    /** Keeps its own copy of the list. */
    public Settings {
      program = List.copyOf(program);
    }
  }

  /** A demo that prints to a call's streams. */
  public Demo(Call call, Settings settings) {
    this.call = call;
    this.settings = settings;
    this.style = call.style();
  }

  /** Brings networks and photos to this machine, unless they are here. */
  public List<Picture> prepare(Path cache) throws IOException {
    try (ProgressLine line = call.bytes("fetching")) {
      Progress progress = (what, done, total) -> line.moved(done, total);
      for (String name : NETWORKS) {
        Zoo.prepare(name, cache, progress);
      }
      return Zoo.pictures(cache, progress);
    }
  }

  /**
   * Plays the demo on a cluster that is up.
   *
   * @param cluster the cluster; two of its nodes are dead at the end
   * @return whether the verdict holds
   */
  public boolean play(LocalCluster cluster, Path cache, List<Picture> photos)
      throws IOException, InterruptedException {
    Client client = Client.connect(cluster.apis(), Http.client()).with(Patience.USUAL);
    List<String> names = fill(client, photos);
    addNetworks(client, cache);
    List<JobSpec> jobs = submit(client, names.size());
    long startedNanos = System.nanoTime();
    watch(client, cluster, jobs);
    step(
        "both jobs are done after "
            + Units.span((System.nanoTime() - startedNanos) / 1e6)
            + "; their results are in the store");
    List<Verdict.Answers> answers = new ArrayList<>();
    for (JobSpec job : jobs) {
      answers.add(read(client, job));
    }
    int right = showPictures(photos, names, answers);
    showStatistics(client);
    return verdict(answers, photos, right);
  }

  private void step(String text) {
    call.remark(style.strong("• ") + text);
  }

  private List<String> fill(Client client, List<Picture> photos)
      throws IOException, InterruptedException {
    Path pictures = settings.folder().resolve("pictures");
    List<String> names =
        Crops.fill(
            pictures, photos, Math.max(photos.size(), settings.seconds() * PICTURES_PER_SECOND));
    FolderPutView put;
    try (ProgressLine line = call.bytes("put -r photos")) {
      put = client.putFolder(pictures, new FileName("photos"), line);
    }
    step(
        "put -r photos: %s pictures, %s, each on %d nodes, in %s"
            .formatted(
                Units.count(put.files()),
                Units.bytes(put.bytes()),
                put.replicas(),
                Units.span(put.tookMs())));
    return names;
  }

  private void addNetworks(Client client, Path cache) throws IOException {
    for (String name : NETWORKS) {
      Path folder = Zoo.prepare(name, cache, Progress.none());
      long bytes = 0;
      for (String part :
          List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
        FileName file = new FileName("models/" + name + "/" + part);
        try (ProgressLine line = call.bytes("model add " + name)) {
          bytes += client.put(folder.resolve(part), file, line).length();
        }
      }
      var added = client.addModel(new ModelName(name));
      step(
          "model add %s: %s; it loaded and ran in %s"
              .formatted(added.key(), Units.bytes(bytes), Units.span(added.checkMs())));
    }
    List<TrainedView> cold = new ArrayList<>();
    int[] warm = new int[1];
    client.train(
        List.of(),
        trained -> {
          if (trained.warm()) {
            warm[0]++;
          } else {
            cold.add(trained);
          }
        });
    if (!cold.isEmpty()) {
      throw new IOException(
          "train: "
              + cold.getFirst().model()
              + " is not warm on "
              + cold.getFirst().node()
              + ": "
              + cold.getFirst().reason().orElse("no reason given"));
    }
    step("train: both networks are warm on every node");
  }

  private List<JobSpec> submit(Client client, int pictures) throws IOException {
    List<JobSpec> jobs = new ArrayList<>();
    for (String name : NETWORKS) {
      JobSpec job =
          client
              .jobs()
              .submit(
                  new JobAsk(
                      name,
                      Optional.of("photos"),
                      0,
                      pictures - 1,
                      Optional.of(BATCH_SIZE),
                      Optional.empty()));
      jobs.add(job);
      step(
          "inference 0 %d %s: job %s, %d batches"
              .formatted(pictures - 1, name, job.id(), job.batches()));
    }
    return jobs;
  }

  private void watch(Client client, LocalCluster cluster, List<JobSpec> jobs)
      throws IOException, InterruptedException {
    LiveView view = new LiveView(call.session().err(), style);
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_WITHIN_MS);
    Report report = client.history();
    while (!areDone(report, jobs)) {
      if (System.nanoTime() > deadlineNanos) {
        throw new IOException("the jobs are not done after " + Units.span(END_WITHIN_MS));
      }
      if (runningJobs(report) == jobs.size()) {
        both = Optional.of(report);
      }
      for (Recovery recovery : recoveries) {
        recovery.see(report);
      }
      killWhenDue(client, cluster, report, view);
      view.show(report);
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      report = client.history();
    }
    for (Recovery recovery : recoveries) {
      recovery.see(report);
    }
    view.erase();
  }

  private static boolean areDone(Report report, List<JobSpec> jobs) {
    List<JobId> done =
        report.jobs().stream()
            .filter(job -> job.state() == JobState.DONE)
            .map(job -> job.spec().id())
            .toList();
    return jobs.stream().allMatch(job -> done.contains(job.id()));
  }

  private static long runningJobs(Report report) {
    return report.jobs().stream().filter(job -> job.state() == JobState.RUNNING).count();
  }

  private void killWhenDue(Client client, LocalCluster cluster, Report report, LiveView view)
      throws IOException, InterruptedException {
    if (!settings.kill() || recoveries.size() >= 2) {
      return;
    }
    long finished = report.jobs().stream().mapToLong(JobReport::finished).sum();
    long asked = report.jobs().stream().mapToLong(job -> job.spec().range().size()).sum();
    double due = recoveries.isEmpty() ? WORKER_DIES_AT : COORDINATOR_DIES_AT;
    if (finished < due * asked) {
      return;
    }
    NodeId coordinator = client.master().coordinator().orElse(null);
    if (coordinator == null) {
      return;
    }
    boolean worker = recoveries.isEmpty();
    Optional<Machine> victim =
        cluster.machines().stream()
            .filter(Machine::isRunning)
            .filter(one -> one.name().equals(coordinator.name().value()) != worker)
            .reduce((first, last) -> last);
    if (victim.isPresent()) {
      kill(client, victim.get(), worker ? "worker " : "coordinator ", view);
    }
  }

  private void kill(Client client, Machine victim, String role, LiveView view)
      throws IOException, InterruptedException {
    Report before = client.history();
    NodeId id =
        before.members().stream()
            .filter(member -> member.name().value().equals(victim.name()))
            .findFirst()
            .orElseThrow(() -> new IOException("no member " + victim.name()))
            .id();
    long killedMs = System.currentTimeMillis();
    victim.kill();
    Recovery recovery = new Recovery(role + id, before, id, killedMs);
    recoveries.add(recovery);
    view.say(
        style.bad("✗ ")
            + "kill -9 "
            + role
            + id
            + " (process "
            + victim.pid()
            + "), which had "
            + recovery.lostBatches()
            + " batches");
  }

  private Verdict.Answers read(Client client, JobSpec job) throws IOException {
    List<Verdict.Result> results = new ArrayList<>();
    client
        .jobs()
        .results(
            job.id(),
            text -> {
              ResultLine line =
                  Codec.json().decode(text.getBytes(StandardCharsets.UTF_8), ResultLine.class);
              Optional<ResultLine.Top> best = line.top().map(List::getFirst);
              results.add(
                  new Verdict.Result(
                      line.query(),
                      line.file().value(),
                      best.map(ResultLine.Top::label),
                      best.map(ResultLine.Top::score).orElse(0.0)));
              return true;
            });
    return new Verdict.Answers(
        "job " + job.id() + " (" + job.model() + ")", job.range().size(), results);
  }

  /** Shows what both networks say of some photos; returns how many answers are right. */
  private int showPictures(
      List<Picture> photos, List<String> names, List<Verdict.Answers> answers) {
    Columns table = call.columns().words("PICTURE", NETWORKS.get(0), NETWORKS.get(1));
    int right = 0;
    int shown = 0;
    // Those that a person can name come first.
    List<Picture> order = new ArrayList<>(photos.stream().filter(Demo::isNamed).toList());
    photos.stream().filter(photo -> !isNamed(photo)).forEach(order::add);
    for (Picture photo : order.subList(0, Math.min(SHOWN_PICTURES, order.size()))) {
      int query = photos.indexOf(photo);
      List<String> cells = new ArrayList<>();
      for (Verdict.Answers job : answers) {
        Optional<Verdict.Result> result =
            job.results().stream().filter(one -> one.query() == query).findFirst();
        boolean isRight =
            result.flatMap(Verdict.Result::label).filter(photo.expected()::contains).isPresent();
        right += isRight ? 1 : 0;
        cells.add(result.map(one -> guess(one, photo, isRight)).orElse(style.bad("lost")));
      }
      table.row(names.get(query), cells.get(0), cells.get(1));
      shown++;
    }
    call.print("");
    table.printTo(call.out());
    if (shown < photos.size()) {
      call.print(style.faint("no mark: ImageNet has no class that fits"));
    }
    return right;
  }

  private static boolean isNamed(Picture photo) {
    return !photo.expected().isEmpty();
  }

  private String guess(Verdict.Result result, Picture photo, boolean isRight) {
    String text =
        String.format(
            Locale.ROOT, "%5.1f %% %s", result.score() * 100, result.label().orElse("failed"));
    if (!isNamed(photo)) {
      return "  " + text;
    }
    return (isRight ? style.good("✓ ") : style.bad("✗ ")) + text;
  }

  private void showStatistics(Client client) throws IOException {
    call.print("");
    if (both.isPresent()) {
      call.print(style.strong("c1, while both ran:"));
      StatisticsCommands.show(call, Rates.of(both.get()));
      call.print("");
    }
    call.print(style.strong("c2:"));
    StatisticsCommands.show(call, Times.of(client.histograms()));
    call.print("");
    if (recoveries.isEmpty()) {
      return;
    }
    Columns table =
        call.columns()
            .words("KILLED")
            .figures("NEXT BATCH AFTER", "ITS BATCHES", "ALL DONE ELSEWHERE AFTER");
    for (Recovery recovery : recoveries) {
      table.row(
          recovery.what(),
          span(recovery.nextMs()),
          Integer.toString(recovery.lostBatches()),
          span(recovery.lastLostMs()));
    }
    table.printTo(call.out());
    call.print("");
  }

  private static String span(OptionalLong ms) {
    return ms.isPresent() ? Units.span(ms.getAsLong()) : "never";
  }

  private boolean verdict(List<Verdict.Answers> answers, List<Picture> photos, int right) {
    Verdict verdict =
        Verdict.of(
            answers,
            recoveries.stream()
                .map(one -> new Verdict.Survived(one.what(), one.isOver()))
                .toList());
    long named = photos.stream().filter(Demo::isNamed).limit(SHOWN_PICTURES).count();
    boolean labelled = right == named * NETWORKS.size();
    boolean killed = !settings.kill() || recoveries.size() == 2;
    boolean holds = verdict.holds() && labelled && killed;
    call.print(
        (holds ? style.good("✓ verdict: ") : style.bad("✗ verdict: "))
            + verdict.text()
            + "; "
            + right
            + " of "
            + named * NETWORKS.size()
            + " labels right; "
            + (settings.kill() ? recoveries.size() + " kills" : "nobody killed"));
    verdict.broken().forEach(reason -> call.print("  " + style.bad(reason)));
    if (!killed) {
      call.print("  " + style.bad("the jobs ended before both kills; give it more --seconds"));
    }
    return holds;
  }
}
