package idunno.system;

import idunno.core.base.Address;
import idunno.core.files.FileName;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.Fetched;
import idunno.node.client.Patience;
import idunno.node.client.Refused;
import idunno.system.history.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The program's own client, with little patience: it sends bytes straight to their holders. */
final class ByClient {
  private static final Patience LITTLE = new Patience(500, 2_000, 3_000, 1_500);

  private final Client client;
  private final Writes writes;
  private final Path local;

  /**
   * A way to ask.
   *
   * @param apis of the nodes, in the order in which they are tried
   * @param local a local file that nobody else uses
   */
  ByClient(List<Address> apis, Writes writes, Path local) {
    this.client = Client.connect(apis, Cluster.http()).with(LITTLE);
    this.writes = writes;
    this.local = local;
  }

  /** A call of the client. */
  private interface Asking {
    Outcome ask() throws IOException;
  }

  private static Outcome told(Asking asking) throws InterruptedException {
    try {
      return asking.ask();
    } catch (InterruptedIOException e) {
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } catch (Refused e) {
      return OverHttp.refused(e.status(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Outcome.Unknown(String.valueOf(e.getMessage()));
    }
  }

  /** Puts a new version. */
  Outcome put(String name, Writes.Write write, OptionalInt onlyOver) throws InterruptedException {
    return told(
        () -> {
          Files.write(local, write.bytes());
          Optional<Integer> condition =
              onlyOver.isPresent() ? Optional.of(onlyOver.getAsInt()) : Optional.empty();
          PutView put = client.put(local, new FileName(name), condition, ByteProgress.SILENT);
          return new Outcome.Stored(put.version());
        });
  }

  /** Reads the latest version. */
  Outcome get(String name) throws InterruptedException {
    return told(
        () -> {
          Fetched fetched =
              client.get(new FileName(name), OptionalInt.empty(), local, ByteProgress.SILENT);
          return new Outcome.Found(
              fetched.versions().getFirst(),
              writes.of(Files.readAllBytes(local)).orElse(Writes.NOBODYS));
        });
  }

  /** Reads the list of versions. */
  Outcome list(String name) throws InterruptedException {
    return told(
        () -> {
          Optional<FileView> file = client.file(new FileName(name));
          if (file.isEmpty()) {
            return new Outcome.Absent();
          }
          VersionView latest = file.get().versions().getLast();
          return new Outcome.Found(
              latest.number(), writes.withChecksum(latest.crc32c()).orElse(Writes.NOBODYS));
        });
  }

  /** Deletes a file. */
  Outcome delete(String name) throws InterruptedException {
    return told(() -> new Outcome.Deleted(client.delete(new FileName(name)).versions()));
  }
}
