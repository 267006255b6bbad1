package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much memory real processes take together for the same models: what {@code PSS} counts, each
 * page divided among the processes that have it.
 *
 * <p>With {@code -Didunno.weights.mb=330 -Didunno.weights.models=2 -Didunno.weights.processes=4} it
 * is a measurement of the size that matters, and prints its figures.
 */
@EnabledOnOs(OS.LINUX)
class SharedWeightsTest {
  private static final long MB = 1 << 20;
  private static final long BYTES = Long.getLong("idunno.weights.mb", 48) * MB;
  private static final int MODELS = Integer.getInteger("idunno.weights.models", 1);
  private static final int PROCESSES = Integer.getInteger("idunno.weights.processes", 3);

  @TempDir Path temporary;

  /** A process that opens models, runs a batch on each, and tells how far it is. */
  static final class Node {
    private Node() {}

    public static void main(String[] args) throws Exception {
      // Decoder and runtime are there before the count begins: they are no weights.
      BatchRunner.run(WarmModel.open(Path.of(args[1])), batch());
      System.out.println("ready");
      System.in.read();
      ModelOpener opener =
          args[0].equals("own")
              ? ModelOpener.plain()
              : new ModelOpener(
                  Device.CPU,
                  new PreparedModels(
                      Path.of(args[0]),
                      new PreparedModels.Rules(
                          0, Long.MAX_VALUE, Duration.ofDays(1), Duration.ofMinutes(10))),
                  Long.MAX_VALUE,
                  System.err::println);
      List<WarmModel> models = new ArrayList<>();
      for (String folder : List.of(args).subList(2, args.length)) {
        WarmModel model = opener.open(Path.of(folder));
        BatchRunner.run(model, batch());
        models.add(model);
      }
      System.gc();
      System.out.println("open");
      System.in.read();
      models.forEach(WarmModel::close);
    }

    private static List<PictureSource> batch() {
      return Collections.nCopies(8, () -> Paint.RED);
    }
  }

  private record Running(Process process, BufferedReader out) {
    void expect(String word) throws IOException {
      assertEquals(word, out.readLine());
    }

    void goOn() throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append('\n').flush();
    }

    long pssBytes() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
        if (line.startsWith("Pss:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      throw new IOException("no Pss of process " + process.pid());
    }
  }

  @Test
  void weights_of_several_processes_take_the_memory_of_one() throws Exception {
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < MODELS; i++) {
      folders.add(Networks.large(temporary.resolve("model" + i), BYTES, i));
    }
    long own = grown("own", folders);
    long shared = grown(temporary.resolve("prepared").toString(), folders);
    System.out.printf(
        "%d models of %d MB in %d processes: %d MB with weights of their own, %d MB shared%n",
        MODELS, BYTES / MB, PROCESSES, own / MB, shared / MB);
    long once = MODELS * BYTES;
    assertTrue(own > PROCESSES * once * 9 / 10, "own: " + own / MB + " MB");
    // Once, and 15 MB for each process and model to run it with.
    assertTrue(shared < once + 15 * MB * PROCESSES * MODELS, "shared: " + shared / MB + " MB");
  }

  /** By how much all processes together grow when they open the models. */
  private long grown(String how, List<Path> folders) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Node.class.getName(),
                how,
                TinyNetwork.write(temporary.resolve("tiny")).toString()));
    folders.forEach(folder -> command.add(folder.toString()));
    List<Running> all = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        Process process =
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        all.add(new Running(process, process.inputReader(StandardCharsets.UTF_8)));
      }
      long before = 0;
      for (Running one : all) {
        one.expect("ready");
      }
      for (Running one : all) {
        before += one.pssBytes();
      }
      for (Running one : all) {
        one.goOn();
      }
      for (Running one : all) {
        one.expect("open");
      }
      long after = 0;
      for (Running one : all) {
        after += one.pssBytes();
      }
      return after - before;
    } finally {
      for (Running one : all) {
        one.process().destroyForcibly().waitFor();
      }
    }
  }
}
