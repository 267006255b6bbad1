package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import idunno.node.onnx.Initializers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlignmentTest {
  @TempDir Path folder;

  private Path network(TensorProto.Builder... tensors) throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder();
    for (TensorProto.Builder tensor : tensors) {
      graph.addInitializer(tensor);
    }
    return Files.write(
        folder.resolve("model.onnx"),
        ModelProto.newBuilder().setGraph(graph).build().toByteArray());
  }

  private static TensorProto.Builder outside(String... words) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(TensorProto.DataType.FLOAT.getNumber()).addDims(6);
    for (int i = 0; i < words.length; i += 2) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey(words[i]).setValue(words[i + 1]));
    }
    return tensor;
  }

  private void assertRefused(String... words) throws Exception {
    Path network = network(outside(words));
    assertThrows(NotPrepared.class, () -> Alignment.check(network), String.join(" ", words));
  }

  @Test
  void weights_at_multiples_of_a_vector_are_taken_and_others_not() throws Exception {
    Alignment.check(network());
    Alignment.check(
        network(
            outside("location", "w", "length", "25"),
            outside("offset", "4096", "length", "25", "prepacked_0", "Gemm+1|8192;77;0"),
            outside("offset", "64", "prepacked_0", "Conv+2|128;1;0|0;0;0|192;9;0")));
    assertRefused("offset", "4100");
    assertRefused("offset", "4096", "prepacked_0", "Gemm+1|8216;77;0");
    assertRefused("offset", "4096", "prepacked_0", "Conv+2|128;1;0|0;0;0|200;9;0");
    assertRefused("offset", "4096", "prepacked_0", "told in another way");
  }

  @Test
  void what_a_network_has_learnt_is_counted_without_reading_it() throws Exception {
    TensorProto.Builder shape =
        TensorProto.newBuilder().setDataType(TensorProto.DataType.INT64.getNumber()).addDims(4);
    TensorProto.Builder bytes =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT8.getNumber())
            .addDims(3)
            .addDims(5);
    assertEquals(6 + 15, Initializers.parameters(network(outside(), shape, bytes)));
    assertEquals(0, Initializers.parameters(network()));
  }

  @Test
  void a_file_that_lies_about_sizes_is_refused() throws Exception {
    Path huge =
        network(
            TensorProto.newBuilder()
                .setDataType(1)
                .addDims(Long.MAX_VALUE)
                .addDims(Long.MAX_VALUE));
    assertThrows(IOException.class, () -> Initializers.parameters(huge));
    Path wordy = network(outside("location", "x".repeat(5_000)));
    IOException refused = assertThrows(IOException.class, () -> Initializers.parameters(wordy));
    assertTrue(String.valueOf(refused.getMessage()).contains("found 5000"));
    Path text =
        Files.write(folder.resolve("text"), "not a network".getBytes(StandardCharsets.UTF_8));
    assertThrows(IOException.class, () -> Initializers.parameters(text));
  }
}
