package idunno.benchmarks;

import idunno.node.zoo.Picture;
import idunno.node.zoo.Progress;
import idunno.node.zoo.Zoo;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** JPEG files in memory: cuts of the zoo's photos, about as large as ImageNet's pictures. */
public final class Samples {
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  private Samples() {}

  /** The same pictures each time; every other one is mirrored. */
  public static List<byte[]> make(int count) throws IOException {
    List<BufferedImage> photos = new ArrayList<>();
    for (Picture photo : Zoo.pictures(Zoo.defaultCache(), Progress.none())) {
      photos.add(ImageIO.read(photo.path().toFile()));
    }
    Random random = new Random(11);
    List<byte[]> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(cut(photos.get(i % photos.size()), random));
    }
    return samples;
  }

  private static byte[] cut(BufferedImage photo, Random random) throws IOException {
    double share = 0.6 + 0.4 * random.nextDouble();
    int width = (int) (photo.getWidth() * share);
    int height = (int) (photo.getHeight() * share);
    int left = random.nextInt(photo.getWidth() - width + 1);
    int top = random.nextInt(photo.getHeight() - height + 1);
    boolean mirrored = random.nextBoolean();
    BufferedImage cut = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = cut.createGraphics();
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    canvas.drawImage(
        photo,
        mirrored ? WIDTH : 0,
        0,
        mirrored ? 0 : WIDTH,
        HEIGHT,
        left,
        top,
        left + width,
        top + height,
        null);
    canvas.dispose();
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(cut, "jpg", jpeg);
    return jpeg.toByteArray();
  }
}
