package idunno.node.main;

import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.node.files.FileStore;
import idunno.node.gateway.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A model's files, between the store and a folder of this machine. */
final class ModelParts {
  private static final List<String> PARTS =
      List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE);

  private ModelParts() {}

  /**
   * The versions of the files that lie in a model's folder of the store now.
   *
   * @throws NotFound if one is missing
   */
  static NavigableMap<String, FileVersion> newest(FileStore files, ModelName name) throws NotFound {
    NavigableMap<String, FileVersion> newest = new TreeMap<>();
    for (String part : PARTS) {
      FileName file = Model.folder(name).resolve(part);
      newest.put(
          part,
          files
              .find(file, Optional.empty())
              .orElseThrow(
                  () ->
                      new NotFound(
                          "model " + name + ": expected " + file + " in the store, found none")));
    }
    return newest;
  }

  /** Copies a model's files from the store into an existing folder. */
  static void fetch(FileStore files, Map<String, FileVersion> versions, Path folder)
      throws IOException {
    for (Map.Entry<String, FileVersion> part : versions.entrySet()) {
      try (OutputStream out = Files.newOutputStream(folder.resolve(part.getKey()))) {
        files.copy(part.getValue(), out);
      }
    }
  }

  /** Takes a file of a model to the store. */
  interface Put {
    void put(FileName name, InputStream in) throws IOException, InterruptedException;
  }

  /** Puts a model's files from a folder into the store, where they become the newest. */
  static void store(Path folder, ModelName name, Put put) throws IOException, InterruptedException {
    for (String part : PARTS) {
      try (InputStream in = Files.newInputStream(folder.resolve(part))) {
        put.put(Model.folder(name).resolve(part), in);
      }
    }
  }
}
