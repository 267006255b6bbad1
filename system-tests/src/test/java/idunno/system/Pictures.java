package idunno.system;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Small pictures, no two alike, and always the same ones. */
final class Pictures {
  private static final int SIDE = 16;

  private Pictures() {}

  /** Writes pictures 00000.png, 00001.png ... */
  static Path write(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      SplittableRandom random = new SplittableRandom(i);
      int tint = random.nextInt() & 0x7f7f7f;
      for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
        image.setRGB(pixel % SIDE, pixel / SIDE, tint + (random.nextInt() & 0x3f3f3f));
      }
      ImageIO.write(image, "png", folder.resolve("%05d.png".formatted(i)).toFile());
    }
    return folder;
  }
}
