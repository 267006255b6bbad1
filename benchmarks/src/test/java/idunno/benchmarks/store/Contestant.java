package idunno.benchmarks.store;

import idunno.benchmarks.Eventually;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One column of the table: servers, a client process of its own, and what was measured so far. */
final class Contestant {
  private static final Duration COPIES_WITHIN = Duration.ofMinutes(2);
  private static final Duration SHRINKS_WITHIN = Duration.ofMinutes(3);
  private static final long CRUMBS_BYTES = 16L << 20;

  private final String title;
  private final Servers servers;
  private final Driver driver;
  private final Map<Measure, List<Figure>> figures = new EnumMap<>(Measure.class);
  private final List<Double> calibrations = new ArrayList<>();
  private final List<Double> restPercents = new ArrayList<>();
  private double restCpuS = -1;
  private long restNanos;

  Contestant(String title, Servers servers, Driver driver) {
    this.title = title;
    this.servers = servers;
    this.driver = driver;
  }

  String title() {
    return title;
  }

  /** Of all rounds that count; empty if this store can't do it. */
  List<Figure> figures(Measure measure) {
    return List.copyOf(figures.getOrDefault(measure, List.of()));
  }

  /** How fast the machine itself was before each turn. */
  List<Double> calibrations() {
    return List.copyOf(calibrations);
  }

  /** What the servers took between their turns, in hundredths of a core. */
  List<Double> restPercents() {
    return List.copyOf(restPercents);
  }

  /**
   * Takes its turn: everything once.
   *
   * @param round its number, part of the files' names
   * @param counts whether the figures are kept; those of a first round are not
   */
  void turn(Arena arena, Workload load, Sources sources, int round, boolean counts)
      throws IOException, InterruptedException {
    noteRest(counts);
    long before = bytesBelow(servers.data());
    double calibration = Calibration.perSecond();
    arena.prime();
    Map<Measure, Optional<Figure>> turn = new EnumMap<>(Measure.class);

    String large = "large-" + round;
    turn.put(Measure.PUT, measure(load, Measure.PUT, "put", large, sources.large()));
    awaitCopies(before, load.largeBytes());
    arena.sync();
    turn.put(Measure.GET, measure(load, Measure.GET, "get", large, sources.fetchedLarge()));
    sources.checkLarge();
    turn.put(Measure.DRAIN, measure(load, Measure.DRAIN, "drain", large));

    String folder = "small-" + round;
    long beforeSmall = bytesBelow(servers.data());
    arena.prime();
    turn.put(
        Measure.PUT_ALL, measureAll(load, Measure.PUT_ALL, "put-all", folder, sources.small()));
    awaitCopies(beforeSmall, load.smallBytes());
    arena.sync();
    turn.put(
        Measure.GET_ALL, measureAll(load, Measure.GET_ALL, "get-all", folder, sources.fetched()));
    sources.checkSmall(load);
    driver.ask("delete-all", folder, "-", load.files(), load.threads());

    driver.ask("delete", large);
    servers.forget();
    awaitSpace(before);
    if (counts) {
      turn.forEach(
          (measure, figure) ->
              figure.ifPresent(
                  one -> figures.computeIfAbsent(measure, any -> new ArrayList<>()).add(one)));
      calibrations.add(calibration);
    }
    restCpuS = CpuTime.seconds(servers.pids());
    restNanos = System.nanoTime();
  }

  private void noteRest(boolean counts) throws IOException {
    if (counts && restCpuS >= 0) {
      double seconds = (System.nanoTime() - restNanos) / 1e9;
      restPercents.add(100 * (CpuTime.seconds(servers.pids()) - restCpuS) / seconds);
    }
  }

  private Optional<Figure> measureAll(
      Workload load, Measure measure, String order, String folder, Path local)
      throws IOException, InterruptedException {
    return measure(load, measure, order, folder, local, load.files(), load.threads());
  }

  private Optional<Figure> measure(Workload load, Measure measure, Object... order)
      throws IOException, InterruptedException {
    List<Long> clientPids = new ArrayList<>(servers.clientPids());
    clientPids.add(driver.pid());
    double serverBefore = CpuTime.seconds(servers.pids());
    double clientBefore = CpuTime.seconds(clientPids);
    Optional<Timing> timing = driver.ask(order);
    double serverS = CpuTime.seconds(servers.pids()) - serverBefore;
    double clientS = CpuTime.seconds(clientPids) - clientBefore;
    Optional<Figure> figure =
        timing.map(
            took -> new Figure(measure.amount(load) / took.seconds(), took, serverS, clientS));
    figure.ifPresent(
        one ->
            System.out.printf(
                "  %-20s %-9s %8.1f a second, %6.2f s, CPU-s %.2f + %.2f%n",
                title, measure, one.perSecond(), one.timing().seconds(), serverS, clientS));
    return figure;
  }

  /**
   * Nobody is measured with fewer copies than the others. The disk is asked, not the store: that is
   * the same question for all of them. It can't be a precise one, since logs grow and crumbs of
   * what was deleted go; but it tells four copies from three.
   */
  private void awaitCopies(long beforeBytes, long putBytes)
      throws IOException, InterruptedException {
    long wantedBytes = Workload.COPIES * putBytes - putBytes / 2;
    Eventually.see(
        "%d copies of what was put, below %s".formatted(Workload.COPIES, servers.data()),
        COPIES_WITHIN,
        () -> bytesBelow(servers.data()) >= beforeBytes + wantedBytes - CRUMBS_BYTES);
  }

  /** What deletes later than it says so would do it while somebody else is measured. */
  private void awaitSpace(long beforeBytes) throws IOException, InterruptedException {
    if (!Eventually.holds(
        SHRINKS_WITHIN, () -> bytesBelow(servers.data()) < beforeBytes + CRUMBS_BYTES)) {
      System.out.printf(
          "  %s still holds %,d MB that were deleted %d s ago; going on%n",
          title,
          (bytesBelow(servers.data()) - beforeBytes) / 1_000_000,
          SHRINKS_WITHIN.toSeconds());
    }
  }

  private static long bytesBelow(Path folder) throws IOException {
    long[] sum = new long[1];
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path gone, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return sum[0];
  }
}
