package idunno.node.inference;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.node.onnx.NetworkInspection;
import idunno.node.onnx.RefusedNetwork;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's folder: the network, its labels and its card, read and checked as far as that goes
 * without the network itself.
 *
 * @param network the path of {@code model.onnx}
 * @param card what {@code model.json} says
 * @param labels the names of the classes, in the order of the network's output
 */
public record ModelFolder(Path network, ModelCard card, List<String> labels) {
  private static final long MAX_CARD_BYTES = 1 << 20;
  private static final long MAX_LABELS_BYTES = 16 << 20;

  // Strict, so that a misspelt or forgotten field is an error and not a default.
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** Fields of the preprocessing that came later than the first cards, and what those meant. */
  private static final Map<String, String> LATER =
      Map.of(
          "filter", Preprocessing.Filter.BILINEAR.name(),
          "orientation", Preprocessing.Orientation.UPRIGHT.name(),
          "alpha", Preprocessing.Alpha.DROPPED.name());

  public ModelFolder {
    labels = List.copyOf(labels);
  }

  /**
   * Reads a folder.
   *
   * @throws UnfitModel if a file is missing or malformed, or the labels are not as many as the
   *     card's classes
   * @throws IOException if a file cannot be read
   */
  public static ModelFolder read(Path folder) throws UnfitModel, IOException {
    Path network = folder.resolve(ModelCard.NETWORK_FILE);
    checkPresent(network, NetworkInspection.MAX_FILE_BYTES);
    inspect(network);
    ModelCard card = readCard(folder.resolve(ModelCard.CARD_FILE));
    List<String> labels = readLabels(folder.resolve(ModelCard.LABELS_FILE));
    return checked(network, card, labels);
  }

  /**
   * Reads a folder whose network need not be there: a prepared copy of it is used instead.
   *
   * @throws UnfitModel if another file is missing or malformed, or the labels are not as many as
   *     the card's classes
   * @throws IOException if a file cannot be read
   */
  static ModelFolder readBesideNetwork(Path folder) throws UnfitModel, IOException {
    return checked(
        folder.resolve(ModelCard.NETWORK_FILE),
        readCard(folder.resolve(ModelCard.CARD_FILE)),
        readLabels(folder.resolve(ModelCard.LABELS_FILE)));
  }

  private static ModelFolder checked(Path network, ModelCard card, List<String> labels)
      throws UnfitModel {
    if (labels.size() != card.output().classes()) {
      throw new UnfitModel(
          "%s: expected a label for each of the %d classes of %s, found %d labels"
              .formatted(
                  ModelCard.LABELS_FILE,
                  card.output().classes(),
                  ModelCard.CARD_FILE,
                  labels.size()));
    }
    return new ModelFolder(network, card, labels);
  }

  /** Whoever put the file in the store, the runtime never sees it before this. */
  private static void inspect(Path network) throws UnfitModel, IOException {
    try {
      NetworkInspection.check(network);
    } catch (RefusedNetwork e) {
      throw new UnfitModel(ModelCard.NETWORK_FILE + ": " + e.getMessage(), e);
    }
  }

  private static ModelCard readCard(Path file) throws UnfitModel, IOException {
    checkPresent(file, MAX_CARD_BYTES);
    byte[] json = Files.readAllBytes(file);
    try {
      JsonNode tree = JSON.readTree(json);
      if (!tree.isObject()) {
        throw new UnfitModel(ModelCard.CARD_FILE + ": expected a JSON object, found none");
      }
      if (tree.path("preprocessing") instanceof ObjectNode preprocessing) {
        LATER.forEach(
            (field, meaning) -> {
              if (!preprocessing.has(field)) {
                preprocessing.put(field, meaning);
              }
            });
      }
      return JSON.treeToValue(tree, ModelCard.class);
    } catch (JacksonException e) {
      throw new UnfitModel(ModelCard.CARD_FILE + ": " + e.getOriginalMessage(), e);
    }
  }

  private static List<String> readLabels(Path file) throws UnfitModel, IOException {
    checkPresent(file, MAX_LABELS_BYTES);
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new UnfitModel(ModelCard.LABELS_FILE + ": expected UTF-8 text, found other bytes", e);
    }
  }

  private static void checkPresent(Path file, long maxBytes) throws UnfitModel, IOException {
    if (!Files.isRegularFile(file)) {
      throw new UnfitModel(file.getFileName() + ": expected this file in the model, found none");
    }
    if (Files.size(file) > maxBytes) {
      throw new UnfitModel(
          "%s: expected at most %d bytes, found %d"
              .formatted(file.getFileName(), maxBytes, Files.size(file)));
    }
  }
}
