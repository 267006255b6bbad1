package idunno.node.demo;

import idunno.node.zoo.Picture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * A folder of a few hundred real pictures, from a few photos: each photo whole, and then crops of
 * them, no two alike, as a camera that moves a little would have taken them.
 */
final class Crops {
  private static final long SEED = 7;
  private static final double LEAST_SHARE = 0.6;

  private Crops() {}

  /**
   * Fills a folder. Names sort so that the photos come first, in their order.
   *
   * @param pictures how many files in all; no fewer than the photos
   * @return the names of the files, sorted: query 0, 1, 2 ...
   */
  static List<String> fill(Path folder, List<Picture> photos, int pictures) throws IOException {
    Files.createDirectories(folder);
    List<String> names = new ArrayList<>();
    List<BufferedImage> decoded = new ArrayList<>();
    for (Picture photo : photos) {
      String name = String.format(Locale.ROOT, "%04d-%s", names.size(), photo.name());
      Files.copy(photo.path(), folder.resolve(name));
      names.add(name);
      decoded.add(ImageIO.read(photo.path().toFile()));
    }
    Random random = new Random(SEED);
    while (names.size() < pictures) {
      int which = names.size() % photos.size();
      String name =
          String.format(Locale.ROOT, "%04d-crop-of-%s", names.size(), photos.get(which).name());
      BufferedImage crop = crop(decoded.get(which), random);
      if (!ImageIO.write(crop, "jpg", folder.resolve(name).toFile())) {
        throw new IOException(name + ": this Java writes no JPEG");
      }
      names.add(name);
    }
    return names;
  }

  private static BufferedImage crop(BufferedImage photo, Random random) {
    double share = LEAST_SHARE + (1 - LEAST_SHARE) * random.nextDouble();
    int width = Math.max(1, (int) (photo.getWidth() * share));
    int height = Math.max(1, (int) (photo.getHeight() * share));
    int x = random.nextInt(photo.getWidth() - width + 1);
    int y = random.nextInt(photo.getHeight() - height + 1);
    // Drawn anew, since a view on the photo's own raster can't be written as JPEG if it has alpha.
    BufferedImage crop = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    crop.createGraphics().drawImage(photo.getSubimage(x, y, width, height), 0, 0, null);
    return crop;
  }
}
