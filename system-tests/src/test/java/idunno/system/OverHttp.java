package idunno.system;

import idunno.node.api.Views.DeletedView;
import idunno.node.api.Views.ErrorView;
import idunno.node.api.Views.PutView;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import idunno.node.demo.LocalCluster.Machine;
import idunno.system.history.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain HTTP, one node at a time. A change that got no answer is sometimes asked for again at
 * another node, under the same id, and sometimes left alone.
 */
final class OverHttp {
  private static final int TRIES = 3;
  private static final int LEAST_PATIENCE_MS = 500;
  private static final int MORE_PATIENCE_MS = 3_000;
  private static final Pattern FOUND = Pattern.compile("found (?:version (\\d+)|no such file)");

  private final Writes writes;
  private final boolean stale;
  private final SplittableRandom random;
  private final Supplier<Machine> any;
  private final String id = UUID.randomUUID().toString();
  private long sequence;

  /**
   * A way to ask.
   *
   * @param stale whether gets may be answered from the past; the check must find that out
   */
  OverHttp(List<Machine> machines, Writes writes, boolean stale, SplittableRandom random) {
    this.writes = writes;
    this.stale = stale;
    this.random = random;
    this.any = () -> machines.get(random.nextInt(machines.size()));
  }

  /** What was answered, and by whom. */
  record Answered(String node, Outcome outcome) {}

  /** Reads the latest version at one node. */
  Outcome get(String name, Machine machine) throws InterruptedException {
    String path = "/v1/files/" + name + "?stale=" + stale;
    return attempt(machine, request(machine, path).GET(), this::found);
  }

  /** Puts a new version. */
  Answered put(String name, Writes.Write write, OptionalInt onlyOver) throws InterruptedException {
    byte[] bytes = write.bytes();
    return change(
        name,
        request -> {
          onlyOver.ifPresent(
              number -> request.header("Idunno-If-Version", Integer.toString(number)));
          return request.PUT(BodyPublishers.ofByteArray(bytes));
        },
        answer -> stored(answer, bytes));
  }

  /** Deletes a file. */
  Answered delete(String name) throws InterruptedException {
    return change(name, HttpRequest.Builder::DELETE, OverHttp::deleted);
  }

  /** Makes a request of what all requests have. */
  private interface Making {
    HttpRequest.Builder of(HttpRequest.Builder request);
  }

  /** Tells what an answer of status 200 says. */
  private interface Reading {
    Outcome of(HttpResponse<byte[]> answer) throws BadMessage;
  }

  private Answered change(String name, Making making, Reading reading) throws InterruptedException {
    sequence++;
    Outcome outcome = new Outcome.Failed("no node was reached");
    Machine machine = any.get();
    for (int i = 0; i < TRIES; i++) {
      HttpRequest.Builder request =
          request(machine, "/v1/files/" + name)
              .header("Idunno-Client", id)
              .header("Idunno-Sequence", Long.toString(sequence));
      Outcome one = attempt(machine, making.of(request), reading);
      boolean settled = !(one instanceof Outcome.Unknown) && !(one instanceof Outcome.Failed);
      // Not done by this try says nothing of the one before.
      outcome = settled || !(outcome instanceof Outcome.Unknown) ? one : outcome;
      if (settled || random.nextBoolean()) {
        break;
      }
      machine = any.get();
    }
    return new Answered(machine.name(), outcome);
  }

  private HttpRequest.Builder request(Machine machine, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + machine.api() + path))
        .timeout(Duration.ofMillis(LEAST_PATIENCE_MS + random.nextInt(MORE_PATIENCE_MS)));
  }

  private static Outcome attempt(Machine machine, HttpRequest.Builder request, Reading reading)
      throws InterruptedException {
    try {
      HttpResponse<byte[]> answer =
          Cluster.http().send(request.build(), BodyHandlers.ofByteArray());
      return answer.statusCode() == 200
          ? reading.of(answer)
          : refused(
              answer.statusCode(), Codec.json().decode(answer.body(), ErrorView.class).error());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Outcome.Failed(machine.name() + " can't be reached");
    } catch (IOException | BadMessage e) {
      return new Outcome.Unknown(String.valueOf(e.getMessage()));
    }
  }

  /** What a refusal says; what isn't surely "not done" is unknown. */
  static Outcome refused(int status, String error) {
    if (status == 404 && error.startsWith("no file ")) {
      return new Outcome.Absent();
    }
    Matcher found = FOUND.matcher(error);
    if (status == 412 && found.find()) {
      String number = found.group(1);
      return new Outcome.Conflict(number == null ? 0 : Integer.parseInt(number));
    }
    boolean surely = status / 100 == 4 || error.contains("nothing was committed");
    return surely ? new Outcome.Failed(error) : new Outcome.Unknown(error);
  }

  private static Outcome stored(HttpResponse<byte[]> answer, byte[] sent) throws BadMessage {
    PutView put = Codec.json().decode(answer.body(), PutView.class);
    if (put.length() != sent.length || !put.crc32c().equals(Writes.crc32c(sent))) {
      throw new AssertionError(
          "stored "
              + put
              + ", sent "
              + sent.length
              + " bytes: "
              + new String(sent, StandardCharsets.US_ASCII));
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
            .orElse(Writes.NOBODYS));
  }
}
