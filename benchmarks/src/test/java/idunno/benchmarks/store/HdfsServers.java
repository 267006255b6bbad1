package idunno.benchmarks.store;

import idunno.benchmarks.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;

/**
 * HDFS: a name node and four data nodes, each a process. Its settings are its defaults, but for
 * four copies, where things lie, and the two that are explained below.
 */
final class HdfsServers implements Servers {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration UP_WITHIN = Duration.ofMinutes(3);

  /** Its client's remarks at our end; held, since a logger that nobody holds forgets its level. */
  private static final Logger LIBRARY_LOG = Logger.getLogger("org.apache.hadoop");

  private final Arena arena;
  private final Path data;
  private final URI uri;
  private final List<Long> pids = new ArrayList<>();

  /** Starts them, and waits until the name node knows four living data nodes. */
  HdfsServers(Arena arena) throws IOException, InterruptedException {
    LIBRARY_LOG.setLevel(Level.SEVERE);
    this.arena = arena;
    this.data = arena.disk().resolve("hdfs");
    int[] ports = Arena.freePorts(InetAddress.getLoopbackAddress(), 1);
    this.uri = URI.create("hdfs://" + LOOPBACK + ":" + ports[0]);
    Path name = settings("name");
    arena.run(java(name, NameNode.class, List.of("-format", "-force", "-nonInteractive")));
    start("name", name, NameNode.class);
    for (int i = 1; i <= Workload.COPIES; i++) {
      String node = "data" + i;
      start(node, settings(node), DataNode.class);
    }
    awaitUp();
  }

  private void start(String node, Path settings, Class<?> main) throws IOException {
    pids.add(arena.start("hdfs-" + node, java(settings, main, List.of()), Map.of()).pid());
  }

  private List<String> java(Path settings, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>(arena.java(List.of(settings), List.of(arena.quiet())));
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /** Writes a folder of settings that belongs at the head of the class path. */
  private Path settings(String node) throws IOException {
    Path folder = data.resolve("settings-" + node);
    // Hadoop looks for its web pages on the class path, and its jars from Maven don't have them.
    Files.createDirectories(folder.resolve("webapps/hdfs"));
    Files.createDirectories(folder.resolve("webapps/datanode"));
    Map<String, String> settings = new TreeMap<>();
    settings.put("dfs.replication", Integer.toString(Workload.COPIES));
    settings.put("hadoop.tmp.dir", data.resolve("tmp-" + node).toString());
    settings.put("dfs.namenode.name.dir", data.resolve("name").toUri().toString());
    settings.put("dfs.datanode.data.dir", data.resolve(node).toUri().toString());
    settings.put("dfs.namenode.http-address", LOOPBACK + ":0");
    settings.put("dfs.datanode.address", LOOPBACK + ":0");
    settings.put("dfs.datanode.http.address", LOOPBACK + ":0");
    settings.put("dfs.datanode.ipc.address", LOOPBACK + ":0");
    // A data node that is busier than the others is passed over for a while; with four copies on
    // four nodes there is none to take its place, and a file would have three.
    settings.put("dfs.namenode.redundancy.considerLoad", "false");
    // No machine's name need be known to any resolver here.
    settings.put("dfs.namenode.datanode.registration.ip-hostname-check", "false");
    write(folder.resolve("hdfs-site.xml"), settings);
    write(folder.resolve("core-site.xml"), Map.of("fs.defaultFS", uri.toString()));
    return folder;
  }

  private static void write(Path file, Map<String, String> settings) throws IOException {
    StringBuilder xml = new StringBuilder("<configuration>\n");
    settings.forEach(
        (name, value) ->
            xml.append(
                "<property><name>%s</name><value>%s</value></property>\n".formatted(name, value)));
    Files.writeString(file, xml.append("</configuration>\n"));
  }

  private void awaitUp() throws IOException, InterruptedException {
    try (FileSystem files = FileSystem.newInstance(uri, new Configuration())) {
      DistributedFileSystem hdfs = (DistributedFileSystem) files;
      Eventually.see(
          "four data nodes of HDFS", UP_WITHIN, () -> livingDataNodes(hdfs) == Workload.COPIES);
    }
  }

  private static int livingDataNodes(DistributedFileSystem hdfs) throws IOException {
    try {
      return hdfs.getDataNodeStats(DatanodeReportType.LIVE).length;
    } catch (ConnectException e) {
      return 0; // the name node doesn't listen yet
    }
  }

  /** What a client process needs to know. */
  List<String> client(boolean syncs) {
    return List.of("hdfs", uri.toString(), Boolean.toString(syncs));
  }

  @Override
  public List<Long> pids() {
    return List.copyOf(pids);
  }

  @Override
  public Path data() {
    return data;
  }
}
