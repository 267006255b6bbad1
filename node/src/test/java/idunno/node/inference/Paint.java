package idunno.node.inference;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Pictures of one colour, as PNG files. */
public final class Paint {
  public static final byte[] RED = png(0xE01010, 31, 22);
  public static final byte[] GREEN = png(0x10E010, 20, 40);
  public static final byte[] BLUE = png(0x1010E0, 16, 12);
  public static final byte[] DARK = png(0x050505, 64, 64);

  private Paint() {}

  public static byte[] png(int rgb, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }
}
