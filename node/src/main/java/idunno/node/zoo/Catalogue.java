package idunno.node.zoo;

import idunno.core.models.ModelCard;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the zoo can bring: {@code zoo/catalogue.json} and {@code zoo/pictures.json} as values.
 *
 * @param registry the npm registry's base URL, ends with a slash
 * @param packages the tarballs
 * @param models the networks in them
 * @param pictures the photos in them
 */
record Catalogue(URI registry, List<Source> packages, List<Network> models, List<Photo> pictures) {

  /** The system property or environment variable that names another registry. */
  static final String REGISTRY_OVERRIDE = "IDUNNO_NPM_REGISTRY";

  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /**
   * A tarball of the registry.
   *
   * @param name the package's name
   * @param path the tarball's path below the registry's base URL
   * @param bytes the tarball's length
   * @param sha512 the tarball's SHA-512 in base64, as npm writes it
   * @param licence the licence stated in it
   */
  record Source(String name, String path, long bytes, String sha512, String licence) {
    Source {
      check("package name", name, n -> !n.isBlank());
      check("package path", path, p -> !p.startsWith("/") && !p.contains(".."));
      check("file name in " + path, fileName(path), Catalogue::isFileName);
      check("sha512 of " + name, sha512, s -> s.length() == 88);
      if (bytes < 1) {
        throw new IllegalArgumentException("bytes of " + name + ": expected 1 or more: " + bytes);
      }
    }

    /** The tarball's name in the cache: the last part of its path. */
    String fileName() {
      return fileName(path);
    }

    private static String fileName(String path) {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * A network in a tarball.
   *
   * @param source the package's name
   * @param topology the path of its {@code model.json} in the tarball; its weights lie beside it
   * @param labels the path of its class names: a JSON object from class number to name
   * @param card what {@code model.json} of the finished model will say
   */
  record Network(String source, String topology, String labels, ModelCard card) {
    Network {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(topology, "topology");
      Objects.requireNonNull(labels, "labels");
      Objects.requireNonNull(card, "card");
      check("model name", card.name(), Catalogue::isFileName);
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
      check("picture name", name, Catalogue::isFileName);
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(entry, "entry");
      expected = List.copyOf(expected);
    }
  }

  private record ModelsFile(String registry, List<Source> packages, List<Network> models) {}

  private record PicturesFile(List<Photo> pictures) {}

  Catalogue {
    packages = List.copyOf(packages);
    models = List.copyOf(models);
    pictures = List.copyOf(pictures);
    for (Network model : models) {
      source(packages, model.source());
    }
    for (Photo picture : pictures) {
      source(packages, picture.source());
    }
  }

  /**
   * Reads the two files from the class path. The registry is the one that {@value
   * #REGISTRY_OVERRIDE} names as a system property or an environment variable, in this order, else
   * the one in the file.
   *
   * @throws IllegalArgumentException if the override is no web address
   * @throws IllegalStateException if a file is missing or wrong: the program was built badly
   */
  static Catalogue load() {
    ModelsFile models = read("catalogue.json", ModelsFile.class);
    String registry = System.getProperty(REGISTRY_OVERRIDE, System.getenv(REGISTRY_OVERRIDE));
    String base = registry == null || registry.isBlank() ? models.registry() : registry.strip();
    if (!base.matches("https?://[!-~]+")) {
      throw new IllegalArgumentException(
          REGISTRY_OVERRIDE + ": expected http://HOST/ or https://HOST/, found " + base);
    }
    return new Catalogue(
        URI.create(base.endsWith("/") ? base : base + "/"),
        models.packages(),
        models.models(),
        read("pictures.json", PicturesFile.class).pictures());
  }

  private static <T> T read(String file, Class<T> type) {
    JsonMapper mapper =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    try (InputStream in = Catalogue.class.getResourceAsStream("/zoo/" + file)) {
      if (in == null) {
        throw new IllegalStateException("zoo/" + file + ": not on the class path; build again");
      }
      return mapper.readValue(in, type);
    } catch (IOException | JacksonException e) {
      throw new IllegalStateException("zoo/" + file + ": " + e.getMessage(), e);
    }
  }

  /** Where a tarball is fetched. */
  URI location(Source source) {
    return URI.create(registry + source.path());
  }

  /** The package of this name; the constructor made sure that there is one. */
  Source source(String name) {
    return source(packages, name);
  }

  /**
   * The network of this name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  Network model(String name) {
    return models.stream()
        .filter(model -> model.card().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no network " + name + " in the zoo; expected one of " + names()));
  }

  /** The networks' names, in the file's order. */
  List<String> names() {
    return models.stream().map(model -> model.card().name()).toList();
  }

  private static Source source(List<Source> packages, String name) {
    return packages.stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no package " + name));
  }

  private static boolean isFileName(String name) {
    return FILE_NAME.matcher(name).matches();
  }

  private static void check(String what, @Nullable String value, Predicate<String> rule) {
    if (value == null || !rule.test(value)) {
      throw new IllegalArgumentException(what + ": not allowed: " + value);
    }
  }
}
