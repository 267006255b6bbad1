package idunno.node.inference;

import ai.onnxruntime.OrtException;
import idunno.core.models.ModelCard;
import idunno.node.pictures.BrokenPicture;
import idunno.node.pictures.Picture;
import idunno.node.pictures.PictureDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * The first runs of a model: whether its outputs are of the right shape and finite, and whether
 * what it says of a picture is the same alone as among others.
 *
 * <p>A network whose runs mix their pictures (a softmax over the wrong axis, a range taken over all
 * of them) or can't have more than one is run one picture at a time: that is always right, and
 * follows from the network alone.
 */
final class Trial {
  /** Kernels for one picture and for several round differently; mixing shows far above this. */
  private static final double SPREAD_TOLERANCE = 1e-3;

  private static final double ROUNDING = 1e-5;
  private static final int SIDE = 24;

  private static final byte[] ONE_PIXEL_BMP =
      HexFormat.of()
          .parseHex(
              // File of 58 bytes, pixels from 54; header of 40: 1 x 1, 24 bits, not packed; grey.
              "424d3a0000000000000036000000"
                  + "280000000100000001000000010018000000000004000000"
                  + "00000000000000000000000000000000"
                  + "80808000");

  /**
   * What the runs showed.
   *
   * @param mixes whether a run of several pictures fails or mixes them
   * @param workBytes by how much this process grew in the first full run: what ONNX Runtime keeps
   *     for each run at once; 0 where the system doesn't tell
   */
  record Found(boolean mixes, long workBytes) {}

  private Trial() {}

  /**
   * Takes the whole way, decoder included, so that the first query does not pay for what is done
   * only once.
   *
   * @param most how many pictures the lane has places for
   * @throws UnfitModel if the network's outputs are not what the card says, or not finite
   */
  static Found run(Lane lane, int most, ModelCard card) throws UnfitModel, OrtException {
    long before = anonymousBytes();
    putFirst(lane);
    NetworkShape.checkOutput(lane.runOnce(), card);
    float[] first = alone(lane);
    boolean mixes = most > 1 && mixes(lane, most, first);
    long grown = before == 0 ? 0 : anonymousBytes() - before;
    return new Found(mixes, Math.max(0, grown));
  }

  private static void putFirst(Lane lane) {
    try {
      lane.put(0, PictureDecoder.decode(ONE_PIXEL_BMP));
    } catch (BrokenPicture e) {
      throw new IllegalStateException("the decoder refuses a right picture", e);
    }
  }

  private static float[] alone(Lane lane) throws UnfitModel, OrtException {
    lane.run(1);
    return finite(lane.copyOf(0));
  }

  private static boolean mixes(Lane lane, int most, float[] first) throws UnfitModel, OrtException {
    fill(lane, 1, most);
    try {
      lane.run(most);
    } catch (OrtException e) {
      return true; // open on paper, but not for more than one
    }
    float[] firstAmongOthers = finite(lane.copyOf(0));
    float[] lastAmongOthers = finite(lane.copyOf(most - 1));
    lane.put(0, pattern(most - 1));
    return !agree(first, firstAmongOthers) || !agree(alone(lane), lastAmongOthers);
  }

  /** Fills places with pictures that differ. */
  static void fill(Lane lane, int from, int to) {
    for (int place = from; place < to; place++) {
      lane.put(place, pattern(place));
    }
  }

  private static Picture pattern(int number) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < rgb.length; i++) {
      // Slopes of other steepness for each picture, and a little of a hash for the detail.
      int slope = (i % (3 * SIDE)) * (number + 1) + (i / (3 * SIDE)) * (7 - number);
      rgb[i] = (byte) (slope + ((i * 0x9E3779B1 + number * 0x85EBCA6B) >>> 27));
    }
    return new Picture(SIDE, SIDE, rgb);
  }

  private static float[] finite(float[] outputs) throws UnfitModel {
    for (int i = 0; i < outputs.length; i++) {
      if (!Float.isFinite(outputs[i])) {
        throw new UnfitModel(
            "%s: expected finite outputs for a test picture, found %s at output %d"
                .formatted(ModelCard.NETWORK_FILE, outputs[i], i));
      }
    }
    return outputs;
  }

  /** Whether two outputs for the same picture differ by no more than rounding. */
  static boolean agree(float[] one, float[] other) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    float largest = 0;
    for (float value : one) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      largest = Math.max(largest, Math.abs(value));
    }
    double tolerance = SPREAD_TOLERANCE * (most - least) + ROUNDING * largest;
    for (int i = 0; i < one.length; i++) {
      if (Math.abs(one[i] - other[i]) > tolerance) {
        return false;
      }
    }
    return true;
  }

  /** What this process has in memory that is no file; 0 where the system doesn't tell. */
  private static long anonymousBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return 0;
  }
}
