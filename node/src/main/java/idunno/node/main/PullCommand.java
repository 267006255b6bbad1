package idunno.node.main;

import idunno.core.models.ModelName;
import idunno.node.shell.Call;
import idunno.node.shell.Command;
import idunno.node.shell.ModelCommands;
import idunno.node.shell.ProgressLine;
import idunno.node.shell.Usage;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;

/** {@code model pull}: brings a network of the catalogue to the cluster. */
final class PullCommand {
  private PullCommand() {}

  static Command command() {
    return Command.remote(
            "model pull",
            Command.Group.MODELS,
            "fetch a real network and add it: " + String.join(", ", Zoo.names()),
            PullCommand::run)
        .takes("NAME", "a network of the catalogue; it is the model's name too");
  }

  private static int run(Call call) throws IOException {
    ModelName name = call.words().model("NAME");
    if (!Zoo.names().contains(name.value())) {
      throw new Usage(
          "there is no network "
              + name
              + " in the catalogue, expected one of "
              + String.join(", ", Zoo.names()));
    }
    Path folder;
    try (ProgressLine line = call.bytes("fetching " + name)) {
      folder =
          Zoo.prepare(
              name.value(), Zoo.defaultCache(), (what, done, total) -> line.moved(done, total));
    }
    return ModelCommands.bring(call, name, folder);
  }
}
