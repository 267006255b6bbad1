package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmModelsTest {
  private static final long BYTES = 16 << 20;

  /** Two fit with the most that is counted for a thread, three with the least don't. */
  private static final long TWO_FIT = 46 << 20;

  @TempDir Path folder;

  @Test
  void a_model_asked_for_by_many_at_once_is_loaded_once() throws Exception {
    TinyNetwork.write(folder);
    AtomicInteger loads = new AtomicInteger();
    CyclicBarrier together = new CyclicBarrier(8);
    try (WarmModels models =
            new WarmModels(
                (model, version) -> {
                  loads.incrementAndGet();
                  return folder;
                });
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<WarmModel>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asked.add(
            threads.submit(
                () -> {
                  together.await(60, TimeUnit.SECONDS);
                  return models.get("colours", 1);
                }));
      }
      WarmModel first = asked.getFirst().get(60, TimeUnit.SECONDS);
      for (Future<WarmModel> each : asked) {
        assertSame(first, each.get(60, TimeUnit.SECONDS));
      }
      assertEquals(1, loads.get());
      assertNotSame(first, models.get("colours", 2));
      assertEquals(
          List.of("colours 1", "colours 2"),
          models.held().stream().map(held -> held.model() + " " + held.version()).toList());
      assertTrue(models.held().getFirst().loadMillis() >= first.loadMillis());
    }
  }

  @Test
  void a_load_that_fails_is_tried_again_by_the_next_who_asks() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    try (WarmModels models =
        new WarmModels(
            (model, version) -> {
              if (tries.incrementAndGet() == 1) {
                throw new IOException("no replica answers");
              }
              return TinyNetwork.write(folder);
            })) {
      assertThrows(IOException.class, () -> models.get("colours", 1));
      assertEquals(List.of(), models.held());
      assertEquals("colours", models.get("colours", 1).card().name());
    }
  }

  @Test
  void a_dropped_model_is_closed_and_loaded_anew_when_asked_for() throws Exception {
    TinyNetwork.write(folder);
    try (WarmModels models = new WarmModels((model, version) -> folder)) {
      WarmModel before = models.get("colours", 1);
      models.drop("colours", 1);
      models.drop("colours", 1);
      assertEquals(List.of(), models.held());
      assertThrows(IllegalStateException.class, () -> BatchRunner.run(before, List.of()));
      assertNotSame(before, models.get("colours", 1));
    }
  }

  @Test
  void after_the_end_nothing_is_loaded() throws Exception {
    TinyNetwork.write(folder);
    WarmModels models = new WarmModels((model, version) -> folder);
    WarmModel before = models.get("colours", 1);
    models.close();
    assertThrows(IllegalStateException.class, () -> models.get("colours", 1));
    assertThrows(IllegalStateException.class, () -> models.get("other", 1));
    assertThrows(IllegalStateException.class, () -> BatchRunner.run(before, List.of()));
  }

  private WarmModels limited(long limitBytes, List<MemoryEvent> told) throws IOException {
    for (long i = 1; i <= 3; i++) {
      Networks.large(folder.resolve("v" + i), BYTES, i);
    }
    return new WarmModels(
        (model, version) -> folder.resolve("v" + version),
        ModelOpener.plain(),
        limitBytes,
        told::add);
  }

  private static List<Long> versions(WarmModels models) {
    return models.held().stream().map(WarmModels.Held::version).toList();
  }

  private static List<Long> evicted(List<MemoryEvent> told) {
    List<Long> evicted = new ArrayList<>();
    for (MemoryEvent event : told) {
      if (event instanceof MemoryEvent.Evicted one) {
        evicted.add(one.model().version());
        assertTrue(one.heldBytes() > BYTES, one::toString);
      }
    }
    return evicted;
  }

  @Test
  void beyond_the_limit_the_model_used_longest_ago_is_given_up_and_comes_back_when_asked_for()
      throws Exception {
    List<MemoryEvent> told = new CopyOnWriteArrayList<>();
    try (WarmModels models = limited(TWO_FIT, told)) {
      models.get("m", 1);
      models.get("m", 2);
      models.get("m", 1);
      models.get("m", 3);
      assertEquals(List.of(1L, 3L), versions(models));
      assertEquals(List.of(2L), evicted(told));
      assertEquals(10, models.get("m", 2).labels().size());
      assertEquals(List.of(2L, 1L), evicted(told));
      assertEquals(List.of(2L, 3L), versions(models));
      assertTrue(models.held().stream().mapToLong(WarmModels.Held::bytes).sum() <= TWO_FIT);
    }
  }

  @Test
  void a_model_that_a_batch_uses_stays_however_little_room_there_is() throws Exception {
    List<MemoryEvent> told = new CopyOnWriteArrayList<>();
    try (WarmModels models = limited(1, told)) {
      WarmModels.Use first = models.use("m", 1);
      try (WarmModels.Use second = models.use("m", 2)) {
        assertEquals(List.of(1L, 2L), versions(models));
        assertEquals(1, models.held().getFirst().users());
        assertEquals(1, BatchRunner.run(first.model(), List.of(() -> Paint.RED)).size());
        assertEquals(1, BatchRunner.run(second.model(), List.of(() -> Paint.RED)).size());
        assertEquals(List.of(), evicted(told));
        assertTrue(told.stream().anyMatch(MemoryEvent.OverLimit.class::isInstance));
        first.close();
        first.close();
        assertEquals(List.of(1L), evicted(told));
      }
      // The last one stays, too large as it is: loading it for each batch would help nobody.
      assertEquals(List.of(2L), versions(models));
      assertSame(models.get("m", 2), models.get("m", 2));
    }
  }

  @Test
  void many_batches_of_more_models_than_fit_all_end() throws Exception {
    List<MemoryEvent> told = new CopyOnWriteArrayList<>();
    try (WarmModels models = limited(TWO_FIT / 2, told);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int start = i;
        all.add(
            threads.submit(
                () -> {
                  for (int k = 0; k < 6; k++) {
                    try (WarmModels.Use use = models.use("m", 1 + (start + k) % 3)) {
                      assertEquals(
                          1, BatchRunner.run(use.model(), List.of(() -> Paint.RED)).size());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(120, TimeUnit.SECONDS);
      }
      assertTrue(models.held().stream().allMatch(held -> held.users() == 0));
    }
  }
}
