package idunno.benchmarks.store;

import idunno.core.base.Address;
import idunno.core.files.FileName;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.transport.Http;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** This project's own client: all that is known of it here. */
final class IdunnoClient implements StoreClient {
  private final HttpClient http = Http.client();
  private final Client client;

  /** A client that begins with these nodes. */
  IdunnoClient(List<Address> apis) {
    this.client = Client.connect(apis, http);
  }

  @Override
  public void put(Path local, String name) throws IOException {
    client.put(local, new FileName(name), ByteProgress.SILENT);
  }

  @Override
  public void get(String name, Path local) throws IOException {
    client.get(new FileName(name), OptionalInt.empty(), local, ByteProgress.SILENT);
  }

  @Override
  public void drain(String name) throws IOException {
    client.copy(
        new FileName(name),
        OptionalInt.empty(),
        0,
        Long.MAX_VALUE,
        OutputStream.nullOutputStream());
  }

  @Override
  public void delete(String name) throws IOException {
    client.delete(new FileName(name), OptionalLong.of(0)); // else its space is kept for a day
  }

  @Override
  public void close() {
    client.close();
    http.shutdownNow();
  }
}
