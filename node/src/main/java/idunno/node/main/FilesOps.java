package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.PutView;
import idunno.node.files.FileStore;
import idunno.node.gateway.Conflict;
import idunno.node.gateway.FilesPort;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.replica.Proposer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The file store's commands, done by this node. */
final class FilesOps implements FilesPort {
  private final NodeProcess process;

  FilesOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public PutView put(RequestId id, FileName name, Optional<Integer> onlyOver, InputStream in)
      throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    try {
      FileStore.Put put = process.node().files().put(id, name, onlyOver, in);
      var file = put.files().getFirst();
      return new PutView(
          name,
          put.versions().getFirst(),
          file.length(),
          String.format("%08x", file.crc32c()),
          put.replicas(),
          msSince(startedNanos));
    } catch (FileStore.Conflict e) {
      throw new Conflict(name, e.expected(), e.found());
    } catch (FileStore.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  private static long msSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  @Override
  public FolderPutView putFolder(RequestId id, FileName folder, Iterator<Part> parts)
      throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    Iterator<FileStore.Source> sources =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return parts.hasNext();
          }

          @Override
          public FileStore.Source next() {
            Part part = parts.next();
            return new FileStore.Source(folder.resolve(part.name()), part.in());
          }
        };
    try {
      FileStore.Put put = process.node().files().put(id, sources, Optional.of(folder));
      long bytes = put.files().stream().mapToLong(file -> file.length()).sum();
      return new FolderPutView(
          folder, put.files().size(), bytes, put.replicas(), msSince(startedNanos));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (FileStore.Refused e) {
      throw new Refused(String.valueOf(e.getMessage()));
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public List<FileVersion> versions(FileName name) throws IOException {
    return process.node().state().read(s -> s.files().versions(name));
  }

  @Override
  public void copy(FileVersion version, long from, long to, OutputStream out) throws IOException {
    process.node().files().copy(version, from, to, out);
  }
}
