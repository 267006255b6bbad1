package idunno.node.convert;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.node.convert.tfjs.TinyModel;
import idunno.node.convert.tflite.TfLiteWriter;
import idunno.node.onnx.Foreign;
import idunno.node.onnx.Hints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertersTest {
  @TempDir Path folder;

  @Test
  void formatsAreToldApartByTheirContentWhateverTheirName() throws IOException {
    Path onnx = Files.move(Foreign.classifier(1).write(folder), folder.resolve("a.tflite"));
    assertEquals("ONNX, written by a test", Converters.read(onnx, Hints.NONE).family());
    Path tflite = Files.write(folder.resolve("b.json"), TfLiteWriter.mean(4, 4).bytes());
    assertEquals("TFLite", Converters.read(tflite, Hints.NONE).family());
    for (Map.Entry<String, byte[]> file :
        new TinyModel()
            .layer("InputLayer", "in", "\"batch_input_shape\": [null, 2, 2, 3]")
            .layer("GlobalAveragePooling2D", "g", "", "in")
            .files("layers-model", "g")
            .entrySet()) {
      Files.write(folder.resolve(file.getKey().substring(2)), file.getValue());
    }
    assertEquals("Keras", Converters.read(folder, Hints.NONE).family());
  }

  @Test
  void aFileOfNoKnownFormatIsToldWhatThereIs() throws IOException {
    Path text = Files.writeString(folder.resolve("readme.txt"), "A network.");
    says(
        assertThrows(IOException.class, () -> Converters.read(text, Hints.NONE)),
        "convert readme.txt: expected ONNX, PyTorch weights (.pth, .safetensors), TensorFlow Lite");
    Path empty = Files.createFile(folder.resolve("empty"));
    says(assertThrows(IOException.class, () -> Converters.read(empty, Hints.NONE)), "expected");
    assertThrows(
        NoSuchFileException.class, () -> Converters.read(folder.resolve("no"), Hints.NONE));
  }
}
