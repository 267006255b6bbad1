package idunno.node.pictures;

import idunno.core.models.Preprocessing;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a format's decoder finds in a file, before the model's wishes about transparency and
 * orientation are met.
 *
 * @param width pixels in a row
 * @param height rows
 * @param rgb as in {@link Picture}; owned by this value
 * @param alpha how opaque each pixel is, 0 to 255, row by row; null if all are, or nobody asked
 * @param orientation the EXIF orientation, 1 to 8; 1 if the file has none
 */
@SuppressWarnings("ArrayRecordComponent") // pixel buffers, never compared
record Decoded(int width, int height, byte[] rgb, byte @Nullable [] alpha, int orientation) {
  /** The picture as a model wants it. */
  Picture picture(Preprocessing.Orientation wanted, Preprocessing.Alpha transparency) {
    switch (transparency) {
      case DROPPED -> {}
      case ON_WHITE -> layOn(255);
      case ON_BLACK -> layOn(0);
    }
    Picture stored = new Picture(width, height, rgb);
    return switch (wanted) {
      case AS_STORED -> stored;
      case UPRIGHT -> Turn.upright(stored, orientation);
    };
  }

  /** In place, and rounded as PIL's {@code paste} with a mask does. */
  private void layOn(int ground) {
    if (alpha == null) {
      return;
    }
    for (int i = 0; i < alpha.length; i++) {
      int opaque = alpha[i] & 0xFF;
      if (opaque != 255) {
        for (int c = 3 * i; c < 3 * i + 3; c++) {
          int sum = (rgb[c] & 0xFF) * opaque + ground * (255 - opaque) + 128;
          rgb[c] = (byte) ((sum + (sum >> 8)) >> 8);
        }
      }
    }
  }

  /** A new picture's alpha, all opaque. */
  static byte[] opaque(int pixels) {
    byte[] alpha = new byte[pixels];
    Arrays.fill(alpha, (byte) 255);
    return alpha;
  }
}
