package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.FileView;
import idunno.node.api.Views.VersionView;
import idunno.node.client.Client;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Three of seven nodes die at the same moment while files of all sizes are put, the coordinator
 * among them in every other run: nothing acknowledged is lost, nothing else is seen in part, and
 * the copies that are missing are made anew without anybody's help.
 *
 * <p>{@code -Ddurability.runs=20} for more than one run, {@code -Ddurability.seed=N} for the draws
 * of another series, {@code -Ddurability.strict=true} to hold the cluster to the time that it
 * promises on a machine of its own.
 */
class DurabilityIT {
  private static final int NODES = 7;
  private static final int VICTIMS = 3;
  private static final int COPIES = 4;

  /** What the copies may take beyond their bytes at the throttle's rate. */
  private static final double REPAIR_SECONDS = 10;

  /** The throttle that repair has unless another is set. */
  private static final double REPAIR_BYTES_PER_SECOND = 200e6;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Cluster CLUSTER = new Cluster(NODES, "--slots", "0");

  @Test
  void threeOfSevenDieUnderLoadAndNothingAcknowledgedIsLost() throws Exception {
    int runs = Integer.getInteger("durability.runs", 1);
    long first = Long.getLong("durability.seed", new Random().nextLong(1_000_000));
    for (int run = 0; run < runs; run++) {
      CLUSTER.mend();
      run(first + run);
    }
  }

