package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks: add them, list them, warm them, set how they run. */
public final class ModelCommands {
  private ModelCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote("model ls", Group.MODELS, "the networks that there are", ModelCommands::list)
            .flag("every revision of each, not only the latest", "--all"),
        Command.remote(
                "model show", Group.MODELS, "all that is known of a network", ModelCommands::show)
            .takes("MODEL", "a model's name, or NAME@REVISION"),
        Command.remote(
                "model rm", Group.MODELS, "remove a network and its files", ModelCommands::remove)
            .takes("MODEL", "a model's name for all its revisions, or NAME@REVISION"),
        TestCommand.command(),
        QuantizeCommand.command(),
        Command.remote(
                "train", Group.MODELS, "load and warm networks everywhere", ModelCommands::train)
            .takesAny("MODEL", "names of models, with or without @REVISION; none: all"),
        Command.remote(
                "c3",
                Group.MODELS,
                "set the batch size of a model's new jobs",
                ModelCommands::setBatchSize)
            .takes("MODEL", "a model's name")
            .takes("BATCH_SIZE", "queries a batch; running jobs keep theirs"));
  }

  /** Uploads the files of a folder that holds a model, and adds it. */
  public static int bring(Call call, ModelName name, Path folder) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String file :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      files.put(file, folder.resolve(file));
    }
    for (Path file : files.values()) {
      if (!Files.isRegularFile(file)) {
        throw new IOException("model add " + name + ": there is no file " + file);
      }
    }
    FileName home = Model.folder(name);
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Views.PutView put = FileCommands.putFile(call, file.getValue(), home.resolve(file.getKey()));
      call.remark(call.style().faint(FileCommands.described(put)));
    }
    Views.ModelAddedView added = call.client().addModel(name);
    if (call.json()) {
      call.printDocument(added);
    } else {
      call.print(
          "%s  added; it loaded and ran in %s".formatted(added.key(), Units.span(added.checkMs())));
    }
    return Action.DONE;
  }

  private static int list(Call call) throws IOException {
    Views.ModelsView view = call.client().models(call.words().has("--all"));
    if (call.json()) {
      call.printDocument(view);
      return Action.DONE;
    }
    Columns table =
        call.columns()
            .words("MODEL", "NETWORK")
            .figures("CLASSES", "SIZE", "BATCH SIZE")
            .words("ADDED", "LICENCE");
    for (Views.ModelView model : view.models()) {
      table.row(
          model.key().toString(),
          Style.foreign(model.card().network()),
          Units.count(model.card().output().classes()),
          Units.bytes(model.bytes()),
          Integer.toString(model.batchSize()),
          Units.moment(model.addedMs()),
          Style.foreign(model.card().licence()));
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  private static int show(Call call) throws IOException {
    Views.ModelShowView view = call.client().model(call.words().modelRef("MODEL"));
    if (call.json()) {
      call.printDocument(view);
    } else {
      ShownModel.print(view, call);
    }
    return Action.DONE;
  }

  private static int remove(Call call) throws IOException {
    Views.ModelRemovedView removed = call.client().removeModel(call.words().modelRef("MODEL"));
    if (call.json()) {
      call.printDocument(removed);
    } else {
      removed.models().forEach(model -> call.print(model + "  removed"));
    }
    return Action.DONE;
  }

  private static int train(Call call) throws IOException {
    List<ModelRef> models =
        call.words().all("MODEL").stream()
            .map(text -> Words.typed("MODEL", text, ModelRef::parse))
            .toList();
    int[] cold = new int[1];
    int[] warm = new int[1];
    call.client()
        .train(
            models,
            trained -> {
              if (trained.warm()) {
                warm[0]++;
              } else {
                cold[0]++;
              }
              if (call.json()) {
                call.printJsonLine(trained);
              } else {
                call.print(described(trained, call.style()));
              }
            });
    if (!call.json()) {
      call.remark(call.style().faint(warm[0] + " warm, " + cold[0] + " not"));
    }
    return cold[0] == 0 && warm[0] > 0 ? Action.DONE : Action.FAILED;
  }

  private static String described(Views.TrainedView trained, Style style) {
    String what = trained.node() + "  " + trained.model() + "  ";
    return trained.warm()
        ? what + style.good("warm") + " in " + Units.span(trained.loadMs())
        : what
            + style.bad("not warm")
            + ": "
            + Style.foreign(trained.reason().orElse("no reason given"));
  }

  private static int setBatchSize(Call call) throws IOException {
    ModelName model = call.words().model("MODEL");
    int queries = (int) call.words().whole("BATCH_SIZE", 1, Model.MAX_BATCH_SIZE);
    return MachineCommands.done(call, call.client().setBatchSize(model, queries));
  }
}
