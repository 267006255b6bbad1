package idunno.node.zoo;

import idunno.core.models.Preprocessing;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * The plainest way from a photo to a network's input, for tests alone: decoded by the JDK, resized
 * with the triangle filter, cut in the middle.
 */
final class ReferencePixels {
  private ReferencePixels() {}

  static float[] read(Path photo, Preprocessing how) throws IOException {
    BufferedImage image = ImageIO.read(photo.toFile());
    int shorter = Math.min(image.getWidth(), image.getHeight());
    int width = image.getWidth() * how.resizeTo() / shorter;
    int height = image.getHeight() * how.resizeTo() / shorter;
    int left = (width - how.width()) / 2;
    int top = (height - how.height()) / 2;
    boolean bgr = how.channels() == Preprocessing.Channels.BGR;
    float[] input = new float[3 * how.width() * how.height()];
    int at = 0;
    for (int c = 0; c < 3; c++) {
      double[][] plane = plane(image, bgr ? 8 * c : 16 - 8 * c);
      // Rows are resized first, then, turned over, columns; the second turn restores them.
      double[][] resized = turned(resized(turned(resized(plane, width)), height));
      for (int y = top; y < top + how.height(); y++) {
        for (int x = left; x < left + how.width(); x++) {
          float value = Math.round(resized[y][x]);
          input[at++] = (value * how.scale() - how.mean().get(c)) / how.std().get(c);
        }
      }
    }
    return input;
  }

  private static double[][] plane(BufferedImage image, int shift) {
    double[][] plane = new double[image.getHeight()][image.getWidth()];
    for (int y = 0; y < plane.length; y++) {
      for (int x = 0; x < plane[y].length; x++) {
        plane[y][x] = image.getRGB(x, y) >> shift & 0xff;
      }
    }
    return plane;
  }

  /** Every row made this long; each new pixel is a mean weighted by distance. */
  private static double[][] resized(double[][] rows, int length) {
    double step = (double) rows[0].length / length;
    double reach = Math.max(step, 1);
    double[][] resized = new double[rows.length][length];
    for (int to = 0; to < length; to++) {
      double middle = (to + 0.5) * step;
      int first = (int) Math.max(0, Math.floor(middle - reach));
      int last = (int) Math.min(rows[0].length - 1.0, Math.ceil(middle + reach));
      double total = 0;
      for (int from = first; from <= last; from++) {
        double weight = Math.max(0, 1 - Math.abs(from + 0.5 - middle) / reach);
        total += weight;
        for (int y = 0; y < rows.length; y++) {
          resized[y][to] += weight * rows[y][from];
        }
      }
      for (double[] row : resized) {
        row[to] /= total;
      }
    }
    return resized;
  }

  private static double[][] turned(double[][] rows) {
    double[][] turned = new double[rows[0].length][rows.length];
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[y].length; x++) {
        turned[x][y] = rows[y][x];
      }
    }
    return turned;
  }
}
