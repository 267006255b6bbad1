package idunno.node.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.jobs.QueryResult.Classified;
import idunno.core.jobs.QueryResult.Failed;
import idunno.node.pictures.PixelCache;
import idunno.node.pictures.Reference;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchRunnerTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private WarmModel model;

  @BeforeEach
  void open() throws Exception {
    model = WarmModel.open(TinyNetwork.write(folder));
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void every_picture_gets_its_own_answer_in_order_across_slices() throws Exception {
    List<PictureSource> batch = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    byte[][] files = {Paint.RED, Paint.GREEN, Paint.BLUE, Paint.DARK, Paint.GREEN};
    String[] names = {"red", "green", "blue", "dark", "green"};
    for (int i = 0; i < 43; i++) {
      byte[] file = files[i % 5];
      batch.add(() -> file);
      expected.add(names[i % 5]);
    }
    List<QueryOutcome> outcomes = BatchRunner.run(model, batch);
    assertEquals(expected, outcomes.stream().map(this::label).toList());
  }

  @Test
  void a_second_pass_over_pictures_that_were_kept_reads_none_and_answers_the_same()
      throws Exception {
    byte[][] files = {Paint.RED, Paint.GREEN, Paint.BLUE, Paint.DARK};
    AtomicInteger reads = new AtomicInteger();
    List<PictureSource> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      batch.add(
          new PictureSource() {
            @Override
            public byte[] read() {
              reads.incrementAndGet();
              return files[number % 4];
            }

            @Override
            public Optional<Object> content() {
              return Optional.of(number);
            }
          });
    }
    try (PixelCache cache = new PixelCache(1 << 20, System::nanoTime)) {
      List<Object> first = answers(BatchRunner.run(model, batch, cache, new Halt()));
      assertEquals(20, reads.get());
      List<Object> second = answers(BatchRunner.run(model, batch, cache, new Halt()));

      assertEquals(20, reads.get(), "nothing was read again");
      assertEquals(first, second);
      assertEquals(first, answers(BatchRunner.run(model, batch)));
    }
  }

  @Test
  void a_batch_that_is_halted_ends_in_the_middle_and_the_model_goes_on() throws Exception {
    Halt halt = new Halt();
    AtomicInteger reads = new AtomicInteger();
    List<PictureSource> batch =
        Collections.nCopies(
            40,
            () -> {
              if (reads.incrementAndGet() == 10) {
                halt.ask();
              }
              return Paint.RED;
            });
    try (PixelCache nothing = new PixelCache(0, System::nanoTime)) {
      assertThrows(CancellationException.class, () -> BatchRunner.run(model, batch, nothing, halt));
    }
    assertEquals(10, reads.get());
    assertEquals("red", label(BatchRunner.run(model, List.of(() -> Paint.RED)).getFirst()));
  }

  @Test
  void a_batch_of_no_pictures_has_no_outcomes() throws Exception {
    assertEquals(List.of(), BatchRunner.run(model, List.of()));
  }

  @Test
  void broken_and_missing_pictures_are_recorded_and_their_neighbours_are_right() throws Exception {
    List<QueryOutcome> outcomes =
        BatchRunner.run(
            model,
            List.of(
                () -> Paint.RED,
                () -> "no picture".getBytes(UTF_8),
                () -> Paint.BLUE,
                () -> {
                  throw new NoSuchFileException("/some/node/7.jpg");
                },
                () -> Paint.GREEN));
    assertEquals("red", label(outcomes.get(0)));
    assertEquals("blue", label(outcomes.get(2)));
    assertEquals("green", label(outcomes.get(4)));
    assertEquals(
        "broken: expected a JPEG, PNG, GIF, BMP or WebP picture, found a file that begins with"
            + " 6e 6f 20 70",
        ((Failed) outcomes.get(1).result()).reason());
    assertEquals("missing: there is no such picture", ((Failed) outcomes.get(3).result()).reason());
  }

  @Test
  void a_batch_of_broken_pictures_alone_ends_without_a_run() throws Exception {
    List<QueryOutcome> outcomes =
        BatchRunner.run(model, List.of(() -> new byte[0], () -> new byte[3]));
    for (QueryOutcome outcome : outcomes) {
      assertTrue(outcome.result() instanceof Failed, outcome.toString());
      assertEquals(0, outcome.timing().runMicros());
    }
  }

  @Test
  void a_picture_that_cannot_be_fetched_now_gives_the_batch_up_and_the_model_goes_on()
      throws Exception {
    PictureUnavailable e =
        assertThrows(
            PictureUnavailable.class,
            () ->
                BatchRunner.run(
                    model,
                    List.of(
                        () -> Paint.RED,
                        () -> {
                          throw new IOException("connection reset");
                        })));
    assertTrue(e.toString().contains("picture 1 of the batch"), e.toString());
    assertTrue(e.toString().contains("connection reset"), e.toString());
    assertEquals("red", label(BatchRunner.run(model, List.of(() -> Paint.RED)).getFirst()));
  }

  @Test
  void an_interrupted_batch_ends_before_its_next_slice() throws Exception {
    List<PictureSource> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int position = i;
      batch.add(
          () -> {
            if (position == 9) {
              Thread.currentThread().interrupt();
            }
            assertTrue(position < 16, "read " + position);
            return Paint.RED;
          });
    }
    assertThrows(InterruptedException.class, () -> BatchRunner.run(model, batch));
  }

  @Test
  void the_same_batch_gives_equal_answers_on_one_thread_and_on_many() throws Exception {
    List<PictureSource> batch = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] file =
          i % 7 == 3 ? new byte[] {1, 2, 3} : Paint.png(0x203050 * (i + 1), 20 + i, 70 - i);
      batch.add(() -> file);
    }
    List<Object> once = answers(BatchRunner.run(model, batch));
    Callable<List<Object>> again = () -> answers(BatchRunner.run(model, batch));
    try (var threads = Executors.newFixedThreadPool(3)) {
      List<Future<List<Object>>> runs = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        runs.add(threads.submit(again));
      }
      for (Future<List<Object>> run : runs) {
        assertEquals(once, run.get(60, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void a_network_made_for_one_picture_a_run_gives_the_same_answers(@TempDir Path other)
      throws Exception {
    List<PictureSource> batch =
        List.of(() -> Paint.RED, () -> new byte[9], () -> Paint.DARK, () -> Paint.BLUE);
    TinyNetwork.write(other, TinyNetwork.CARD, TinyNetwork.LABELS, 1);
    try (WarmModel single = WarmModel.open(other)) {
      assertEquals(1, single.picturesPerRun());
      assertEquals(answers(BatchRunner.run(model, batch)), answers(BatchRunner.run(single, batch)));
    }
  }

  @Test
  void what_the_card_says_of_transparency_is_done(@TempDir Path other) throws Exception {
    BufferedImage clear = new BufferedImage(16, 12, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 16 * 12; i++) {
      clear.setRGB(i % 16, i / 16, 0x0010E010);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(clear, "png", file);
    List<PictureSource> batch = List.of(file::toByteArray);
    assertEquals("green", label(BatchRunner.run(model, batch).getFirst()));
    String card = TinyNetwork.CARD.replace("\"scale\"", "\"alpha\": \"ON_BLACK\", \"scale\"");
    TinyNetwork.write(other, card, TinyNetwork.LABELS, -1);
    try (WarmModel onBlack = WarmModel.open(other)) {
      assertEquals("dark", label(BatchRunner.run(onBlack, batch).getFirst()));
    }
  }

  @Test
  void each_part_of_a_query_is_timed() throws Exception {
    List<QueryOutcome> outcomes =
        BatchRunner.run(
            model,
            List.of(
                () -> {
                  long end = System.nanoTime() + 30_000_000;
                  while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                  }
                  return Paint.RED;
                },
                () -> Reference.file("panda.jpg")));
    assertTrue(outcomes.get(0).timing().fetchMicros() >= 30_000, outcomes.toString());
    assertTrue(outcomes.get(1).timing().decodeMicros() > 100, outcomes.toString());
    assertTrue(outcomes.get(0).timing().runMicros() > 0, outcomes.toString());
    assertEquals(outcomes.get(0).timing().runMicros(), outcomes.get(1).timing().runMicros());
  }

  private String label(QueryOutcome outcome) {
    return switch (outcome.result()) {
      case Classified answer -> model.labels().get(answer.guesses().getFirst().classIndex());
      case Failed failed -> failed.reason();
    };
  }

  private static List<Object> answers(List<QueryOutcome> outcomes) {
    List<Object> answers = new ArrayList<>();
    for (QueryOutcome outcome : outcomes) {
      answers.add(
          switch (outcome.result()) {
            case Classified answer -> answer.guesses();
            case Failed failed -> failed.reason();
          });
    }
    return answers;
  }
}
