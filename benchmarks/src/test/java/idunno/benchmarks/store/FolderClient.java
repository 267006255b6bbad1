package idunno.benchmarks.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A store that is mounted as a folder. Closing a file is what it acknowledges. */
record FolderClient(Path folder) implements StoreClient {
  @Override
  public void put(Path local, String name) throws IOException {
    Path target = folder.resolve(name);
    Path parent = target.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
    copy(local, target);
  }

  @Override
  public void get(String name, Path local) throws IOException {
    copy(folder.resolve(name), local);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (InputStream in = Files.newInputStream(from);
        OutputStream out = Files.newOutputStream(to)) {
      Copying.copy(in, out);
    }
  }

  @Override
  public void drain(String name) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(name))) {
      Copying.copy(in, OutputStream.nullOutputStream());
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(folder.resolve(name));
  }

  @Override
  public void close() {}
}
