package idunno.node.shell;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.core.models.SmokeTest;
import idunno.node.api.Views;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code model show} prints: a model's card, its files, and how it stands on each node. */
final class ShownModel {
  private ShownModel() {}

  static void print(Views.ModelShowView view, Call call) {
    Views.ModelView model = view.model();
    ModelCard card = model.card();
    row(call, "model", call.style().typed(model.key().toString()));
    row(call, "network", Style.foreign(card.network()));
    row(call, "source", Style.foreign(card.source()));
    row(call, "licence", Style.foreign(card.licence()));
    row(call, "input", input(card.preprocessing()));
    row(call, "output", output(card.output()));
    tried(call, model.smoke());
    row(call, "batch size", Integer.toString(model.batchSize()));
    row(call, "added", Units.moment(model.addedMs()));
    row(
        call,
        "revisions",
        view.revisions().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    call.print("");
    Columns files = call.columns().words("FILE").figures("VERSION", "SIZE");
    for (Views.ModelFileView file : view.files()) {
      files.row(file.name().value(), Integer.toString(file.version()), Units.bytes(file.length()));
    }
    files.printTo(call.out());
    call.print("");
    Columns nodes =
        call.columns()
            .words("NODE", "STATE")
            .figures("LOADED IN", "MEMORY")
            .words("WEIGHTS", "DEVICE");
    for (Views.ModelOnNodeView node : view.nodes()) {
      Optional<Views.ModelMemoryView> memory = node.memory();
      nodes.row(
          node.node().value(),
          state(node, call.style()),
          memory.map(it -> Units.span(it.loadMs())).orElse("-"),
          memory.map(it -> Units.bytes(it.bytes())).orElse("-"),
          memory
              .map(it -> it.shared() ? "shared" : "its own")
              .orElseGet(() -> Style.foreign(node.reason().orElse("-"))),
          memory.map(it -> Style.foreign(it.device())).orElse("-"));
    }
    nodes.printTo(call.out());
  }

  /** What it showed when a node tried it, before it was added. */
  private static void tried(Call call, SmokeTest smoke) {
    row(
        call,
        "parameters",
        smoke.parameters() == 0 ? "not counted" : Units.count(smoke.parameters()));
    String perRun =
        smoke.picturesPerRun() == 1
            ? "one picture at a time"
            : "%d pictures in %s"
                .formatted(smoke.picturesPerRun(), Units.span(smoke.fullRunMicros() / 1e3));
    row(
        call,
        "when tried",
        "loaded in %s, one picture in %s, %s, %s of memory"
            .formatted(
                Units.span(smoke.loadMs()),
                Units.span(smoke.runOfOneMicros() / 1e3),
                perRun,
                Units.bytes(smoke.memoryBytes())));
  }

  private static void row(Call call, String what, String text) {
    call.print("%s %s".formatted(call.style().faint("%-11s".formatted(what)), text));
  }

  private static String state(Views.ModelOnNodeView node, Style style) {
    if (node.reason().isPresent()) {
      return style.bad("no answer");
    }
    return node.ready() ? style.good("ready") : "not loaded";
  }

  private static String input(Preprocessing how) {
    String fit =
        switch (how.resize()) {
          case SHORTER_SIDE -> "shorter side to " + how.resizeTo() + ", cut in the middle";
          case SQUASH -> "squashed";
        };
    return "%d x %d %s, %s; %s; %s, %s, alpha %s; value x %s, less %s, by %s"
        .formatted(
            how.width(),
            how.height(),
            how.channels(),
            how.layout(),
            fit,
            lower(how.filter()),
            lower(how.orientation()),
            lower(how.alpha()),
            how.scale(),
            how.mean(),
            how.std());
  }

  private static String output(ModelCard.Output output) {
    return "%s classes%s, %s"
        .formatted(
            Units.count(output.classes()),
            output.skip() == 0 ? "" : " behind " + output.skip() + " that mean none",
            lower(output.scores()));
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
