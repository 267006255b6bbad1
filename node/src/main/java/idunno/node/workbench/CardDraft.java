package idunno.node.workbench;

import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Filter;
import idunno.core.models.Preset;
import idunno.node.codec.Codec;
import idunno.node.onnx.OnnxNetwork;
import idunno.node.shell.Usage;
import idunno.node.shell.Words;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A model's card and labels, put together of what the network's file says and what the user says.
 * Nothing is guessed in silence: what was assumed is in the remarks.
 *
 * @param card the card
 * @param labels the class names, in the order of the network's classes
 * @param remarks what was assumed, a sentence each
 */
record CardDraft(ModelCard card, List<String> labels, List<String> remarks) {
  /** What torchvision, Keras and TensorFlow all evaluate with: 256 for an input of 224. */
  private static final double USUAL_CROP = 0.875;

  private static final String IMAGENET = "imagenet";
  private static final long MAX_TEXT_BYTES = 16 << 20;

  CardDraft {
    labels = List.copyOf(labels);
    remarks = List.copyOf(remarks);
  }

  /** The presets' names, for the help. */
  static String presets() {
    return Preset.words();
  }

  /**
   * Drafts a card.
   *
   * @throws Usage if the user must say more, or says what does not fit
   * @throws IOException if a file that the user names can't be read
   */
  static CardDraft of(ModelName name, OnnxNetwork network, BroughtFile source, Words words)
      throws IOException {
    if (words.has("--card")) {
      return ofCard(words, network);
    }
    List<String> remarks = new ArrayList<>();
    List<String> labels = labels(words, network);
    int skip = network.outputs() - labels.size();
    if (skip != 0 && skip != 1) {
      throw new Usage(
          "--labels: expected a name for each of the network's %d outputs, or one less if its first"
                  .formatted(network.outputs())
              + " means nothing, found %d".formatted(labels.size()));
    }
    if (skip == 1) {
      remarks.add("one output more than labels: the first is taken to mean no class");
    }
    Preprocessing how = preprocessing(words, network, source, remarks);
    ModelCard card =
        new ModelCard(
            name.value(),
            network.family(),
            source.origin(),
            words.option("--licence").orElse("not stated"),
            how,
            new ModelCard.Output(labels.size(), skip, network.scores()));
    return new CardDraft(card, labels, remarks);
  }

  private static CardDraft ofCard(Words words, OnnxNetwork network) throws IOException {
    Path file = AddCommand.existing("--card", words.option("--card").orElseThrow());
    if (Files.size(file) > MAX_TEXT_BYTES) {
      throw new Usage("--card: expected at most " + MAX_TEXT_BYTES + " bytes");
    }
    ModelCard card = Codec.json().decode(Files.readAllBytes(file), ModelCard.class);
    return new CardDraft(card, labels(words, network), List.of());
  }

  private static List<String> labels(Words words, OnnxNetwork network) throws IOException {
    Optional<String> named = words.option("--labels");
    if (named.isEmpty()) {
      boolean imagenet = network.outputs() == 1000 || network.outputs() == 1001;
      throw new Usage(
          "expected --labels FILE with the names of the network's %d classes%s"
              .formatted(
                  network.outputs(), imagenet ? ", or --labels imagenet if it is for those" : ""));
    }
    if (named.get().equals(IMAGENET) && !Files.exists(Path.of(IMAGENET))) {
      return Zoo.imagenetLabels();
    }
    Path file = AddCommand.existing("--labels", named.get());
    if (Files.size(file) > MAX_TEXT_BYTES) {
      throw new Usage("--labels: expected at most " + MAX_TEXT_BYTES + " bytes");
    }
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException("--labels " + file + ": expected UTF-8 text, found other bytes", e);
    }
  }

  private static Preprocessing preprocessing(
      Words words, OnnxNetwork network, BroughtFile source, List<String> remarks) {
    if (network.width() != network.height()) {
      throw new Usage(
          "the network takes pictures of %d x %d: expected --card FILE, for the presets are square"
              .formatted(network.width(), network.height()));
    }
    int side = network.width();
    Preset preset = preset(words, source, remarks);
    Filter filter =
        words
            .option("--filter")
            .map(text -> Words.typed("--filter", text, CardDraft::filter))
            .orElse(Filter.BILINEAR);
    if (words.has("--squash")) {
      return preset.squash(side, filter, network.layout());
    }
    Optional<Long> resize = words.number("--resize", side, 2L * AddCommand.MAX_SIDE);
    int resizeTo = resize.isPresent() ? resize.get().intValue() : Preset.resizeTo(side, USUAL_CROP);
    if (resize.isEmpty()) {
      remarks.add(
          "shorter side to %d, then %d x %d cut in the middle; --resize N or --squash for another"
              .formatted(resizeTo, side, side));
    }
    return preset.cut(side, resizeTo, filter, network.layout());
  }

  private static Preset preset(Words words, BroughtFile source, List<String> remarks) {
    Optional<String> named = words.option("--preset");
    if (named.isPresent()) {
      return Preset.named(named.get())
          .orElseThrow(
              () ->
                  new Usage(
                      "--preset: expected one of " + presets() + ", found '" + named.get() + "'"));
    }
    if (source.name().matches("(?i).*\\.(pth|pt|safetensors)")) {
      remarks.add("prepared as torchvision does; --preset NAME for another way");
      return Preset.TORCHVISION;
    }
    throw new Usage(
        "expected --preset NAME, how its authors prepared pictures: one of %s; or --card FILE"
            .formatted(presets()));
  }

  private static Filter filter(String text) {
    return Arrays.stream(Filter.values())
        .filter(filter -> word(filter).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected one of %s, found '%s'"
                        .formatted(
                            Arrays.stream(Filter.values()).map(CardDraft::word).toList(), text)));
  }

  private static String word(Filter filter) {
    return filter.name().toLowerCase(Locale.ROOT);
  }
}
