package idunno.node.main;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.models.Model;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.node.api.Views.LeftFloat;
import idunno.node.api.Views.QuantizeAsk;
import idunno.node.api.Views.QuantizeView;
import idunno.node.gateway.Refused;
import idunno.node.inference.FailedRun;
import idunno.node.inference.PictureSource;
import idunno.node.inference.UnfitModel;
import idunno.node.quantize.Quantizer;
import idunno.node.quantize.Report;
import idunno.node.quantize.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Makes a model in 8 bits of another, with pictures of the store, on this node. */
final class Quantizing {
  private final NodeProcess process;
  // It takes as many threads as there are slots: two at once would only be slower.
  private final Semaphore turn = new Semaphore(1);

  Quantizing(NodeProcess process) {
    this.process = process;
  }

  /** Adds a model whose files are in the store. */
  interface Adding {
    ModelKey add(ModelName name) throws IOException, InterruptedException;
  }

  /**
   * Makes the model, compares it, and adds it if it is good enough.
   *
   * @throws Refused if the network can't be made into one of 8 bits, the dataset is too small, or
   *     this node is at another one
   */
  QuantizeView.Outcome run(
      Model model, QuantizeAsk ask, ModelParts.Put put, Adding adding, Consumer<QuantizeView> sink)
      throws IOException, InterruptedException {
    if (!turn.tryAcquire()) {
      throw new Refused("this node is making another model in 8 bits; try again after that one");
    }
    Path scratch = Files.createTempDirectory(process.data(), "check-");
    try {
      Node node = process.node();
      Split split = split(node, ask);
      Path exact = Files.createDirectory(scratch.resolve("float"));
      ModelParts.fetch(node.files(), model.files(), exact);
      Path made = scratch.resolve("int8");
      Report report =
          Quantizer.quantize(
              exact,
              made,
              split.calibration(),
              split.heldOut(),
              Settings.USUAL.withThreads(Math.max(1, process.slots())),
              (step, done, parts) -> sink.accept(new QuantizeView.Step(step, done, parts)));
      Optional<String> objection =
          ask.force() ? Optional.empty() : report.objection(Report.LEAST_AGREEMENT);
      Optional<ModelKey> added = Optional.empty();
      if (objection.isEmpty()) {
        ModelName name = new ModelName(ask.as());
        ModelParts.store(made, name, put);
        added = Optional.of(adding.add(name));
      }
      return outcome(report, split, added, objection);
    } catch (UnfitModel | FailedRun e) {
      throw new Refused("model " + model.key() + ": " + e.getMessage());
    } finally {
      Warmer.delete(scratch);
      turn.release();
    }
  }

  private record Split(List<PictureSource> calibration, List<PictureSource> heldOut) {}

  /** Takes pictures evenly from all over the dataset, and spreads each part over the whole. */
  private static Split split(Node node, QuantizeAsk ask) throws Refused {
    FileName dataset = new FileName(ask.dataset());
    List<FileVersion> all =
        node.state()
            .read(
                s ->
                    s.files().namesIn(dataset).stream()
                        .map(name -> s.files().latest(name).orElseThrow())
                        .toList());
    if (all.size() < 2) {
      throw new Refused(
          "dataset %s: expected at least 2 pictures, one to measure and one to compare, found %d"
              .formatted(dataset, all.size()));
    }
    long asked = (long) ask.calibration() + ask.heldOut();
    int taken = (int) Math.min(asked, all.size());
    int measured = Math.clamp(taken * (long) ask.calibration() / asked, 1, taken - 1);
    StoredPictures pictures = new StoredPictures(node.files());
    Split split = new Split(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < taken; i++) {
      PictureSource picture = pictures.of(all.get((int) ((long) i * all.size() / taken)));
      boolean measure = (i + 1L) * measured / taken > (long) i * measured / taken;
      (measure ? split.calibration() : split.heldOut()).add(picture);
    }
    return split;
  }

  private static QuantizeView.Outcome outcome(
      Report report, Split split, Optional<ModelKey> added, Optional<String> refused) {
    return new QuantizeView.Outcome(
        added,
        refused,
        report.agreement().share(),
        report.agreement().meanScoreShift(),
        report.speedUp(),
        split.calibration().size(),
        split.heldOut().size(),
        report.layersQuantised(),
        report.leftFloat().stream()
            .map(left -> new LeftFloat(left.layer(), left.reason()))
            .toList(),
        report.bytesBefore(),
        report.bytesAfter());
  }
}
