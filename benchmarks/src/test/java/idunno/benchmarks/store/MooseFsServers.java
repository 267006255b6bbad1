package idunno.benchmarks.store;

import idunno.benchmarks.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * MooseFS from Debian's packages: a master, four chunk servers and a mount, each a process. Its
 * settings are its defaults, but for goal 4, where things lie, ordinary priority instead of its
 * very high one, and nothing kept in the page cache of the mount: a get would be answered from
 * there.
 */
final class MooseFsServers implements Servers {
  private static final List<String> PROGRAMS =
      List.of("mfsmaster", "mfschunkserver", "mfsmount", "mfssetgoal", "mfscheckfile");
  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));
  private static final Path EMPTY_METADATA = Path.of("/var/lib/mfs/metadata.mfs.empty");
  private static final Path FUSE = Path.of("/dev/fuse");
  private static final Duration UP_WITHIN = Duration.ofMinutes(2);

  /** An address of documentation's, which no machine has (RFC 5737). */
  private static final String ELSEWHERE = "203.0.113.1";

  /** A line of mfscheckfile, such as {@code " chunks with 4 copies: 16"}. */
  private static final Pattern CHUNKS = Pattern.compile("chunks with (\\d+) cop\\S*:\\s*(\\d+)");

  private final Arena arena;
  private final Path data;
  private final Path mount;
  private final List<Process> servers = new ArrayList<>();
  private final List<Process> mounts = new ArrayList<>();

  /** Why it can't take part here; empty if it can. */
  static Optional<String> missing() throws IOException {
    for (String program : PROGRAMS) {
      if (PLACES.stream().noneMatch(place -> Files.isExecutable(place.resolve(program)))) {
        return Optional.of(
            "there is no %s (apt install moosefs-master moosefs-chunkserver moosefs-client)"
                .formatted(program));
      }
    }
    if (!Files.isReadable(EMPTY_METADATA)) {
      return Optional.of("there is no " + EMPTY_METADATA);
    }
    if (!Files.isWritable(FUSE)) {
      return Optional.of(FUSE + " can't be written");
    }
    return ownAddress().isEmpty()
        ? Optional.of("it refuses loopback and this machine has no other IPv4 address")
        : Optional.empty();
  }

  /**
   * MooseFS refuses 127.0.0.1; the machine's own address, which it would send from to any other
   * machine, is served by loopback all the same. Nothing is sent to find it out.
   */
  private static Optional<InetAddress> ownAddress() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(ELSEWHERE, 9));
      InetAddress own = socket.getLocalAddress();
      return own instanceof Inet4Address && !own.isLoopbackAddress()
          ? Optional.of(own)
          : Optional.empty();
    } catch (SocketException | UncheckedIOException e) {
      return Optional.empty(); // no route to anywhere
    }
  }

  /** Starts them, and waits until a file gets four copies. */
  MooseFsServers(Arena arena) throws IOException, InterruptedException {
    this.arena = arena;
    this.data = arena.disk().resolve("moosefs");
    this.mount = Files.createDirectories(arena.memory().resolve("moosefs-mount"));
    arena.guard().watchMount(mount);
    start();
  }

  private void start() throws IOException, InterruptedException {
    InetAddress address = ownAddress().orElseThrow();
    String host = address.getHostAddress();
    int[] ports = Arena.freePorts(address, 3 + Workload.COPIES);
    servers.add(startMaster(host, ports));
    for (int i = 1; i <= Workload.COPIES; i++) {
      servers.add(startChunkServer("chunks" + i, host, ports[1], ports[2 + i]));
    }
    // A mount that finds no master gives up.
    Eventually.see("MooseFS's master", UP_WITHIN, () -> listens(address, ports[2]));
    mounts.add(mount(host, ports[2]));
    arena.run(List.of(program("mfssetgoal"), "-r", "4", mount.toString()));
    Eventually.see("four copies of a file in MooseFS", UP_WITHIN, this::makesFourCopies);
  }

  /**
   * Begins anew with empty disks: what is deleted takes it very long to free, and would be freed
   * while others are measured. It has no compiler that would be cold again.
   */
  @Override
  public void forget() throws IOException, InterruptedException {
    arena.run(List.of("umount", "-l", mount.toString()));
    List<Process> all = new ArrayList<>(mounts);
    all.addAll(servers);
    for (Process process : all) {
      process.destroyForcibly().waitFor();
    }
    mounts.clear();
    servers.clear();
    arena.run(List.of("rm", "-rf", "--", data.toString()));
    start();
  }

  private static boolean listens(InetAddress address, int port) {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean makesFourCopies() throws IOException, InterruptedException {
    Files.writeString(mount.resolve("trial"), "trial");
    boolean four = copies("trial") == Workload.COPIES;
    Files.delete(mount.resolve("trial"));
    return four;
  }

  private static String program(String name) {
    return PLACES.stream()
        .map(place -> place.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no " + name))
        .toString();
  }

  private static String user() {
    return System.getProperty("user.name");
  }

  private Process startMaster(String host, int[] ports) throws IOException {
    Path place = Files.createDirectories(data.resolve("master"));
    Files.copy(EMPTY_METADATA, place.resolve("metadata.mfs"), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(place.resolve("exports.cfg"), "* / rw,alldirs,admin,maproot=0:0\n");
    Path settings =
        Files.writeString(
            place.resolve("master.cfg"),
            """
            WORKING_USER = %s
            WORKING_GROUP =
            NICE_LEVEL = 0
            DATA_PATH = %s
            EXPORTS_FILENAME = %s
            TOPOLOGY_FILENAME = %s
            MATOML_LISTEN_HOST = %s
            MATOML_LISTEN_PORT = %d
            MATOCS_LISTEN_HOST = %s
            MATOCS_LISTEN_PORT = %d
            MATOCL_LISTEN_HOST = %s
            MATOCL_LISTEN_PORT = %d
            """
                .formatted(
                    user(),
                    place,
                    place.resolve("exports.cfg"),
                    Files.writeString(place.resolve("topology.cfg"), ""),
                    host,
                    ports[0],
                    host,
                    ports[1],
                    host,
                    ports[2]));
    return start("moosefs-master", "mfsmaster", settings);
  }

  private Process startChunkServer(String name, String host, int masterPort, int port)
      throws IOException {
    Path place = Files.createDirectories(data.resolve(name));
    Path chunks = Files.createDirectories(place.resolve("disk"));
    Path disks = Files.writeString(place.resolve("disks.cfg"), chunks + "\n");
    Path settings =
        Files.writeString(
            place.resolve("chunkserver.cfg"),
            """
            WORKING_USER = %s
            WORKING_GROUP =
            NICE_LEVEL = 0
            DATA_PATH = %s
            HDD_CONF_FILENAME = %s
            MASTER_HOST = %s
            MASTER_PORT = %d
            CSSERV_LISTEN_HOST = %s
            CSSERV_LISTEN_PORT = %d
            """
                .formatted(user(), place, disks, host, masterPort, host, port));
    return start("moosefs-" + name, "mfschunkserver", settings);
  }

  private Process start(String name, String program, Path settings) throws IOException {
    List<String> command = List.of(program(program), "-f", "-c", settings.toString(), "start");
    return arena.start(name, command, Map.of());
  }

  private Process mount(String host, int port) throws IOException, InterruptedException {
    String options = "mfsmaster=%s,mfsport=%d,mfscachemode=NEVER,mfsnice=0".formatted(host, port);
    Process process =
        arena.start(
            "moosefs-mount",
            List.of(program("mfsmount"), "-f", "-o", options, mount.toString()),
            Map.of());
    Path parent = arena.memory();
    Eventually.see(
        "the mount of MooseFS; see " + arena.output("moosefs-mount"),
        UP_WITHIN,
        () -> !Files.getFileStore(mount).equals(Files.getFileStore(parent)));
    return process;
  }

  /** What a client process needs to know. */
  List<String> client() {
    return List.of("folder", mount.toString());
  }

  @Override
  public List<Long> pids() {
    return servers.stream()
        .map(Process::toHandle)
        .flatMap(server -> Stream.concat(Stream.of(server), server.children()))
        .map(ProcessHandle::pid)
        .toList();
  }

  @Override
  public List<Long> clientPids() {
    return mounts.stream().map(Process::pid).toList();
  }

  @Override
  public Path data() {
    return data;
  }

  /** How many copies there are of the chunk of a file that has the fewest. */
  private int copies(String name) throws IOException, InterruptedException {
    String said = arena.run(List.of(program("mfscheckfile"), mount.resolve(name).toString()));
    int fewest = Workload.COPIES;
    boolean any = false;
    Matcher matcher = CHUNKS.matcher(said);
    while (matcher.find()) {
      if (!matcher.group(2).equals("0")) {
        fewest = Math.min(fewest, Integer.parseInt(matcher.group(1)));
        any = true;
      }
    }
    return any ? fewest : 0;
  }
}
