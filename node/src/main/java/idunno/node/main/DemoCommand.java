package idunno.node.main;

import idunno.node.demo.Demo;
import idunno.node.demo.LocalCluster;
import idunno.node.shell.Action;
import idunno.node.shell.Call;
import idunno.node.shell.Command;
import idunno.node.zoo.Picture;
import idunno.node.zoo.Zoo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code demo}: a cluster of processes on this machine, two networks, two deaths, a verdict. */
final class DemoCommand {
  private static final String NODES = "--nodes";
  private static final String SECONDS = "--seconds";
  private static final String NO_KILL = "--no-kill";
  private static final String KEEP = "--keep";
  private static final int DEFAULT_NODES = 5;
  private static final int DEFAULT_SECONDS = 25;

  private DemoCommand() {}

  static Command command() {
    return Command.local(
            "demo",
            Command.Group.BEGIN,
            "see it all in a minute: nodes on this machine, two real networks, two kills",
            DemoCommand::run)
        .option(NODES, "N", "how many nodes, 3 to 7; else 5")
        .option(SECONDS, "S", "about how long the jobs run on two cores, 10 to 600; else 25")
        .flag("let everybody live", NO_KILL)
        .flag("leave the cluster up at the end, until Ctrl-C", KEEP);
  }

  private static int run(Call call) throws IOException {
    int nodes = call.words().number(NODES, 3, 7).orElse((long) DEFAULT_NODES).intValue();
    int seconds = call.words().number(SECONDS, 10, 600).orElse((long) DEFAULT_SECONDS).intValue();
    Path cache = Zoo.defaultCache();
    Files.createDirectories(cache);
    Path folder = Files.createTempDirectory(cache, "demo-");
    Cleanup cleanup = new Cleanup();
    cleanup.add(() -> Warmer.delete(folder));
    Thread hook = new Thread(cleanup::close, "demo-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Demo.Settings settings =
          new Demo.Settings(nodes, seconds, !call.words().has(NO_KILL), folder, program());
      Demo demo = new Demo(call, settings);
      List<Picture> photos = demo.prepare(cache);
      call.remark(call.style().strong("• ") + "starting " + nodes + " nodes, each its own process");
      LocalCluster cluster =
          cleanup.add(
              LocalCluster.start(settings.program(), folder, nodes, List.of("--slots", "1")));
      boolean holds = demo.play(cluster, cache, photos);
      if (call.words().has(KEEP)) {
        keep(call, cluster);
      }
      return holds ? Action.DONE : Action.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the demo was interrupted");
    } finally {
      cleanup.close();
    }
  }

  private static void keep(Call call, LocalCluster cluster) throws InterruptedException {
    String api = cluster.apis().getFirst().toString();
    call.remark("the cluster stays up; talk to it with: ./idunno shell --api " + api);
    call.remark("Ctrl-C ends it and deletes its files");
    new CountDownLatch(1).await();
  }

  /** The command line that runs this program as it runs now. */
  private static List<String> program() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-Xmx"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xrs",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    return command;
  }
}
