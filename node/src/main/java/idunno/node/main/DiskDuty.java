package idunno.node.main;

import idunno.core.files.ChunkId;
import idunno.core.files.DiskReport;
import idunno.core.files.Scrub;
import idunno.core.files.Scrub.Round;
import idunno.core.files.StoredChunk;
import idunno.node.chunks.ChunkStore;
import idunno.node.chunks.DiskCare;
import idunno.node.chunks.Room;
import idunno.node.files.Scrubber;
import idunno.node.files.Sweeper;
import idunno.node.logs.NodeLog;
import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** What a node does for its disk: sweeps it, reads it again and again, says how it stands. */
final class DiskDuty implements AutoCloseable {
  private final ChunkStore chunks;
  private final ReplicaCheck check;
  private final Sweeper sweeper;
  private final Scrubber scrubber;

  DiskDuty(
      NodeConfig config,
      ChunkStore chunks,
      ReplicaCheck check,
      OwnDisk disk,
      LongSupplier clockMs,
      NodeLog log) {
    this.chunks = chunks;
    this.check = check;
    this.sweeper = new Sweeper(disk, config.orphanGraceMs(), clockMs);
    this.scrubber =
        new Scrubber(
            disk,
            config.disk().scrub(),
            config.data().resolve("scrub.json"),
            clockMs,
            new Diary(log));
  }

  /** How the chunk store shall look after the disk. */
  static DiskCare care(NodeConfig config, NodeLog log) {
    return new DiskCare(
        config.disk().reserveBytes(),
        Optional.of(config.data().resolve(DataDirectory.BALLAST)),
        room -> told(room, log),
        config.disk().syncs());
  }

  private static void told(Room room, NodeLog log) {
    if (room.writable()) {
      log.write("disk-writable", "free", room.freeBytes());
    } else {
      log.write("disk-read-only", "free", room.freeBytes(), "why", room.reason());
    }
  }

  private record Diary(NodeLog log) implements Scrubber.Diary {
    @Override
    public void started(Round round, long chunks) {
      log.write("scrub-started", "round", round.number(), "chunks", chunks, "done", round.chunks());
    }

    @Override
    public void ended(Round round) {
      log.write(
          "scrub-ended",
          "round",
          round.number(),
          "chunks",
          round.chunks(),
          "bytes",
          round.bytes(),
          "damaged",
          round.damaged(),
          "seconds",
          (round.endedMs() - round.startedMs()) / 1000);
    }

    @Override
    public void withoutNotes(String why) {
      log.write("scrub-notes-ignored", "why", why);
    }
  }

  /** The cluster has let these chunks go. Doesn't block. */
  void freed(List<ChunkId> gone) {
    sweeper.freed(gone);
  }

  /** This node's replicas of these chunks count no longer. Doesn't block. */
  void dropped(List<ChunkId> gone) {
    sweeper.dropped(gone);
  }

  /**
   * Which of these chunks are not here, or not as they are said to be. Those that are here are not
   * swept for a while, though nothing may refer to them yet.
   */
  List<ChunkId> keep(List<StoredChunk> asked) throws IOException {
    NavigableSet<ChunkId> missing =
        new TreeSet<>(sweeper.touch(asked.stream().map(StoredChunk::id).toList()));
    for (StoredChunk chunk : asked) {
      if (!missing.contains(chunk.id())
          && !chunks.holds(chunk.id().value(), chunk.length(), chunk.crc32c())) {
        missing.add(chunk.id());
      }
    }
    return List.copyOf(missing);
  }

  /** Makes sure that a chunk can be written here, whatever lies under its name. */
  void makeWay(ChunkId chunk) throws IOException {
    check.makeWay(chunk);
  }

  Sweeper sweeper() {
    return sweeper;
  }

  Scrubber scrubber() {
    return scrubber;
  }

  /** How the disk stands. */
  DiskReport report() throws IOException {
    Room room = chunks.room();
    Scrub scrub = scrubber.state();
    return new DiskReport(
        chunks.usedBytes(), chunks.freeBytes(), room.writable(), room.reason(), scrub);
  }

  @Override
  public void close() {
    scrubber.close();
    sweeper.close();
  }
}
