package idunno.node.shell;

import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.Views;
import idunno.node.api.Views.QuantizeView;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code model quantize}: makes a model in 8 bits of another. */
final class QuantizeCommand {
  private static final int CALIBRATION = 128;
  private static final int HELD_OUT = 256;
  private static final int MOST_PICTURES = 10_000;

  private QuantizeCommand() {}

  static Command command() {
    return Command.remote(
            "model quantize",
            Group.MODELS,
            "make a network in 8 bits of another",
            QuantizeCommand::run)
        .takes("MODEL", "a model's name, or NAME@REVISION")
        .option("--calibrate", "DATASET", "pictures such as it will see, in the store")
        .option("--as", "NAME", "what the new model is called; else MODEL-int8")
        .option("--pictures", "N", "how many the ranges are measured on; else " + CALIBRATION)
        .option("--held-out", "N", "how many others both are compared on; else " + HELD_OUT)
        .flag("add it even if it agrees on fewer than 98 in 100", "--force");
  }

  private static int run(Call call) throws IOException {
    Words words = call.words();
    ModelRef model = words.modelRef("MODEL");
    String dataset =
        words
            .option("--calibrate")
            .map(text -> Words.file("--calibrate", text).value())
            .orElseThrow(() -> new Usage("expected --calibrate DATASET"));
    ModelName name =
        Words.typed("--as", words.option("--as").orElse(model.name() + "-int8"), ModelName::new);
    Views.QuantizeAsk ask =
        new Views.QuantizeAsk(
            dataset,
            words.number("--pictures", 1, MOST_PICTURES).orElse((long) CALIBRATION).intValue(),
            words.number("--held-out", 1, MOST_PICTURES).orElse((long) HELD_OUT).intValue(),
            name.value(),
            words.has("--force"));
    List<QuantizeView.Outcome> outcome = new ArrayList<>(1);
    try (Steps steps = new Steps(call)) {
      call.client()
          .quantize(
              model,
              ask,
              view -> {
                switch (view) {
                  case QuantizeView.Step step -> steps.moved(step);
                  case QuantizeView.Outcome end -> outcome.add(end);
                }
              });
    }
    if (outcome.isEmpty()) {
      throw new IOException("the answer ended before its outcome; ask again");
    }
    QuantizeView.Outcome end = outcome.getLast();
    if (call.json()) {
      call.printDocument(end);
    } else {
      print(call, model, end);
    }
    return end.added().isPresent() ? Action.DONE : Action.FAILED;
  }

  /** One progress bar for each step. */
  private static final class Steps implements AutoCloseable {
    private final Call call;
    private String what = "";
    private Optional<ProgressLine> line = Optional.empty();

    Steps(Call call) {
      this.call = call;
    }

    void moved(QuantizeView.Step step) {
      if (!step.what().equals(what)) {
        close();
        what = step.what();
        line = Optional.of(call.queries(Style.foreign(what)));
      }
      line.ifPresent(bar -> bar.moved(step.done(), step.total()));
    }

    @Override
    public void close() {
      line.ifPresent(ProgressLine::close);
      line = Optional.empty();
    }
  }

  private static void print(Call call, ModelRef model, QuantizeView.Outcome end) {
    Style style = call.style();
    call.print(
        "agreement with %s: %s of %s held-out pictures have the same first guess; its score moves"
                .formatted(model, Units.share(end.agreement()), Units.count(end.heldOut()))
            + " by %s on average".formatted(Units.decimal(end.scoreShift(), 4)));
    call.print(
        "speed-up: %sx, from picture file to guesses".formatted(Units.decimal(end.speedUp(), 2)));
    call.print(
        "size: %s, was %s"
            .formatted(Units.bytes(end.bytesAfter()), Units.bytes(end.bytesBefore())));
    call.print(
        "layers: %s in 8 bits, %s in float"
            .formatted(Units.count(end.layers()), Units.count(end.leftFloat().size())));
    for (Views.LeftFloat layer : end.leftFloat()) {
      call.print("  in float: " + Style.foreign(layer.layer() + ": " + layer.reason()));
    }
    end.added().ifPresent(key -> call.print(style.good(key + "  added")));
    end.refused().ifPresent(why -> call.remark(style.bad("not added: ") + Style.foreign(why)));
  }
}
