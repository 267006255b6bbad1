package idunno.benchmarks.store;

import idunno.core.base.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process with one client of one store. It does what its input says, a line an order, and answers
 * each with a line: {@code ok} and a {@link Timing}, {@code unsupported}, or {@code failed} and
 * why. It ends with its input.
 */
final class ClientProcess {
  private ClientProcess() {}

  /** One operation on the file of that number. */
  private interface Operation {
    void run(int number) throws IOException;
  }

  /**
   * Runs until the input ends.
   *
   * @param args the kind of the store and where it is; see {@link #connect}
   */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err); // whatever a library prints is no answer
    try (StoreClient client = connect(args);
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      String order;
      while ((order = orders.readLine()) != null) {
        answers.println(answer(client, order));
        answers.flush();
      }
    }
    System.exit(0);
  }

  private static StoreClient connect(String[] args) throws IOException {
    return switch (args[0]) {
      case "idunno" ->
          new IdunnoClient(Arrays.stream(args[1].split(",", -1)).map(Address::parse).toList());
      case "hdfs" -> new HdfsClient(URI.create(args[1]), Boolean.parseBoolean(args[2]));
      case "folder" -> new FolderClient(Path.of(args[1]));
      default -> throw new IllegalArgumentException("no client for " + args[0]);
    };
  }

  private static String answer(StoreClient client, String order) {
    try {
      List<String> words = Arrays.asList(order.split("\t", -1));
      return "ok " + run(client, words).words();
    } catch (Exception e) {
      if (e.getCause() instanceof UnsupportedOperationException) {
        return "unsupported";
      }
      e.printStackTrace();
      return "failed " + e.toString().replaceAll("\\s+", " ");
    }
  }

  private static Timing run(StoreClient client, List<String> words) throws Exception {
    String name = words.get(1);
    return switch (words.getFirst()) {
      case "put" -> timed(1, 1, number -> client.put(Path.of(words.get(2)), name));
      case "get" -> timed(1, 1, number -> client.get(name, Path.of(words.get(2))));
      case "drain" -> timed(1, 1, number -> client.drain(name));
      case "delete" -> timed(1, 1, number -> client.delete(name));
      case "put-all" ->
          all(words, number -> client.put(local(words, number), stored(words, number)));
      case "get-all" ->
          all(words, number -> client.get(stored(words, number), local(words, number)));
      case "delete-all" -> all(words, number -> client.delete(stored(words, number)));
      default -> throw new IllegalArgumentException("no order " + words.getFirst());
    };
  }

  private static String stored(List<String> words, int number) {
    return words.get(1) + "/" + Workload.smallName(number);
  }

  private static Path local(List<String> words, int number) {
    return Path.of(words.get(2), Workload.smallName(number));
  }

  private static Timing all(List<String> words, Operation operation) throws Exception {
    return timed(Integer.parseInt(words.get(3)), Integer.parseInt(words.get(4)), operation);
  }

  /** Runs so many operations on so many threads, each thread every so-many-th. */
  private static Timing timed(int count, int threads, Operation operation) throws Exception {
    long[] eachNanos = new long[count];
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Callable<Boolean>> shares = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int first = i;
        shares.add(
            () -> {
              for (int number = first; number < count; number += threads) {
                long begun = System.nanoTime();
                operation.run(number);
                eachNanos[number] = System.nanoTime() - begun;
              }
              return true;
            });
      }
      long begun = System.nanoTime();
      for (Future<Boolean> share : workers.invokeAll(shares)) {
        share.get();
      }
      return Timing.of(System.nanoTime() - begun, eachNanos);
    }
  }
}
