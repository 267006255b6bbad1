package idunno.benchmarks.store;

import idunno.core.base.Address;
import idunno.node.demo.LocalCluster;
import idunno.node.main.Main;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Five nodes of this project: as many processes as HDFS with its name node has, but each is all
 * that a node is, and any four of them hold a file.
 */
final class IdunnoServers implements Servers {
  /** Answers a write before the disk has it: no promise to anybody, and comparable with HDFS. */
  private static final String NO_SYNC = "--no-sync";

  private static final int NODES = 5;

  private final Path data;
  private final LocalCluster cluster;

  /** Starts them, and waits until all are members. */
  IdunnoServers(Arena arena, String name, boolean syncs) throws IOException, InterruptedException {
    data = arena.disk().resolve(name);
    List<String> options = syncs ? List.of() : List.of(NO_SYNC);
    cluster = LocalCluster.start(program(arena), data, NODES, options);
    for (long pid : pids()) {
      arena.guard().watch(pid);
    }
  }

  /** What the launcher does, but for its cache of loaded classes. */
  private static List<String> program(Arena arena) {
    List<String> program = new ArrayList<>(arena.java(List.of(), List.of("-Xrs")));
    program.add(Main.class.getName());
    return program;
  }

  /** Whether nodes can be told not to sync. */
  static boolean canOmitSync(Arena arena) throws IOException, InterruptedException {
    List<String> help = program(arena);
    help.addAll(List.of("start", "--help"));
    return arena.run(help).contains(NO_SYNC);
  }

  /** What a client process needs to know. */
  List<String> client() {
    return List.of(
        "idunno", String.join(",", cluster.apis().stream().map(Address::toString).toList()));
  }

  @Override
  public List<Long> pids() {
    return cluster.machines().stream().map(LocalCluster.Machine::pid).toList();
  }

  @Override
  public Path data() {
    return data;
  }
}
