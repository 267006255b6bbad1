package idunno.benchmarks.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Our end of a {@link ClientProcess}. */
final class Driver {
  private static final long ANSWER_WITHIN_S = 1800;

  private final String name;
  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;

  /**
   * Starts one; it ends with its input, thus with this process.
   *
   * @param name of the file that its errors go to
   * @param store what it connects to, as its command line says it
   */
  Driver(Arena arena, String name, List<String> store) throws IOException {
    this.name = name;
    List<String> command = new ArrayList<>(arena.java(List.of(), List.of(arena.quiet())));
    command.add(ClientProcess.class.getName());
    command.addAll(store);
    process =
        new ProcessBuilder(command)
            .directory(arena.disk().toFile())
            .redirectError(arena.output(name).toFile())
            .start();
    arena.guard().watch(process.pid());
    orders = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** The process. */
  long pid() {
    return process.pid();
  }

  /**
   * Has an order carried out.
   *
   * @return how long it took; empty if this store can't do that
   * @throws IOException if it failed
   */
  Optional<Timing> ask(Object... words) throws IOException, InterruptedException {
    List<String> order = new ArrayList<>();
    for (Object word : words) {
      order.add(word.toString());
    }
    orders.write(String.join("\t", order) + "\n");
    orders.flush();
    String answer = answer(order.getFirst());
    if (answer.equals("unsupported")) {
      return Optional.empty();
    }
    if (!answer.startsWith("ok ")) {
      throw new IOException("%s: %s: %s".formatted(name, order, answer));
    }
    return Optional.of(Timing.parse(answer.substring("ok ".length())));
  }

  private String answer(String order) throws IOException, InterruptedException {
    CompletableFuture<String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                String read = answers.readLine();
                line.complete(read == null ? "failed its process has ended" : read);
              } catch (IOException e) {
                line.completeExceptionally(e);
              }
            });
    try {
      return line.get(ANSWER_WITHIN_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("%s: no answer to %s".formatted(name, order), e);
    }
  }
}