  private static void run(long seed) throws Exception {
    Random random = new Random(seed);
    String folder = "run-" + seed;
    List<Machine> victims = victims(random, seed % 2 == 0);
    List<Machine> survivors = new ArrayList<>(CLUSTER.machines());
    survivors.removeAll(victims);
    String names = String.join(" ", victims.stream().map(Machine::name).toList());
    System.out.println("durability: seed " + seed + ", victims " + names);
    try (UploadLoad load = new UploadLoad(CLUSTER, folder, seed)) {
      int enough = 20 + random.nextInt(150);
      Eventually.holds(
          enough + " files are acknowledged", PATIENCE, () -> load.acknowledged().size() >= enough);
      long killedNanos = System.nanoTime();
      for (Machine victim : victims) {
        ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
      double detected = secondsTill(killedNanos, "the three are failed", () -> areFailed(victims));
      Eventually.holds(
          "a put that was called after the kill is acknowledged",
          PATIENCE,
          () -> load.acknowledgedNanosOfCallAfter(killedNanos) != 0);
      double acknowledged = (load.acknowledgedNanosOfCallAfter(killedNanos) - killedNanos) / 1e9;
      load.end();
      double ended = (System.nanoTime() - killedNanos) / 1e9;
      double whole =
          secondsTill(killedNanos, "all is on four nodes", () -> isOnFour(survivors, folder));
      long bytes = load.tried().stream().mapToLong(Upload::length).sum();
      double missing = (double) bytes * COPIES * VICTIMS / NODES;
      double promised = REPAIR_SECONDS + missing / REPAIR_BYTES_PER_SECOND;
      int read = check(load, folder, survivors);
      System.out.printf(
          Locale.ROOT,
          "durability: seed %d, %s killed%s; detected after %.2f s, first new put acknowledged"
              + " after %.2f s, load over after %.2f s, all on four nodes after %.2f s (%s %.1f s);"
              + " %d files of %.1f MB tried, %d acknowledged, %d versions read right at each"
              + " survivor, none lost%n",
          seed,
          names,
          seed % 2 == 0 ? " (the coordinator among them)" : "",
          detected,
          acknowledged,
          ended,
          whole,
          whole <= promised ? "within" : "NOT WITHIN",
          promised,
          load.tried().size(),
          bytes / 1e6,
          load.acknowledged().size(),
          read);
      assertTrue(!Boolean.getBoolean("durability.strict") || whole <= promised, "repair is late");
    }
    for (Machine victim : victims) {
      victim.kill();
    }
    Client client = CLUSTER.client();
    for (FileView file : list(survivors.getFirst(), folder)) {
      client.delete(file.name());
    }
  }

  private static List<Machine> victims(Random random, boolean withCoordinator)
      throws InterruptedException {
    Machine coordinator = CLUSTER.coordinator();
    List<Machine> others = new ArrayList<>(CLUSTER.machines());
    others.remove(coordinator);
    Collections.shuffle(others, random);
    if (withCoordinator) {
      others.addFirst(coordinator);
    }
    return List.copyOf(others.subList(0, VICTIMS));
  }

  private static double secondsTill(long sinceNanos, String what, Eventually.Look<Boolean> look)
      throws InterruptedException {
    Eventually.holds(what, PATIENCE, look);
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  private static boolean areFailed(List<Machine> victims) throws IOException {
    List<String> names = victims.stream().map(Machine::name).toList();
    return CLUSTER.client().members().members().stream()
        .filter(member -> names.contains(member.id().name().value()))
        .allMatch(member -> member.state() == MemberState.FAILED);
  }

  private static List<FileView> list(Machine asked, String folder) throws IOException {
    return CLUSTER.client(asked).files(Optional.of(new FileName(folder))).files();
  }

  private static boolean isOnFour(List<Machine> survivors, String folder) throws IOException {
    return list(survivors.getLast(), folder).stream()
        .flatMap(file -> file.versions().stream())
        .allMatch(version -> version.replicas().size() == COPIES);
  }

  /**
   * Reads everything at every survivor, and compares it with what was tried: all that was
   * acknowledged is there, and what else is there is whole, and there once.
   *
   * @return how many versions there are
   */
  private static int check(UploadLoad load, String folder, Collection<Machine> survivors)
      throws Exception {
    Map<String, Upload> tried = new HashMap<>();
    for (Upload upload : load.tried()) {
      tried.put(key(upload.name(), Writes.crc32c(upload.bytes())), upload);
    }
    int versions = 0;
    for (Machine survivor : survivors) {
      Map<String, Upload> seen = new TreeMap<>();
      Map<String, Integer> inFolders = new TreeMap<>();
      for (FileView file : list(survivor, folder)) {
        for (VersionView version : file.versions()) {
          Upload upload = tried.get(key(file.name(), version.crc32c()));
          String which = file.name() + " version " + version.number() + " at " + survivor.name();
          assertTrue(upload != null, which + " is nothing that was tried");
          assertTrue(
              java.util.Objects.requireNonNull(upload)
                  .is(read(survivor, file.name(), version.number())),
              which);
          Upload before = seen.put(key(file.name(), version.crc32c()), upload.as(version.number()));
          assertTrue(before == null, which + " is there twice: " + before);
          inFolders.merge(parent(file.name()), 1, Integer::sum);
        }
      }
      for (Upload upload : load.acknowledged()) {
        Upload found = seen.get(key(upload.name(), Writes.crc32c(upload.bytes())));
        assertEquals(upload, found, "acknowledged, at " + survivor.name());
      }
      inFolders.forEach(
          (name, files) ->
              assertTrue(
                  !name.contains("/folder-") || files == UploadLoad.FOLDER_FILES,
                  name + " is there in part: " + files));
      versions = seen.size();
    }
    return versions;
  }

  private static String key(FileName name, String crc32c) {
    return name + " " + crc32c;
  }

  private static String parent(FileName name) {
    return name.value().substring(0, name.value().lastIndexOf('/'));
  }

  /** Reads a version; while no coordinator can be had, a node has no answer, and is asked again. */
  private static byte[] read(Machine machine, FileName name, int version) throws Exception {
    return Eventually.see(
            name + " version " + version + " is read at " + machine.name(),
            Cluster.SOON,
            () -> {
              String path = "/v1/files/" + name + "?version=" + version;
              HttpResponse<byte[]> answer = Web.get(machine.api(), path);
              assertEquals(200, answer.statusCode(), () -> name + ": " + Web.error(answer));
              return answer;
            },
            answer -> true)
        .body();
  }
}
