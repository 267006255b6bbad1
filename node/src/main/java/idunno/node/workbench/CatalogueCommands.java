package idunno.node.workbench;

import idunno.core.models.ModelName;
import idunno.node.shell.Action;
import idunno.node.shell.Call;
import idunno.node.shell.Columns;
import idunno.node.shell.Command;
import idunno.node.shell.ModelCommands;
import idunno.node.shell.ProgressLine;
import idunno.node.shell.Style;
import idunno.node.shell.Units;
import idunno.node.shell.Usage;
import idunno.node.shell.Words;
import idunno.node.zoo.CatalogueEntry;
import idunno.node.zoo.From;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The catalogue of networks that can be fetched: {@code model catalogue}, {@code model pull}. */
final class CatalogueCommands {
  private static final String CATALOGUE = "--catalogue";

  private CatalogueCommands() {}

  static Command list() {
    return Command.local(
            "model catalogue",
            Command.Group.MODELS,
            "the networks that `model pull` can fetch",
            CatalogueCommands::list)
        .option(CATALOGUE, "FILE", "a catalogue of your own, besides the built-in one")
        .flag("print JSON", "--json");
  }

  static Command pull() {
    return Command.remote(
            "model pull",
            Command.Group.MODELS,
            "fetch a network of the catalogue and add it",
            CatalogueCommands::pull)
        .takes("NAME", "one of " + String.join(", ", Zoo.names()) + ", or of your own catalogue")
        .option("--as", "NAME", "what it is to be called here; else as in the catalogue")
        .option("--from", "FILE|MIRROR", "its file, a folder with it, or another server's address")
        .option(CATALOGUE, "FILE", "a catalogue of your own, besides the built-in one");
  }

  private static Optional<Path> ownCatalogue(Words words) {
    return words.option(CATALOGUE).map(text -> AddCommand.existing(CATALOGUE, text));
  }

  private static int list(Call call) throws IOException {
    List<CatalogueEntry> entries = Zoo.entries(ownCatalogue(call.words()));
    if (call.json()) {
      call.printDocument(entries);
      return Action.DONE;
    }
    Columns table =
        call.columns()
            .words("NAME", "NETWORK")
            .figures("DOWNLOAD", "TOP-1", "TOP-5")
            .words("LICENCE", "FILE");
    for (CatalogueEntry entry : entries) {
      table.row(
          Style.foreign(entry.name()),
          Style.foreign(entry.network()),
          Units.bytes(entry.bytes()),
          entry.accuracy().map(score -> Units.decimal(score.top1Percent(), 1) + " %").orElse("-"),
          entry.accuracy().map(score -> Units.decimal(score.top5Percent(), 1) + " %").orElse("-"),
          Style.foreign(entry.licence()),
          Style.foreign(entry.fileName()));
    }
    table.printTo(call.out());
    entries.stream()
        .flatMap(entry -> entry.accuracy().stream())
        .map(score -> "accuracy on " + score.set() + ", by " + score.by())
        .distinct()
        .forEach(note -> call.remark(call.style().faint(Style.foreign(note))));
    return Action.DONE;
  }

  private static int pull(Call call) throws IOException {
    Words words = call.words();
    String wanted = words.text("NAME");
    Optional<Path> own = ownCatalogue(words);
    List<String> known = Zoo.entries(own).stream().map(CatalogueEntry::name).toList();
    if (!known.contains(wanted)) {
      throw new Usage(
          "there is no network "
              + wanted
              + " in the catalogue, expected one of "
              + String.join(", ", known));
    }
    ModelName name = Words.typed("--as", words.option("--as").orElse(wanted), ModelName::new);
    From from = Words.typed("--from", words.option("--from").orElse(""), CatalogueCommands::from);
    Path folder;
    try (ProgressLine line = call.bytes("fetching " + wanted)) {
      Progress progress = (what, done, total) -> line.moved(done, total);
      folder = Zoo.prepare(own, wanted, Zoo.defaultCache(), from, progress);
    } catch (IllegalArgumentException e) {
      throw new Usage(String.valueOf(e.getMessage())); // an address, a mirror's or the registry's
    }
    return ModelCommands.bring(call, name, folder);
  }

  private static From from(String text) {
    return text.isEmpty() ? From.origin() : From.parse(text);
  }
}
