package idunno.node.shell;

import idunno.core.coordinator.Report.JobReport;
import idunno.core.files.FileName;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelRef;
import idunno.node.api.ResultLine;
import idunno.node.api.Views;
import idunno.node.client.Client;
import idunno.node.codec.Codec;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code model test}: how often a model is right on pictures whose classes are known. It is an
 * ordinary job: the same decoding, preprocessing and network as for any other query, on all
 * machines.
 */
final class TestCommand {
  private static final int CONFUSIONS = 10;

  private TestCommand() {}

  /**
   * What is printed as JSON.
   *
   * @param seconds from the job's submission to its end
   * @param imagesPerSecond pictures over seconds, all machines together
   * @param missing pictures that the labels name and the folder lacks
   */
  record Outcome(
      ModelKey model,
      long job,
      Evaluation.Scores scores,
      double seconds,
      double imagesPerSecond,
      List<String> missing) {}

  static Command command() {
    return Command.remote(
            "model test", Group.MODELS, "how often a network is right", TestCommand::run)
        .takes("MODEL", "a model's name, or NAME@REVISION")
        .takes("FOLDER", "pictures: a folder here, or a dataset of the store")
        .option("--labels", "FILE", "a picture and its class (label or number) on each line")
        .option("--confusions", "N", "how many confusions are listed; else " + CONFUSIONS);
  }

  private static int run(Call call) throws IOException {
    Words words = call.words();
    ModelRef model = words.modelRef("MODEL");
    String labels = words.option("--labels").orElseThrow(() -> new Usage("expected --labels FILE"));
    TrueLabels truth = TrueLabels.read(FileCommands.path("--labels", labels));
    int shown = words.number("--confusions", 0, 100_000).orElse((long) CONFUSIONS).intValue();
    Path local = FileCommands.path("FOLDER", words.text("FOLDER"));
    if (!Files.isDirectory(local)) {
      return test(call, model, words.file("FOLDER"), truth, shown);
    }
    FileName folder = new FileName("tests/" + UUID.randomUUID());
    try {
      FileCommands.putFolder(call, local, folder);
      return test(call, model, folder, truth, shown);
    } finally {
      delete(call.client(), folder);
    }
  }

  /** The pictures were put for this test alone. */
  private static void delete(Client client, FileName folder) throws IOException {
    for (Views.FileView file : client.files(Optional.of(folder)).files()) {
      client.delete(file.name());
    }
  }

  private static int test(
      Call call, ModelRef model, FileName dataset, TrueLabels truth, int confusions)
      throws IOException {
    int pictures = call.client().files(Optional.of(dataset)).files().size();
    if (pictures == 0) {
      throw new IOException(
          "there is no folder '%s' here, and no dataset of that name in the store"
              .formatted(dataset));
    }
    JobSpec spec =
        call.client()
            .jobs()
            .submit(
                new Views.JobAsk(
                    model.toString(),
                    Optional.of(dataset.value()),
                    0,
                    pictures - 1,
                    Optional.empty(),
                    Optional.empty()));
    JobReport job = JobCommands.untilEnded(call, spec.id());
    if (job.state() != JobState.DONE) {
      throw new IOException("job " + spec.id() + " was cancelled before its end");
    }
    Evaluation evaluation = new Evaluation(truth);
    call.client()
        .jobs()
        .results(
            spec.id(),
            text -> {
              ResultLine line =
                  Codec.json().decode(text.getBytes(StandardCharsets.UTF_8), ResultLine.class);
              String name = line.file().value().substring(dataset.value().length() + 1);
              evaluation.take(name, line);
              return true;
            });
    double seconds = Math.max(1, job.endedMs() - spec.submittedMs()) / 1000.0;
    Outcome outcome =
        new Outcome(
            spec.model(),
            spec.id().value(),
            evaluation.scores(),
            seconds,
            pictures / seconds,
            evaluation.missing());
    if (outcome.scores().pictures() == 0) {
      throw new IOException(
          "--labels names none of the %d pictures of %s; it names, for example, %s"
              .formatted(pictures, dataset, outcome.missing().getFirst()));
    }
    if (call.json()) {
      call.printDocument(outcome);
    } else {
      print(call, outcome, confusions);
    }
    return Action.DONE;
  }

  private static void print(Call call, Outcome outcome, int most) {
    Evaluation.Scores scores = outcome.scores();
    Columns table =
        call.columns().words("MODEL").figures("PICTURES", "TOP-1", "TOP-5", "FAILED", "RATE");
    table.row(
        outcome.model().toString(),
        Units.count(scores.pictures()),
        Units.share(scores.top1()),
        Units.share(scores.top5()),
        Units.count(scores.failed()),
        Units.rate(outcome.imagesPerSecond()));
    table.printTo(call.out());
    List<Evaluation.Confusion> shown =
        scores.confusions().subList(0, Math.min(most, scores.confusions().size()));
    if (!shown.isEmpty()) {
      call.print("");
      Columns confusions =
          call.columns().words("IS", "TAKEN FOR").figures("TIMES").words("FOR EXAMPLE");
      for (Evaluation.Confusion confusion : shown) {
        confusions.row(
            Style.foreign(confusion.expected()),
            Style.foreign(confusion.found()),
            Units.count(confusion.count()),
            Style.foreign(confusion.example()));
      }
      confusions.printTo(call.out());
      int left = scores.confusions().size() - shown.size();
      if (left > 0) {
        call.remark(call.style().faint("and " + left + " more; --confusions N shows them"));
      }
    }
    if (!outcome.missing().isEmpty()) {
      call.remark(
          call.style()
              .doubtful(
                  "%s pictures that --labels names are not in the folder, %s among them"
                      .formatted(
                          Units.count(outcome.missing().size()), outcome.missing().getFirst())));
    }
  }
}
