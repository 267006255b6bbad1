package idunno.benchmarks.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The store beside HDFS and MooseFS: a large file and many small ones, put and got, four copies of
 * each, on this machine and in one run.
 *
 * <p>All servers run all the time, each store is driven by a client process of its own, and they
 * take turns, round by round, each time beginning with another; what is printed are medians of all
 * rounds but the first. What comes back is compared with what was put, and no store is measured
 * with fewer copies than the others; neither is part of any time. See {@code docs/benchmarks.md}.
 */
class StoreBenchmark {
  @Test
  void theStoreBesideOthers() throws Exception {
    assumeTrue(CpuTime.isKnown(), "CPU-seconds of processes are read from /proc: Linux only");
    Workload load = Workload.fromProperties();
    Path home = Path.of(System.getProperty("store.folder", "target"));
    String table;
    try (Arena arena = Arena.open(home)) {
      try {
        table = compare(arena, load);
      } catch (IOException e) {
        System.out.println(arena.lastWords());
        throw e;
      }
    }
    System.out.println("\n" + table);
    Optional<String> out = Optional.ofNullable(System.getProperty("store.out"));
    if (out.isPresent() && !out.get().isBlank()) {
      Files.writeString(Path.of(out.get()), table);
    }
  }

  private static String compare(Arena arena, Workload load)
      throws IOException, InterruptedException {
    List<String> remarks = new ArrayList<>();
    if (!arena.isInMemory()) {
      remarks.add("no /dev/shm here: the clients' own files are on the disk that is measured");
    }
    Sources sources = Sources.make(arena.memory(), load);
    HdfsServers hdfs = new HdfsServers(arena);
    Contestant plain =
        new Contestant("HDFS", hdfs, new Driver(arena, "client-hdfs", hdfs.client(false)));
    Contestant synced =
        new Contestant("HDFS, fsync", hdfs, new Driver(arena, "client-hdfs-s", hdfs.client(true)));
    List<Contestant> columns = new ArrayList<>();
    columns.add(idunno(arena, "IDunno", true));
    if (IdunnoServers.canOmitSync(arena)) {
      columns.add(idunno(arena, "IDunno, no fsync", false));
    } else {
      remarks.add("IDunno without fsync is left out: `start` has no option for it");
    }
    columns.add(plain);
    columns.add(synced);
    mooseFs(arena, remarks).ifPresent(columns::add);

    Limits limits = new Limits(arena.disk().resolve("limits"), load);
    List<Contestant> order = new ArrayList<>(columns);
    for (int round = 0; round <= load.rounds(); round++) {
      System.out.printf("round %d of %d%n", round, load.rounds());
      boolean counts = round > 0;
      for (Contestant contestant : order) {
        contestant.turn(arena, load, sources, round, counts);
      }
      limits.turn(arena, counts);
      Collections.rotate(order, 1);
    }
    String said = remarks.isEmpty() ? "" : "\n- " + String.join("\n- ", remarks) + "\n";
    return Table.of(load, columns, List.of(plain, synced), limits) + said;
  }

  private static Contestant idunno(Arena arena, String title, boolean syncs)
      throws IOException, InterruptedException {
    String name = syncs ? "idunno" : "idunno-no-sync";
    IdunnoServers servers = new IdunnoServers(arena, name, syncs);
    return new Contestant(title, servers, new Driver(arena, "client-" + name, servers.client()));
  }

  /** It isn't everywhere, and its absence is no reason to measure nothing. */
  private static Optional<Contestant> mooseFs(Arena arena, List<String> remarks)
      throws IOException, InterruptedException {
    Optional<String> missing = MooseFsServers.missing();
    if (missing.isEmpty()) {
      try {
        MooseFsServers servers = new MooseFsServers(arena);
        Driver driver = new Driver(arena, "client-moosefs", servers.client());
        return Optional.of(new Contestant("MooseFS", servers, driver));
      } catch (IOException e) {
        System.out.println(arena.lastWords());
        missing = Optional.of("it did not start: " + e);
      }
    }
    remarks.add("MooseFS is left out: " + missing.get());
    return Optional.empty();
  }
}
