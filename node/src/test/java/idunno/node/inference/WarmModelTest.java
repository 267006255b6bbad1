package idunno.node.inference;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import idunno.core.models.Preprocessing;
import idunno.core.models.SmokeTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmModelTest {
  @TempDir Path folder;

  @Test
  void a_whole_model_opens_and_says_what_it_is() throws Exception {
    try (WarmModel model = WarmModel.open(TinyNetwork.write(folder))) {
      assertEquals("colours", model.card().name());
      assertEquals(TinyNetwork.LABELS, model.labels());
      assertEquals(8, model.picturesPerRun());
      assertTrue(model.loadMillis() >= 0);
    }
  }

  @Test
  void a_missing_file_is_named() throws Exception {
    for (String name : List.of("model.onnx", "labels.txt", "model.json")) {
      TinyNetwork.write(folder);
      Files.delete(folder.resolve(name));
      assertEquals(name + ": expected this file in the model, found none", refusal());
    }
  }

  @Test
  void labels_must_be_as_many_as_classes() throws Exception {
    TinyNetwork.write(folder, TinyNetwork.CARD, List.of("red", "green"), -1);
    assertEquals(
        "labels.txt: expected a label for each of the 4 classes of model.json, found 2 labels",
        refusal());
  }

  @Test
  void an_input_of_another_size_or_layout_is_refused_with_both_shapes() throws Exception {
    card("\"width\": 16", "\"width\": 18");
    assertEquals(
        "model.onnx: expected input 'picture' of shape [N, 3, 12, 18] (NCHW of the card; N open or"
            + " 1), found [N, 3, 12, 16]",
        refusal());
    card("NCHW", "NHWC");
    assertTrue(refusal().contains("[N, 12, 16, 3] (NHWC of the card"), refusal());
  }

  @Test
  void an_output_of_another_length_is_refused_with_both_shapes() throws Exception {
    card("\"skip\": 0", "\"skip\": 1");
    assertEquals(
        "model.onnx: expected output 'scores' of shape [N, 5] (classes and skip of the card; N open"
            + " or 1), found [N, 4]",
        refusal());
  }

  @Test
  void a_network_for_runs_of_another_fixed_size_is_refused() throws Exception {
    TinyNetwork.write(folder, TinyNetwork.CARD, TinyNetwork.LABELS, 4);
    assertTrue(refusal().endsWith("found [4, 3, 12, 16]"), refusal());
  }

  @Test
  void a_card_with_a_missing_a_misspelt_or_a_wrong_field_is_refused() throws Exception {
    card("\"scale\": 0.003921569,", "");
    assertTrue(refusal().contains("scale"), refusal());
    card("\"licence\"", "\"license\"");
    assertTrue(refusal().contains("licen"), refusal());
    card("\"resizeTo\": 20", "\"resizeTo\": 5");
    assertTrue(refusal().contains("resizeTo: expected at least the input's sides"), refusal());
    card("{\"name\"", "[\"name\"");
    assertTrue(refusal().startsWith("model.json: "), refusal());
  }

  @Test
  void a_card_from_before_there_were_filters_means_what_it_meant() throws Exception {
    Preprocessing how = ModelFolder.read(TinyNetwork.write(folder)).card().preprocessing();
    assertEquals(Preprocessing.Filter.BILINEAR, how.filter());
    assertEquals(Preprocessing.Orientation.UPRIGHT, how.orientation());
    assertEquals(Preprocessing.Alpha.DROPPED, how.alpha());
    card(
        "\"std\": [1, 1, 1]",
        "\"std\": [1, 1, 1], \"filter\": \"BICUBIC\", \"orientation\": \"AS_STORED\","
            + " \"alpha\": \"ON_BLACK\"");
    how = ModelFolder.read(folder).card().preprocessing();
    assertEquals(Preprocessing.Filter.BICUBIC, how.filter());
    assertEquals(Preprocessing.Orientation.AS_STORED, how.orientation());
    assertEquals(Preprocessing.Alpha.ON_BLACK, how.alpha());
    card("\"std\": [1, 1, 1]", "\"std\": [1, 1, 1], \"filters\": \"BICUBIC\"");
    assertTrue(refusal().contains("filters"), refusal());
    card("\"std\": [1, 1, 1]", "\"std\": [1, 1, 1], \"filter\": \"CUBIC\"");
    assertTrue(refusal().contains("CUBIC"), refusal());
  }

  @Test
  void a_file_that_is_no_network_is_refused() throws Exception {
    TinyNetwork.write(folder);
    Files.write(folder.resolve("model.onnx"), "not a network".getBytes(UTF_8));
    assertTrue(refusal().startsWith("model.onnx: expected a sound ONNX file"), refusal());
  }

  @Test
  void a_network_that_the_runtime_does_not_know_is_refused() throws Exception {
    TinyNetwork.write(folder);
    Path network = folder.resolve("model.onnx");
    byte[] renamed =
        new String(Files.readAllBytes(network), ISO_8859_1)
            .replace("GlobalAveragePool", "GlobalAveragePuul")
            .getBytes(ISO_8859_1);
    Files.write(network, renamed);
    assertTrue(refusal().startsWith("model.onnx: ONNX Runtime cannot use it: "), refusal());
  }

  @Test
  void a_network_whose_weights_are_in_another_file_never_reaches_the_runtime() throws Exception {
    TinyNetwork.write(folder);
    Path network = folder.resolve("model.onnx");
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(network)).toBuilder();
    // The file is there and would do: 4 floats.
    model
        .getGraphBuilder()
        .getInitializerBuilder(1)
        .clearFloatData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("bias.bin"));
    Files.write(folder.resolve("bias.bin"), new byte[16]);
    Files.write(network, model.build().toByteArray());
    assertEquals(
        "model.onnx: tensor bias: its data is in another file; store the weights in the file"
            + " itself",
        refusal());
  }

  @Test
  void a_network_that_mixes_the_pictures_of_a_run_is_run_one_picture_at_a_time() throws Exception {
    try (WarmModel model = WarmModel.open(Networks.mixing(folder))) {
      assertEquals(1, model.picturesPerRun());
      assertEquals(1, model.smoke().picturesPerRun());
      List<QueryOutcome> together =
          BatchRunner.run(model, List.of(() -> Paint.RED, () -> Paint.GREEN));
      List<QueryOutcome> alone = BatchRunner.run(model, List.of(() -> Paint.GREEN));
      assertEquals(alone.getFirst().result(), together.getLast().result());
    }
  }

  @Test
  void a_network_that_fails_on_more_than_one_picture_is_run_one_picture_at_a_time()
      throws Exception {
    try (WarmModel model = WarmModel.open(Networks.forOneInTruth(folder))) {
      assertEquals(1, model.picturesPerRun());
      assertEquals(
          3,
          BatchRunner.run(model, List.of(() -> Paint.RED, () -> Paint.RED, () -> Paint.BLUE))
              .size());
    }
  }

  @Test
  void a_network_whose_outputs_are_no_numbers_is_refused() throws Exception {
    Networks.notANumber(folder);
    assertEquals(
        "model.onnx: expected finite outputs for a test picture, found NaN at output 0", refusal());
  }

  @Test
  void pictures_share_the_reading_of_many_weights() throws Exception {
    try (WarmModel model = WarmModel.open(Networks.large(folder, 130L << 20, 1))) {
      assertEquals(16, model.picturesPerRun());
    }
  }

  @Test
  void a_smoke_test_tells_time_memory_and_size() throws Exception {
    long bytes = 2 << 20;
    try (WarmModel model = WarmModel.open(Networks.large(folder, bytes, 1))) {
      SmokeTest smoke = model.smoke();
      assertEquals(8, smoke.picturesPerRun());
      assertEquals(Networks.parametersOfLarge(bytes), smoke.parameters());
      assertTrue(smoke.runOfOneMicros() > 0 && smoke.fullRunMicros() > 0, smoke::toString);
      assertTrue(smoke.memoryBytes() >= Files.size(folder.resolve("model.onnx")), smoke::toString);
      assertEquals(model.loadMillis(), smoke.loadMs());
    }
  }

  @Test
  void outputs_agree_within_rounding_and_no_further() {
    float[] one = {-3, 0, 7};
    assertTrue(Trial.agree(one, new float[] {-3.0001f, 0.0001f, 7}));
    assertFalse(Trial.agree(one, new float[] {-3, 0.1f, 7}));
    assertFalse(Trial.agree(one, new float[] {-3, 0, Float.POSITIVE_INFINITY}));
    assertTrue(Trial.agree(new float[] {0, 0}, new float[] {0, 0}));
  }

  @Test
  void closing_waits_for_the_batch_that_runs_and_refuses_the_next() throws Exception {
    WarmModel model = WarmModel.open(TinyNetwork.write(folder));
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<QueryOutcome>> batch =
          threads.submit(
              () ->
                  BatchRunner.run(
                      model,
                      List.of(
                          () -> {
                            reading.countDown();
                            try {
                              goOn.await();
                            } catch (InterruptedException e) {
                              throw new java.io.InterruptedIOException();
                            }
                            return Paint.RED;
                          })));
      assertTrue(reading.await(60, TimeUnit.SECONDS));
      Future<?> closing = threads.submit(model::close);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!refusesBatches(model)) {
        assertTrue(System.nanoTime() < deadline, "the model never began to close");
        Thread.onSpinWait();
      }
      assertFalse(closing.isDone(), "closed under a running batch");
      goOn.countDown();
      assertEquals(1, batch.get(60, TimeUnit.SECONDS).size());
      closing.get(60, TimeUnit.SECONDS);
      model.close();
    }
  }

  private static boolean refusesBatches(WarmModel model) throws Exception {
    try {
      BatchRunner.run(model, List.of());
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private void card(String what, String by) throws Exception {
    assertTrue(TinyNetwork.CARD.contains(what));
    TinyNetwork.write(folder, TinyNetwork.CARD.replace(what, by), TinyNetwork.LABELS, -1);
  }

  private String refusal() {
    return assertThrows(UnfitModel.class, () -> WarmModel.open(folder).close()).reason();
  }
}
