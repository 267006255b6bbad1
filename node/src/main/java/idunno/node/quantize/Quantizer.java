package idunno.node.quantize;

import idunno.core.models.ModelCard;
import idunno.node.codec.Codec;
import idunno.node.inference.FailedRun;
import idunno.node.inference.ModelFolder;
import idunno.node.inference.PictureSource;
import idunno.node.inference.QueryOutcome;
import idunno.node.inference.UnfitModel;
import idunno.node.inference.WarmModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Static quantisation: makes a float model into one of 8-bit whole numbers, and says what it is
 * worth. Activations become whole numbers from 0 to 255, weights from -127 to 127 with a scale for
 * each output channel, biases 32 bits. The same model, pictures and settings give the same network,
 * on any number of threads.
 */
public final class Quantizer {
  private final ModelFolder folder;
  private final List<? extends PictureSource> calibration;
  private final Settings settings;
  private final Progress progress;
  private final Path work;
  private final Map<String, String> left = new LinkedHashMap<>();

  private Quantizer(
      ModelFolder folder,
      List<? extends PictureSource> calibration,
      Settings settings,
      Progress progress,
      Path work) {
    this.folder = folder;
    this.calibration = calibration;
    this.settings = settings;
    this.progress = progress;
    this.work = work;
  }

  /** A network in 8 bits with its agreement on the calibration pictures. */
  private record Candidate(Plan plan, Agreement agreement) {}

