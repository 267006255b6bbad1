package idunno.benchmarks.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a comparison takes place: a folder on the disk that is measured, a folder in memory, and
 * the processes, all of which end with this one.
 *
 * @param disk everything that a store writes lies below it
 * @param memory what clients read and write lies below it, so that their disk isn't measured
 * @param guard ends the processes and deletes both folders
 */
record Arena(Path disk, Path memory, Guard guard) implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** The heap of every JVM, whoever's: what the product's launcher gives its nodes. */
  private static final String HEAP = "-Xmx1g";

  private static final int PRIMING_BLOCK_BYTES = 64 << 10;
  private static final int PRIMING_BLOCKS = 1 << 14;
  private static final int LINES_SHOWN = 6;

  /** Opens one below this folder. */
  static Arena open(Path home) throws IOException {
    String name = "idunno-store-benchmark-" + ProcessHandle.current().pid();
    Path disk = home.toAbsolutePath().normalize().resolve(name);
    Path memory =
        (Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : home).resolve(name + "-memory");
    Files.createDirectories(disk);
    Files.createDirectories(memory);
    Files.writeString(disk.resolve("logging.properties"), LOGGING);
    return new Arena(disk, memory, new Guard(List.of(disk, memory)));
  }

  /** Whether clients' files are truly in memory. */
  boolean isInMemory() {
    return memory.startsWith(SHARED_MEMORY);
  }

  /** Warnings alone, to the standard error, which goes to a file. */
  private static final String LOGGING =
      """
      handlers = java.util.logging.ConsoleHandler
      java.util.logging.ConsoleHandler.level = WARNING
      .level = WARNING
      """;

  /**
   * The command line of a JVM, up to the main class. All are alike: this one's Java, the same heap,
   * the same collector.
   *
   * @param first what comes first on the class path; none, if empty
   */
  List<String> java(List<Path> first, List<String> options) {
    List<String> path = new ArrayList<>();
    first.forEach(folder -> path.add(folder.toString()));
    path.add(System.getProperty("java.class.path"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                HEAP));
    command.addAll(options);
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    return command;
  }

  /** The option that quietens libraries which log by {@code java.util.logging}. */
  String quiet() {
    return "-Djava.util.logging.config.file=" + disk.resolve("logging.properties");
  }

  /** Starts a process whose end is ours; what it prints goes to a file of that name. */
  Process start(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(disk.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output(name).toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    guard.watch(process.pid());
    return process;
  }

  /** What a process of that name prints. */
  Path output(String name) {
    return disk.resolve(name + ".out");
  }

  /** What each process printed last, for whoever must find out why something failed. */
  String lastWords() throws IOException {
    StringBuilder words = new StringBuilder();
    try (Stream<Path> files = Files.list(disk)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".out")).sorted().toList()) {
        List<String> lines = new String(Files.readAllBytes(file), UTF_8).lines().toList();
        if (!lines.isEmpty()) {
          words.append("--- ").append(file.getFileName()).append('\n');
          lines
              .subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size())
              .forEach(line -> words.append(line).append('\n'));
        }
      }
    }
    return words.toString();
  }

  /** Runs a command to its end. {@return what it printed} */
  String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed;
    try (BufferedReader in = process.inputReader()) {
      printed = in.readAllAsString();
    }
    if (process.waitFor() != 0) {
      throw new IOException(command + " ended with " + process.exitValue() + ": " + printed);
    }
    return printed;
  }

  /** Waits until the disk has everything that was written so far. */
  void sync() throws IOException, InterruptedException {
    run(List.of("sync", "-f", disk.toString()));
  }

  /**
   * Brings disk and cache into the same state before every measurement that writes: something has
   * just been written and deleted, and nothing waits to be written. The first writes after seconds
   * of rest can be several times slower, since a virtual machine's host takes free memory back; how
   * long the rest was depends on who was measured before, not on who is measured.
   */
  void prime() throws IOException, InterruptedException {
    Path file = disk.resolve("priming");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PRIMING_BLOCK_BYTES);
      for (int i = 0; i < PRIMING_BLOCKS; i++) {
        block.clear();
        while (block.hasRemaining()) {
          channel.write(block);
        }
      }
      channel.force(true);
    }
    Files.delete(file);
    sync();
  }

  /** Ports that are free now. */
  static int[] freePorts(InetAddress address, int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, address);
        held.add(socket);
        ports[i] = socket.getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    guard.close();
  }
}
