package idunno.node.workbench;

import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.node.codec.Codec;
import idunno.node.convert.Converters;
import idunno.node.onnx.Hints;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.shell.Call;
import idunno.node.shell.Command;
import idunno.node.shell.ModelCommands;
import idunno.node.shell.Usage;
import idunno.node.shell.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * {@code model add}: brings a network from a file, a folder or an address, in any of the known
 * formats. It becomes ONNX here; a node then tries it before the cluster has it.
 */
final class AddCommand {
  private static final List<String> PARTS =
      List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE);
  static final int MAX_SIDE = 4096;

  private AddCommand() {}

  static Command command() {
    return Command.remote(
            "model add", Command.Group.MODELS, "add a network to the cluster", AddCommand::add)
        .takes("NAME", "what it is to be called")
        .takes("SOURCE", "a file, folder or address: ONNX, TF.js, TFLite, .pth, .safetensors")
        .option("--labels", "FILE", "the class names, one a line; 'imagenet' for its 1000")
        .option("--preset", "NAME", "how pictures are prepared: " + CardDraft.presets())
        .option("--size", "N", "the input's side in pixels, where the file leaves it open")
        .option("--resize", "N", "the picture's shorter side before the cut; else 8/7 of --size")
        .option("--filter", "NAME", "nearest, bilinear, bicubic or lanczos; else bilinear")
        .flag("resize to the input's size whatever the proportions, cut nothing", "--squash")
        .option("--card", "FILE", "a model.json of your own, instead of --preset")
        .option("--arch", "NAME", "what PyTorch weights are of, such as resnet18; else found out")
        .option("--licence", "TEXT", "the licence of the weights, to be shown")
        .option("--sha256", "HEX", "what a file from an address must hash to");
  }

  private static int add(Call call) throws IOException {
    Words words = call.words();
    ModelName name = words.model("NAME");
    try (BroughtFile source = BroughtFile.of(call, words.text("SOURCE"))) {
      if (isModel(source.path())) {
        return ModelCommands.bring(call, name, source.path());
      }
      Path folder = Files.createTempDirectory("idunno-model-");
      try {
        prepare(call, name, source, folder);
        return ModelCommands.bring(call, name, folder);
      } finally {
        delete(folder);
      }
    }
  }

  /** Whether a folder holds a model in our own form. */
  private static boolean isModel(Path source) {
    return Files.isDirectory(source)
        && PARTS.stream().allMatch(part -> Files.isRegularFile(source.resolve(part)));
  }

  private static void prepare(Call call, ModelName name, BroughtFile source, Path folder)
      throws IOException {
    Words words = call.words();
    OnnxNetwork network = Converters.read(source.path(), hints(words));
    call.remark(
        call.style()
            .faint(
                "%s: %s, input %d x %d, %d outputs"
                    .formatted(
                        source.name(),
                        network.family(),
                        network.width(),
                        network.height(),
                        network.outputs())));
    CardDraft draft = CardDraft.of(name, network, source, words);
    draft.remarks().forEach(line -> call.remark(call.style().faint(line)));
    network.file().write(folder.resolve(ModelCard.NETWORK_FILE));
    Files.write(folder.resolve(ModelCard.LABELS_FILE), draft.labels());
    Files.write(folder.resolve(ModelCard.CARD_FILE), Codec.prettyJson().encode(draft.card()));
  }

  private static Hints hints(Words words) {
    Optional<Long> size = words.number("--size", 1, MAX_SIDE);
    OptionalInt side =
        size.isPresent() ? OptionalInt.of(size.get().intValue()) : OptionalInt.empty();
    return new Hints(words.option("--arch"), side, side, OptionalInt.empty());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  /** A file that a user named. */
  static Path existing(String option, String text) {
    Path path = Path.of(text);
    if (!Files.isRegularFile(path)) {
      throw new Usage(option + ": there is no file " + path);
    }
    return path;
  }
}
