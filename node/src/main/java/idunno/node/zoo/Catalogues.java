package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Finds the catalogues: the built-in {@code zoo/catalogue.json} with {@code zoo/pictures.json}, and
 * the user's own over it. What has the name of something built in takes its place; all else is
 * added.
 */
final class Catalogues {

  /** The system property or environment variable that names another npm registry. */
  static final String REGISTRY_OVERRIDE = "IDUNNO_NPM_REGISTRY";

  /** The system property or environment variable that names the user's catalogue. */
  static final String CATALOGUE_OVERRIDE = "IDUNNO_CATALOGUE";

  private static final long MOST_BYTES = 1 << 20;

  private Catalogues() {}

  /** The names of the built-in networks; reads nothing of the user's. */
  static List<String> builtInNames() {
    return builtIn().models().stream().map(Catalogue.Network::name).toList();
  }

  /**
   * The built-in catalogue and the user's over it: the named one, else the one that {@value
   * #CATALOGUE_OVERRIDE} names as a system property or an environment variable, in this order, else
   * {@code .config/idunno/catalogue.json} at home if it is there.
   *
   * @throws IllegalArgumentException if {@value #REGISTRY_OVERRIDE} is no web address
   * @throws IllegalStateException if a built-in file is missing or wrong: the program was built
   *     badly
   * @throws IOException if the user's catalogue can't be read or is wrong; names file and field
   */
  static Catalogue load(Optional<Path> named) throws IOException {
    CatalogueFile ours = builtIn();
    Optional<Path> path = named.or(Catalogues::usual).map(p -> p.toAbsolutePath().normalize());
    if (path.isEmpty()) {
      return merged(List.of(ours), mirror());
    }
    Optional<URI> mirror = mirror();
    try {
      CatalogueFile users = CatalogueFile.read(parsed(path.get()), path);
      return merged(List.of(ours, users), mirror);
    } catch (IllegalArgumentException e) {
      throw new IOException("catalogue " + path.get() + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Path> usual() {
    Optional<String> override = setting(CATALOGUE_OVERRIDE);
    if (override.isPresent()) {
      return override.map(Path::of);
    }
    Path home = Path.of(System.getProperty("user.home"), ".config", "idunno", "catalogue.json");
    return Files.exists(home) ? Optional.of(home) : Optional.empty();
  }

  private static Optional<String> setting(String name) {
    String value = System.getProperty(name, System.getenv(name));
    return value == null || value.isBlank() ? Optional.empty() : Optional.of(value.strip());
  }

  private static JsonNode parsed(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "catalogue "
              + file
              + ": no such file; correct the path (or "
              + CATALOGUE_OVERRIDE
              + ", where that names it)");
    }
    long bytes = Files.size(file);
    if (bytes > MOST_BYTES) {
      throw new IOException(
          "catalogue " + file + ": expected at most " + MOST_BYTES + " bytes, found " + bytes);
    }
    try {
      return CatalogueFile.JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new IOException(
          "catalogue " + file + ": line " + line + ": " + e.getOriginalMessage(), e);
    }
  }

  private static CatalogueFile builtIn() {
    return resource("catalogue.json", root -> CatalogueFile.read(root, Optional.empty()));
  }

  private static <T> T resource(String name, Function<JsonNode, T> reader) {
    try (InputStream in = Catalogues.class.getResourceAsStream("/zoo/" + name)) {
      if (in == null) {
        throw new IllegalStateException("zoo/" + name + ": not on the class path; build again");
      }
      return reader.apply(CatalogueFile.JSON.readTree(in));
    } catch (IOException | JacksonException | IllegalArgumentException e) {
      throw new IllegalStateException("zoo/" + name + ": " + e.getMessage(), e);
    }
  }

  /** Later ones over earlier ones. */
  private static Catalogue merged(List<CatalogueFile> files, Optional<URI> mirror) {
    URI registry = null;
    Map<String, Source> sources = new LinkedHashMap<>();
    Map<String, Catalogue.Network> models = new LinkedHashMap<>();
    for (CatalogueFile file : files) {
      registry = file.registry().orElse(registry);
      file.sources().forEach(source -> sources.put(source.name(), source));
      file.models().forEach(model -> models.put(model.name(), model));
    }
    if (registry == null) {
      throw new IllegalStateException("zoo/catalogue.json: registry: expected a value");
    }
    return new Catalogue(
        registry,
        mirror,
        List.copyOf(sources.values()),
        List.copyOf(models.values()),
        resource("pictures.json", CatalogueFile::pictures));
  }

  private static Optional<URI> mirror() {
    return setting(REGISTRY_OVERRIDE)
        .map(
            text -> {
              try {
                return WebAddress.parse(text);
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(REGISTRY_OVERRIDE + ": " + e.getMessage(), e);
              }
            });
  }
}
