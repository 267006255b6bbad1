package idunno.system;

import idunno.core.files.FileName;
import idunno.node.api.Views.DeletedView;
import idunno.node.api.Views.ErrorView;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.Client;
import idunno.node.client.Patience;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import idunno.node.demo.LocalCluster.Machine;
import idunno.system.history.Action;
import idunno.system.history.Operation;
import idunno.system.history.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One client of a run: one operation at a time, at random nodes, with little patience. A change
 * that got no answer is sometimes asked for again at another node, under the same id, and sometimes
 * left alone; nothing is ever taken for not done unless a node says so, or none was reached.
 */
final class HistoryClient {
  private static final int TRIES = 3;
  private static final int MAX_MORE_BYTES = 200;

  /** What a get was given that nobody has put. */
  private static final long NOBODYS = Long.MAX_VALUE;

  private final int number;
  private final List<Machine> machines;
  private final List<String> names;
  private final Writes writes;
  private final boolean stale;
  private final SplittableRandom random;
  private final String id = UUID.randomUUID().toString();
  private final List<Operation> done = new ArrayList<>();
  private long sequence;

  /**
   * A client with nothing done.
   *
   * @param stale whether gets may be answered from the past; the check must find that out
   */
  HistoryClient(
      int number,
      List<Machine> machines,
      List<String> names,
      Writes writes,
      boolean stale,
      SplittableRandom random) {
    this.number = number;
    this.machines = machines;
    this.names = names;
    this.writes = writes;
    this.stale = stale;
    this.random = random;
  }

  /** What it has done. To be asked when it does nothing more. */
  List<Operation> done() {
    return done;
  }

  /** Does one operation, whatever comes of it. */
  void act() throws InterruptedException {
    String name = names.get(random.nextInt(names.size()));
    int kind = random.nextInt(100);
    if (kind < 40) {
      Writes.Write write = writes.fresh(random.nextInt(MAX_MORE_BYTES));
      change(name, new Action.Put(write.number()), write.bytes());
    } else if (kind < 48) {
      change(name, new Action.Delete(), new byte[0]);
    } else {
      read(name, any());
    }
  }

  private Machine any() {
    return machines.get(random.nextInt(machines.size()));
  }

  /** Reads a name at a node: its bytes, or its list of versions. */
  void read(String name, Machine machine) throws InterruptedException {
    boolean list = !stale && random.nextInt(4) == 0;
    String path = "/v1/files/" + name + "?stale=" + stale;
    long called = System.nanoTime();
    Outcome outcome =
        list ? listed(machine, name) : attempt(machine, request(machine, path).GET(), this::found);
    add(name, machine, new Action.Get(), outcome, called);
  }

  private Outcome listed(Machine machine, String name) throws InterruptedException {
    Patience patience = new Patience(0, 0, 0, 500 + random.nextInt(3_000));
    Client client = Client.connect(List.of(machine.api()), Cluster.http()).with(patience);
    try {
      Optional<FileView> file = client.file(new FileName(name));
      if (file.isEmpty()) {
        return new Outcome.Absent();
      }
      VersionView latest = file.get().versions().getLast();
      return new Outcome.Found(
          latest.number(), writes.withChecksum(latest.crc32c()).orElse(NOBODYS));
    } catch (InterruptedIOException e) {
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } catch (IOException e) {
      return new Outcome.Unknown(String.valueOf(e.getMessage()));
    }
  }

  private void change(String name, Action action, byte[] body) throws InterruptedException {
    String path = "/v1/files/" + name;
    long called = System.nanoTime();
    sequence++;
    Outcome outcome = new Outcome.Failed("no node was reached");
    Machine machine = any();
    for (int i = 0; i < TRIES; i++) {
      HttpRequest.Builder request =
          request(machine, path)
              .header("Idunno-Client", id)
              .header("Idunno-Sequence", Long.toString(sequence));
      Outcome one =
          action instanceof Action.Put
              ? attempt(
                  machine, request.PUT(BodyPublishers.ofByteArray(body)), a -> stored(a, body))
              : attempt(machine, request.DELETE(), HistoryClient::deleted);
      boolean settled = !(one instanceof Outcome.Unknown) && !(one instanceof Outcome.Failed);
      // Not done by this try says nothing of the one before.
      outcome = settled || !(outcome instanceof Outcome.Unknown) ? one : outcome;
      if (settled || random.nextBoolean()) {
        break;
      }
      machine = any();
    }
    add(name, machine, action, outcome, called);
  }

  private void add(String name, Machine machine, Action action, Outcome outcome, long called) {
    done.add(
        new Operation(number, machine.name(), name, action, outcome, called, System.nanoTime()));
  }

  private HttpRequest.Builder request(Machine machine, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + machine.api() + path))
        .timeout(Duration.ofMillis(500 + random.nextInt(3_000)));
  }

  /** Tells what an answer of status 200 says. */
  private interface Reading {
    Outcome of(HttpResponse<byte[]> answer) throws BadMessage;
  }

  private static Outcome attempt(Machine machine, HttpRequest.Builder request, Reading reading)
      throws InterruptedException {
    try {
      HttpResponse<byte[]> answer =
          Cluster.http().send(request.build(), BodyHandlers.ofByteArray());
      return answer.statusCode() == 200 ? reading.of(answer) : refused(answer);
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Outcome.Failed(machine.name() + " can't be reached");
    } catch (IOException | BadMessage e) {
      return new Outcome.Unknown(String.valueOf(e.getMessage()));
    }
  }

  /** What isn't surely "not done" is unknown. */
  private static Outcome refused(HttpResponse<byte[]> answer) throws BadMessage {
    String error = Codec.json().decode(answer.body(), ErrorView.class).error();
    if (answer.statusCode() == 404 && error.startsWith("no file ")) {
      return new Outcome.Absent();
    }
    boolean surely = answer.statusCode() / 100 == 4 || error.contains("nothing was committed");
    return surely ? new Outcome.Failed(error) : new Outcome.Unknown(error);
  }

  private static Outcome stored(HttpResponse<byte[]> answer, byte[] sent) throws BadMessage {
    PutView put = Codec.json().decode(answer.body(), PutView.class);
    if (put.length() != sent.length || !put.crc32c().equals(Writes.crc32c(sent))) {
      throw new AssertionError("other bytes were stored than were sent: " + put);
    }
    return new Outcome.Stored(put.version());
  }

  private static Outcome deleted(HttpResponse<byte[]> answer) throws BadMessage {
    return new Outcome.Deleted(Codec.json().decode(answer.body(), DeletedView.class).versions());
  }

  private Outcome found(HttpResponse<byte[]> answer) {
    int version = (int) answer.headers().firstValueAsLong("Idunno-Version").orElse(0);
    String crc32c = answer.headers().firstValue("Idunno-Crc32c").orElse("none");
    return new Outcome.Found(
        version,
        writes
            .of(answer.body())
            .filter(_ -> crc32c.equals(Writes.crc32c(answer.body())))
            .orElse(NOBODYS));
  }
}
