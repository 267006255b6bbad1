package idunno.node.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.ChunkId;
import idunno.core.files.Scrub;
import idunno.core.files.Scrub.Round;
import idunno.node.files.Scrubber.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubberTest {
  private static final long DAY_MS = 86_400_000;
  private static final ScrubPlan FAST = new ScrubPlan(1_000_000_000, 7 * DAY_MS, true);

  @TempDir Path dir;
  private final AtomicLong nowMs = new AtomicLong(1_000_000);
  private final FakeDisk disk = new FakeDisk();
  private final FakeDiary diary = new FakeDiary();

  private static final class FakeDisk implements Scrubber.Disk {
    final NavigableMap<ChunkId, Finding> chunks =
        Collections.synchronizedNavigableMap(new TreeMap<>());
    final List<ChunkId> examined = Collections.synchronizedList(new ArrayList<>());
    final List<ChunkId> damaged = Collections.synchronizedList(new ArrayList<>());

    void holds(int chunks) {
      for (int i = 0; i < chunks; i++) {
        this.chunks.put(id(i), new Finding.Sound(1_000));
      }
    }

    @Override
    public List<ChunkId> expected() {
      return List.copyOf(chunks.keySet());
    }

    @Override
    public Finding examine(ChunkId chunk) {
      examined.add(chunk);
      return chunks.getOrDefault(chunk, new Finding.Passed());
    }

    @Override
    public void damaged(ChunkId chunk, String why) {
      damaged.add(chunk);
    }
  }

  private static final class FakeDiary implements Scrubber.Diary {
    final List<Round> ended = Collections.synchronizedList(new ArrayList<>());
    final List<String> without = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void started(Round round, long chunks) {}

    @Override
    public void ended(Round round) {
      ended.add(round);
    }

    @Override
    public void withoutNotes(String why) {
      without.add(why);
    }
  }

  private static ChunkId id(int number) {
    return new ChunkId("%08x".formatted(number));
  }

  private Path file() {
    return dir.resolve("scrub.json");
  }

  private Scrubber open(ScrubPlan plan) {
    return new Scrubber(disk, plan, file(), nowMs::get, diary);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNanos, what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void aRoundThatIsAskedForReadsEveryReplicaAndReportsTheDamagedOnes() throws Exception {
    disk.holds(100);
    disk.chunks.put(id(17), new Finding.Damaged("a flipped bit"));
    disk.chunks.put(id(63), new Finding.Passed());
    try (Scrubber scrubber = open(FAST)) {
      assertEquals(1, scrubber.startRound());
      await("the round ends", () -> diary.ended.size() == 1);

      assertEquals(List.copyOf(disk.chunks.keySet()), disk.examined);
      assertEquals(List.of(id(17)), disk.damaged);
      Round round = scrubber.state().last().orElseThrow();
      assertEquals(diary.ended.getFirst(), round);
      assertEquals(new Round(1, nowMs.get(), nowMs.get(), 99, 98_000, 1), round);
      assertEquals(nowMs.get() + 7 * DAY_MS, scrubber.state().nextMs());
    }
  }

  @Test
  void aRoundBeginsByItselfWhenItIsDueAndNotBefore() throws Exception {
    disk.holds(3);
    ScrubPlan soon = new ScrubPlan(1_000_000_000, 50, true);
    try (Scrubber scrubber = open(soon)) {
      assertEquals(nowMs.get() + 5_000, scrubber.state().nextMs(), "not one right after the other");
    }
    assertEquals(List.of(), diary.ended);
    nowMs.addAndGet(5_000);
    try (Scrubber scrubber = open(soon)) {
      await("the round ends", () -> scrubber.state().last().isPresent());
    }
  }

  @Test
  void aRoundGoesOnAfterARestartWhereItWasAndTheLastOneIsRemembered() throws Exception {
    disk.holds(60);
    ScrubPlan slow = new ScrubPlan(66_536 * 100, DAY_MS, true); // a hundred chunks a second
    try (Scrubber scrubber = open(slow)) {
      assertEquals(1, scrubber.startRound());
      await("it is under way", () -> disk.examined.size() >= 20);
    }
    await("it has noted where it is", () -> position() >= 10);
    int before = position();
    Round half = notesIn(file()).running().orElseThrow();
    disk.examined.clear();
    nowMs.addAndGet(1_000);
    try (Scrubber scrubber = open(FAST)) {
      await("the round ends", () -> diary.ended.size() == 1);
      assertEquals(id(before + 1), disk.examined.getFirst());
      Round whole = scrubber.state().last().orElseThrow();
      assertEquals(half.startedMs(), whole.startedMs());
      assertEquals(60, whole.chunks());
    }
    try (Scrubber scrubber = open(FAST)) {
      assertEquals(diary.ended.getFirst(), scrubber.state().last().orElseThrow());
      assertEquals(2, scrubber.startRound());
    }
  }

  private ScrubNotes notesIn(Path notes) {
    try {
      return ScrubNotes.read(notes, Long.MAX_VALUE).orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int position() {
    return notesIn(file()).position().map(chunk -> Integer.parseInt(chunk.value(), 16)).orElse(-1);
  }

  @Test
  void aRoundThatIsAskedForInTheMiddleOfOneBeginsAnew() throws Exception {
    disk.holds(60);
    ScrubPlan slow = new ScrubPlan(66_536 * 50, DAY_MS, true);
    try (Scrubber scrubber = open(slow)) {
      long first = scrubber.startRound();
      await("it is under way", () -> disk.examined.size() >= 10);
      long second = scrubber.startRound();
      assertEquals(first, second, "the first never ended");
      await("it begins anew", () -> Collections.frequency(List.copyOf(disk.examined), id(0)) == 2);
      assertEquals(List.of(), diary.ended);
    }
  }

  @Test
  void itReadsNoFasterThanItIsTold() throws Exception {
    disk.holds(20);
    long bytesPerSecond = 20 * (1_000 + (64 << 10)); // the whole in one second
    try (Scrubber scrubber = open(new ScrubPlan(bytesPerSecond, DAY_MS, true))) {
      long beganNanos = System.nanoTime();
      scrubber.startRound();
      await("the round ends", () -> diary.ended.size() == 1);
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
      assertTrue(tookMs >= 950, "20 chunks at 20 a second took " + tookMs + " ms");
    }
  }

  @Test
  void garbageInTheNotesIsIgnoredAndTold() throws Exception {
    disk.holds(3);
    List<String> garbage =
        List.of(
            "",
            "{",
            "null",
            "[]",
            "{\"sinceMs\":7}x",
            "{\"sinceMs\":\"x\"}",
            "\u0000".repeat(100_000),
            "{\"sinceMs\":99999999999999}",
            "{\"sinceMs\":1,\"position\":\"../../etc\"}");
    for (String text : garbage) {
      diary.without.clear();
      diary.ended.clear();
      Files.writeString(file(), text);
      try (Scrubber scrubber = open(FAST)) {
        assertEquals(1, diary.without.size(), () -> "told of " + text);
        assertTrue(diary.without.getFirst().contains("scrub.json"), diary.without.getFirst());
        assertEquals(Scrub.NONE.last(), scrubber.state().last());
        scrubber.startRound();
        await("the round ends", () -> diary.ended.size() == 1);
      }
    }
  }

  @Test
  void withoutAPlaceForItsNotesItScrubsAllTheSame() throws Exception {
    disk.holds(3);
    Path nowhere = dir.resolve("no").resolve("scrub.json");
    try (Scrubber scrubber = new Scrubber(disk, FAST, nowhere, nowMs::get, diary)) {
      scrubber.startRound();
      await("the round ends", () -> diary.ended.size() == 1);
    }
  }

  @Test
  void whereScrubbingIsOffOneMayStillBeAskedFor() throws Exception {
    disk.holds(3);
    try (Scrubber scrubber = open(ScrubPlan.of(0, 7))) {
      assertEquals(0, scrubber.state().nextMs());
      scrubber.startRound();
      await("the round ends", () -> diary.ended.size() == 1);
      assertEquals(0, scrubber.state().nextMs());
    }
  }
}
