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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmModelsTest {
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
}