  /**
   * Quantises a model.
   *
   * @param floatModel a folder with the three files that {@link ModelCard} names
   * @param target the new model's folder; made, and must not be there yet
   * @param calibration pictures like those that the model will see, some hundred; the activations'
   *     ranges come from them
   * @param heldOut other pictures, to compare the two models with
   * @throws UnfitModel if the network cannot be quantised, saying why
   * @throws FailedRun if a network could not be run
   * @throws IOException if a file cannot be read or written, or a picture cannot be fetched
   * @throws InterruptedException if the thread is interrupted; the target is not made then
   */
  public static Report quantize(
      Path floatModel,
      Path target,
      List<? extends PictureSource> calibration,
      List<? extends PictureSource> heldOut,
      Settings settings,
      Progress progress)
      throws UnfitModel, FailedRun, IOException, InterruptedException {
    if (Files.exists(target)) {
      throw new IOException(target + ": is there already; name a folder that is not");
    }
    Path parent = target.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, ".quantizing-");
    try {
      ModelFolder folder = ModelFolder.read(floatModel);
      Path made = Files.createDirectory(work.resolve("model"));
      Report report =
          new Quantizer(folder, calibration, settings, progress, work)
              .run(floatModel, made, heldOut);
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
      return report;
    } finally {
      delete(work);
    }
  }

  private Report run(Path floatModel, Path made, List<? extends PictureSource> heldOut)
      throws UnfitModel, FailedRun, IOException, InterruptedException {
    Path clean = work.resolve("clean.onnx");
    progress.at("reading", 0, 1);
    Probe.cleanUp(folder.network(), clean);
    Network tidy = Tidy.apply(Network.read(clean));
    Probe probe = new Probe(folder.card().preprocessing(), settings.threads(), progress);
    Network network = settings.equalise() ? equalised(tidy, probe) : tidy;
    Units units = Units.of(network);
    if (units.all().stream().noneMatch(Unit::hasWeights)) {
      throw new UnfitModel("the network has no layer that can be computed in 8 bits");
    }
    settings.leaveFloat().forEach(name -> left.put(name, "asked for"));
    units.scoring().ifPresent(unit -> left.put(unit.name(), "gives the scores"));
    Measurements measurements =
        new Measurements(network, probe, calibration, work.resolve("probe.onnx"));
    Map<String, Range> ranges = new LinkedHashMap<>();
    measurements
        .histograms(Plan.measured(units))
        .forEach((value, seen) -> ranges.put(value, range(network, value, seen)));
    Plan whole = Plan.of(network, units, ranges, left.keySet());
    Map<String, float[]> corrections =
        settings.correctBias() ? measurements.corrections(whole) : Map.of();

    copyBeside(made);
    try (WarmModel exact = WarmModel.open(floatModel)) {
      Contest contest = new Contest(progress);
      List<QueryOutcome> wanted =
          contest.answers(exact, calibration, settings.threads(), "float network");
      Candidate best = write(network, whole, corrections, made, contest, wanted);
      if (best.agreement().share() < settings.wantedAgreement()) {
        Map<String, Double> noise =
            measurements.blame(
                whole,
                corrections,
                units.scoring().map(unit -> unit.node().getOutput(0)).orElse(network.output()));
        List<String> worst =
            noise.keySet().stream().sorted(Comparator.comparing(noise::get)).toList();
        int leave = 0;
        while (best.agreement().share() < settings.wantedAgreement() && leave < worst.size()) {
          leave = Math.min(leave + Math.max(1, leave / 2), worst.size());
          for (String name : worst.subList(0, leave)) {
            left.putIfAbsent(
                name,
                String.format(
                    Locale.ROOT,
                    "alone in 8 bits it leaves the scores %.1f dB above their noise",
                    noise.get(name)));
          }
          Plan plan = Plan.of(network, units, ranges, left.keySet());
          best = write(network, plan, corrections, made, contest, wanted);
        }
      }
      try (WarmModel rounded = WarmModel.open(made)) {
        Contest.Outcome outcome = contest.run(exact, rounded, heldOut);
        return report(units, best, outcome, made);
      }
    }
  }

  private Range range(Network network, String value, Histogram seen) {
    // A picture has no outliers: white is as frequent as its colour, and what is white matters.
    return value.equals(network.input()) ? seen.range() : settings.clipping().choose(seen);
  }

  private Network equalised(Network network, Probe probe)
      throws UnfitModel, IOException, InterruptedException {
    Map<String, Integer> channels =
        Equalisation.channels(network, Plan.measured(Units.of(network)));
    if (channels.isEmpty()) {
      return network;
    }
    Measurements measurements =
        new Measurements(network, probe, calibration, work.resolve("probe.onnx"));
    return Equalisation.apply(network, measurements.sizes(channels));
  }

  /** Writes a network into the new model's folder and compares it on the calibration pictures. */
  private Candidate write(
      Network network,
      Plan plan,
      Map<String, float[]> corrections,
      Path made,
      Contest contest,
      List<QueryOutcome> wanted)
      throws UnfitModel, FailedRun, IOException, InterruptedException {
    QdqGraph graph = new QdqGraph(network, plan, corrections).build();
    network.write(
        made.resolve(ModelCard.NETWORK_FILE),
        graph.nodes(),
        graph.constants(),
        List.of(network.declaredOutput()));
    try (WarmModel rounded = WarmModel.open(made)) {
      List<QueryOutcome> found =
          contest.answers(rounded, calibration, settings.threads(), "8-bit network");
      return new Candidate(plan, Agreement.of(wanted, found));
    }
  }

  private void copyBeside(Path made) throws IOException {
    ModelCard card = folder.card();
    ModelCard adapted =
        new ModelCard(
            card.name(),
            card.network() + " int8",
            card.source() + "; quantised to 8 bits after training",
            card.licence(),
            card.preprocessing(),
            card.output());
    Files.write(made.resolve(ModelCard.CARD_FILE), Codec.prettyJson().encode(adapted));
    Files.copy(
        folder.network().resolveSibling(ModelCard.LABELS_FILE),
        made.resolve(ModelCard.LABELS_FILE));
  }

  private Report report(Units units, Candidate candidate, Contest.Outcome outcome, Path made)
      throws IOException {
    List<Report.Left> reasons = new ArrayList<>();
    Set<Unit> active = candidate.plan().active();
    Set<String> named = new LinkedHashSet<>();
    for (Unit unit : units.all()) {
      String reason = left.get(unit.name());
      if (reason != null && !active.contains(unit) && named.add(unit.name())) {
        reasons.add(new Report.Left(unit.name(), reason));
      }
    }
    return new Report(
        outcome.agreement(),
        candidate.agreement(),
        outcome.speedUp(),
        candidate.agreement().pictures(),
        (int) active.stream().filter(Unit::hasWeights).count(),
        reasons,
        Files.size(folder.network()),
        Files.size(made.resolve(ModelCard.NETWORK_FILE)));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
