package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.node.api.Views;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Networks: add them, list them, warm them, set how they run. */
public final class ModelCommands {
  private ModelCommands() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "model add", Group.MODELS, "add a network to the cluster", ModelCommands::add)
            .takes("NAME", "what it is to be called")
            .mayTake("FOLDER", "holds model.onnx, labels.txt and model.json")
            .option("--network", "FILE", "the network in ONNX, instead of FOLDER")
            .option("--labels", "FILE", "the class names, one a line, instead of FOLDER")
            .option("--card", "FILE", "how pictures are prepared (JSON), instead of FOLDER"),
        Command.remote(
            "model ls", Group.MODELS, "the networks that there are", ModelCommands::list),
        Command.remote(
                "train", Group.MODELS, "load and warm networks everywhere", ModelCommands::train)
            .takesAny("MODEL", "names of models; none: all"),
        Command.remote(
                "c3",
                Group.MODELS,
                "set the batch size of a model's new jobs",
                ModelCommands::setBatchSize)
            .takes("MODEL", "a model's name")
            .takes("BATCH_SIZE", "queries a batch; running jobs keep theirs"));
  }

  private static int add(Call call) throws IOException {
    return bring(call, call.words().model("NAME"), files(call.words()));
  }

  /** Uploads the files of a folder that holds a model, and adds it. */
  public static int bring(Call call, ModelName name, Path folder) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String file :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      files.put(file, folder.resolve(file));
    }
    return bring(call, name, files);
  }

  private static int bring(Call call, ModelName name, Map<String, Path> files) throws IOException {
    for (Path file : files.values()) {
      if (!Files.isRegularFile(file)) {
        throw new IOException("model add " + name + ": there is no file " + file);
      }
    }
    FileName folder = Model.folder(name);
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Views.PutView put =
          FileCommands.putFile(call, file.getValue(), folder.resolve(file.getKey()));
      call.remark(call.style().faint(FileCommands.described(put)));
    }
    Views.ModelAddedView added = call.client().addModel(name);
    if (call.json()) {
      call.printDocument(added);
    } else {
      call.print(
          "%s  added; it loaded and ran once in %s"
              .formatted(added.key(), Units.span(added.checkMs())));
    }
    return Action.DONE;
  }

  /** The three files by their names in the model's folder. */
  private static Map<String, Path> files(Words words) {
    Map<String, Path> files = new LinkedHashMap<>();
    Optional<Path> folder = words.optional("FOLDER").map(text -> FileCommands.path("FOLDER", text));
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put(ModelCard.NETWORK_FILE, "--network");
    parts.put(ModelCard.LABELS_FILE, "--labels");
    parts.put(ModelCard.CARD_FILE, "--card");
    parts.forEach(
        (file, option) -> {
          Optional<Path> named =
              words
                  .option(option)
                  .map(text -> FileCommands.path(option, text))
                  .or(() -> folder.map(in -> in.resolve(file)));
          files.put(
              file,
              named.orElseThrow(
                  () -> new Usage("expected FOLDER, or " + option + " FILE for its " + file)));
        });
    return files;
  }

  private static int list(Call call) throws IOException {
    Views.ModelsView view = call.client().models();
    if (call.json()) {
      call.printDocument(view);
      return Action.DONE;
    }
    Columns table =
        call.columns()
            .words("NAME")
            .figures("REVISION")
            .words("NETWORK")
            .figures("CLASSES", "SIZE", "BATCH SIZE")
            .words("ADDED", "SOURCE", "LICENCE");
    for (Views.ModelView model : view.models()) {
      table.row(
          model.key().name().value(),
          Integer.toString(model.key().revision()),
          Style.foreign(model.card().network()),
          Units.count(model.card().output().classes()),
          Units.bytes(model.bytes()),
          Integer.toString(model.batchSize()),
          Units.moment(model.addedMs()),
          Style.foreign(model.card().source()),
          Style.foreign(model.card().licence()));
    }
    table.printTo(call.out());
    return Action.DONE;
  }

  private static int train(Call call) throws IOException {
    List<ModelName> models =
        call.words().all("MODEL").stream()
            .map(text -> Words.typed("MODEL", text, ModelName::new))
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
