package idunno.node.convert.tfjs;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.node.onnx.Hints;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfJsModelTest {
  private static final byte[] NONE = {};

  @TempDir Path folder;

  private static TfJsModel read(String manifest, byte[] shard) throws IOException {
    String json = "{\"format\": \"layers-model\", \"weightsManifest\": [" + manifest + "]}";
    return TfJsModel.read(
        Map.of("m/model.json", json.getBytes(StandardCharsets.UTF_8), "m/a.bin", shard),
        "m/model.json");
  }

  private static String weights(String... weights) {
    return "{\"paths\": [\"a.bin\"], \"weights\": [%s]}".formatted(String.join(",", weights));
  }

  private static String weight(String name, String type, String shape) {
    return "{\"name\": \"%s\", \"dtype\": \"%s\", \"shape\": %s}".formatted(name, type, shape);
  }

  private static void refused(String because, String manifest, byte[] shard) {
    says(assertThrows(IOException.class, () -> read(manifest, shard)), because);
  }

  @Test
  void aWeightMayBeginInOneShardAndEndInTheNext() throws IOException {
    TfJsModel model =
        new TinyModel()
            .weight("a", new int[] {3}, 1, 2, 3)
            .weight("b", new int[] {2, 2}, 4, 5, 6, 7)
            .keras("none");
    assertArrayEquals(new float[] {1, 2, 3}, model.weight("a", 3).floats());
    assertArrayEquals(new float[] {4, 5, 6, 7}, model.weight("b", 2, -1).floats());
  }

  @Test
  void readsEachTypeAndScalars() throws IOException {
    byte[] shard = {1, 0, 0, 0, 1, 0, 0, 0, (byte) 0x80, 0x3f};
    TfJsModel model =
        read(
            weights(
                weight("i", "int32", "[]"),
                weight("b", "bool", "[2]"),
                weight("f", "float32", "[]")),
            shard);
    assertArrayEquals(new int[] {1}, model.weight("i").ints());
    assertArrayEquals(new byte[] {1, 0}, model.weight("b").bytes());
    assertArrayEquals(new float[] {1}, model.weight("f").floats());
    assertEquals(0, model.weight("f").rank());
  }

  @Test
  void refusesAManifestThatDoesNotFitTheShards() {
    String four = weights(weight("a", "float32", "[1]"));
    refused("needs 4 bytes, the shards have 3 left", four, new byte[3]);
    refused("1 bytes more", four, new byte[5]);
    refused("negative", weights(weight("a", "float32", "[-1]")), NONE);
    String overflow = "[1000000,1000000,1000000,1000000]";
    refused("overflow", weights(weight("a", "float32", overflow)), NONE);
    refused("needs 4000000000 bytes", weights(weight("a", "float32", "[1000000000]")), new byte[4]);
    String twice = weight("a", "float32", "[1]");
    refused("twice", weights(twice, twice), new byte[8]);
  }

  @Test
  void refusesWhatItCannotRead() {
    refused("found float16", weights(weight("a", "float16", "[1]")), new byte[2]);
    refused(
        "quantized",
        weights("{\"name\": \"a\", \"dtype\": \"float32\", \"shape\": [1], \"quantization\": {}}"),
        new byte[4]);
    refused("no file m/b.bin", "{\"paths\": [\"b.bin\"], \"weights\": []}", NONE);
    refused("model.json", "{\"weights\": []}", NONE);
    refused("model.json", "nonsense", NONE);
  }

  @Test
  void neverLooksForAShardOutsideTheTarball() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    String json = "{\"weightsManifest\": [{\"paths\": [\"../../etc/passwd\"], \"weights\": []}]}";
    files.put("m/model.json", json.getBytes(StandardCharsets.UTF_8));
    says(
        assertThrows(IOException.class, () -> TfJsModel.read(files, "m/model.json")),
        "there is no file m/../../etc/passwd");
  }

  @Test
  void takesOnlyPlainNamesOfShards() throws IOException {
    assertEquals(Set.of("a-shard1of2.bin", "b"), shards("a-shard1of2.bin", "b", "b"));
    for (String wrong :
        List.of("../a.bin", "a/b", "a\\\\b", "..", ".hidden", "/etc/passwd", "", "a\\u0000b")) {
      says(assertThrows(IOException.class, () -> shards(wrong)), "files beside the network");
    }
  }

  private static Set<String> shards(String... names) throws IOException {
    String json =
        "{\"weightsManifest\": [{\"paths\": [\"%s\"]}]}".formatted(String.join("\", \"", names));
    return TfJsModel.shards(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsTheShardsThatTheManifestNamesAndNoOthers() throws IOException {
    TinyModel tiny =
        new TinyModel()
            .layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 3]")
            .layer("GlobalAveragePooling2D", "g", "", "in");
    for (Map.Entry<String, byte[]> file : tiny.files("layers-model", "g").entrySet()) {
      Files.write(folder.resolve(file.getKey().substring(2)), file.getValue());
    }
    Files.createDirectory(folder.resolve("not-a-file.bin"));
    assertEquals(3, TfJs.read(folder.resolve("model.json"), Hints.NONE).outputs());
    Files.delete(folder.resolve("w2.bin"));
    says(
        assertThrows(IOException.class, () -> TfJs.read(folder.resolve("model.json"), Hints.NONE)),
        "there is no file w2.bin beside the network");
  }

  @Test
  void saysWhichWeightHasAnotherShape() throws IOException {
    TfJsModel model = new TinyModel().weight("a", new int[] {3}, 1, 2, 3).keras("none");
    says(assertThrows(IOException.class, () -> model.weight("a", 2)), "found FLOAT32[3]");
    says(assertThrows(IOException.class, () -> model.weight("b")), "weight b: missing");
  }

  @Test
  void aTransposedTensorHasItsSidesInTheOtherOrder() {
    Tensor tensor = Tensor.of(new int[] {2, 3, 1}, 1, 2, 3, 4, 5, 6);
    Tensor transposed = tensor.transposed(2, 1, 0);
    assertArrayEquals(new int[] {1, 3, 2}, transposed.shape());
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, transposed.floats());
    assertThrows(IllegalArgumentException.class, () -> tensor.transposed(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> tensor.reshaped(5));
  }
}
