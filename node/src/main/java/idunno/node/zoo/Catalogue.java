package idunno.node.zoo;

import idunno.core.models.ModelCard;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the zoo can bring, as {@link Catalogues} found it.
 *
 * @param registry the npm registry's base address
 * @param registryMirror what is asked in its place
 * @param sources the files to be fetched
 * @param models the networks in them
 * @param pictures the photos in them
 */
record Catalogue(
    URI registry,
    Optional<URI> registryMirror,
    List<Source> sources,
    List<Network> models,
    List<Photo> pictures) {

  /**
   * A network.
   *
   * @param source its file's name in the catalogue
   * @param entry the path of the network in the tarball (its weights lie beside it); empty where
   *     the source is the network itself
   * @param architecture what the weights belong to, for formats that hold weights alone
   * @param labels {@link Labels#IMAGENET}, {@link Labels#FILE} and a path, or the path of the class
   *     names in the tarball
   * @param accuracy how often it is known to be right
   * @param card what {@code model.json} of the finished model will say, short of the address and
   *     the checksum
   * @param catalogue the user's catalogue that has it; empty for the built-in one
   */
  record Network(
      String source,
      Optional<String> entry,
      Optional<String> architecture,
      String labels,
      Optional<Accuracy> accuracy,
      ModelCard card,
      Optional<Path> catalogue) {
    Network {
      Objects.requireNonNull(card, "card");
      if (!Source.isFileName(card.name())) {
        throw new IllegalArgumentException("card.name: not allowed: " + card.name());
      }
    }

    String name() {
      return card.name();
    }
  }

  /**
   * A photo in a tarball.
   *
   * @param name its name outside
   * @param source the package's name
   * @param entry its path in the tarball
   * @param expected see {@link Picture#expected()}
   */
  record Photo(String name, String source, String entry, List<String> expected) {
    Photo {
      if (!Source.isFileName(name)) {
        throw new IllegalArgumentException("name: not allowed: " + name);
      }
      expected = List.copyOf(expected);
    }
  }

  Catalogue {
    sources = List.copyOf(sources);
    models = List.copyOf(models);
    pictures = List.copyOf(pictures);
    for (Network model : models) {
      checkSense(model, sourceOf(sources, model.source(), "models: " + model.name() + ": source"));
    }
    for (Photo picture : pictures) {
      sourceOf(sources, picture.source(), "pictures: " + picture.name() + ": source");
    }
  }

  /** What each field allows by itself may still not fit together. */
  private static void checkSense(Network model, Source source) {
    String place = "models: " + model.name() + ": ";
    boolean fromOutside =
        model.labels().equals(Labels.IMAGENET) || model.labels().startsWith(Labels.FILE);
    switch (source) {
      case Source.NpmPackage tarball -> {
        if (model.entry().isEmpty()) {
          throw new IllegalArgumentException(
              place
                  + "entry: expected the network's path in "
                  + tarball.name()
                  + ", found nothing");
        }
      }
      case Source.PlainFile file -> {
        if (model.entry().isPresent()) {
          throw new IllegalArgumentException(
              place + "entry: expected none, " + file.name() + " is the network itself");
        }
        if (!fromOutside) {
          throw new IllegalArgumentException(
              place + "labels: expected imagenet or file:PATH, found " + model.labels());
        }
      }
    }
    if (model.labels().startsWith(Labels.FILE) && model.catalogue().isEmpty()) {
      throw new IllegalArgumentException(place + "labels: file: is for users' catalogues");
    }
  }

  private static Source sourceOf(List<Source> sources, String name, String place) {
    return sources.stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    place + ": expected the name of a package or a file, found " + name));
  }

  /** Where a file is fetched if nothing else is said. */
  URI location(Source source) {
    return source.location(registryMirror.orElse(registry));
  }

  /** Where a file is at home, whatever mirror is asked here. */
  URI home(Source source) {
    return source.location(registry);
  }

  /** The file of this name, which a network or a picture of this catalogue has for its source. */
  Source source(String name) {
    return sourceOf(sources, name, "source");
  }

  /**
   * The network of this name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  Network model(String name) {
    return models.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no network " + name + " in the catalogue; expected one of " + names()));
  }

  /** The networks' names, in the catalogue's order. */
  List<String> names() {
    return models.stream().map(Network::name).toList();
  }

  /** What is known of a network before it is fetched. */
  CatalogueEntry entry(Network network) {
    Source source = source(network.source());
    return new CatalogueEntry(
        card(network),
        home(source),
        source.fileName(),
        source.bytes(),
        source.checksum(),
        network.labels(),
        network.accuracy(),
        network.catalogue());
  }

  /** The finished model's card: its source names the address and the checksum too. */
  ModelCard card(Network network) {
    Source source = source(network.source());
    ModelCard card = network.card();
    return new ModelCard(
        card.name(),
        card.network(),
        card.source() + "; " + home(source) + ", " + source.checksum(),
        card.licence(),
        card.preprocessing(),
        card.output());
  }
}
