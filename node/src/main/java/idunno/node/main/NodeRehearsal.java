package idunno.node.main;

import idunno.core.base.Address;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import idunno.node.shell.Action;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.FirstFreePort;
import idunno.node.transport.FreePort;
import idunno.node.transport.Http;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/**
 * What a node does, done once for the launcher while Java watches: three of them, in this process,
 * begin a cluster, store pictures, run jobs, and change their coordinator, all by the commands that
 * users give. Every node that is started later has its classes at once, and Java knows which of its
 * code is worth compiling, and how.
 */
final class NodeRehearsal {
  private static final String HOST = "127.0.0.1";

  // Ports below those that systems give out, and away from where nodes are looked for.
  private static final int FIRST_PORT = 18_400;
  private static final int PORTS_A_NODE = 3;
  private static final int TRIES = 500;

  private static final int NODES = 3;
  private static final int PICTURES = 240;

  /** Before the coordinator changes, and after; each some hundred batches. */
  private static final int JOBS = 4;

  private static final int SIDE = 32;
  private static final int COLOURS = 3;
  private static final int CLASSES = 4;

  private static final int POLL_MS = 20;

  private final Program program;
  private final Path folder;
  private final int port;

  private NodeRehearsal(Program program, Path folder, int port) {
    this.program = program;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Plays it; nothing is printed. The nodes go on afterwards, until this process ends.
   *
   * @param folder for their data, to be deleted when it has ended
   */
  static void play(Program program, Path folder) throws IOException, InterruptedException {
    new NodeRehearsal(program, folder, freePorts()).play();
  }

  private static int freePorts() throws IOException {
    int ports = NODES * PORTS_A_NODE;
    return FirstFreePort.bind(
        FIRST_PORT,
        ports,
        TRIES,
        first -> {
          for (int port = first; port < first + ports; port++) {
            FreePort.check(HOST, port);
          }
          return first;
        });
  }

  private void play() throws IOException, InterruptedException {
    for (int node = 0; node < NODES; node++) {
      start(node);
    }
    run(1, "put", "-r", pictures().toString(), "pictures");
    Path labels =
        Files.write(folder.resolve("labels.txt"), List.of("red", "green", "blue", "none"));
    run(
        1,
        "model",
        "add",
        "tiny",
        network().toString(),
        "--labels=" + labels,
        "--preset=unit",
        "--size=" + SIDE);
    run(1, "train", "tiny");
    for (int job = 0; job < JOBS; job++) {
      infer();
    }
    run(0, "leave");
    for (int job = 0; job < JOBS; job++) {
      infer();
    }
    for (String question : List.of("list_mem", "jobs", "c1", "c2", "c5", "cq", "store", "ls")) {
      run(2, question, "--json");
    }
    run(2, "grep", "batch-ended", "--json");
    run(2, "get", "-r", "pictures", folder.resolve("back").toString());
  }

  private void infer() throws IOException {
    run(
        1,
        "inference",
        "0",
        Integer.toString(PICTURES - 1),
        "tiny",
        "--dataset=pictures",
        "--batch-size=1",
        "--wait");
  }

  /** Starts a node, which ends with the process, and waits until it is a member. */
  private void start(int node) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "start",
                "--name=r" + node,
                "--data=" + folder.resolve("r" + node),
                "--port=" + api(node).port(),
                "--slots=1",
                "--own-weights",
                "--device=cpu"));
    if (node > 0) {
      words.add("--join=" + api(0));
    }
    FutureTask<Ended> life = new FutureTask<>(() -> perform(words, api(node)));
    Thread.ofPlatform().daemon().name("rehearsal-" + node).start(life);
    while (perform(List.of("list_mem"), api(node)).code() != Action.DONE) {
      if (life.isDone()) {
        throw new IOException(words + ": " + life.resultNow().err());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private Address api(int node) {
    return new Address(HOST, port + node * PORTS_A_NODE);
  }

  /** Has a command run by a node. */
  private void run(int node, String... words) throws IOException {
    Ended ended = perform(List.of(words), api(node));
    if (ended.code() != Action.DONE) {
      throw new IOException(List.of(words) + ": " + ended.err());
    }
  }

  private record Ended(int code, String err) {}

  private Ended perform(List<String> words, Address api) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    // Not this process's own, by which a node of a user's might join, or listen elsewhere.
    Map<String, String> environment = Map.of("IDUNNO_API", api.toString());
    try (PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        Session session =
            new Session(
                InputStream.nullInputStream(),
                nowhere,
                err,
                Style.PLAIN,
                environment,
                Http::client)) {
      return new Ended(program.run(words, session), said.toString(StandardCharsets.UTF_8));
    }
  }

  private Path pictures() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    SplittableRandom random = new SplittableRandom(1);
    for (int number = 0; number < PICTURES; number++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
        image.setRGB(pixel % SIDE, pixel / SIDE, random.nextInt(1 << 24));
      }
      ImageIO.write(image, "jpg", pictures.resolve("%03d.jpg".formatted(number)).toFile());
    }
    return pictures;
  }

  /** Writes a network whose scores are sums of the three colours' means. */
  private Path network() throws IOException {
    OnnxGraph graph = new OnnxGraph("tiny");
    String means =
        graph.node("means", "GlobalAveragePool", List.of(graph.input(COLOURS, SIDE, SIDE)));
    String flat = graph.node("flat", "Flatten", List.of(means));
    float[] weights = new float[COLOURS * CLASSES];
    for (int weight = 0; weight < weights.length; weight++) {
      weights[weight] = weight % CLASSES;
    }
    String sums = graph.constant("sums", Tensor.of(new int[] {COLOURS, CLASSES}, weights));
    graph.output(graph.node("scores", "MatMul", List.of(flat, sums)), CLASSES);
    Path file = folder.resolve("tiny.onnx");
    graph.write(file);
    return file;
  }
}
