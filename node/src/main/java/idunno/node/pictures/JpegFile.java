package idunno.node.pictures;

import idunno.node.natives.NativeLibraries;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.stb.STBImage;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * Decodes JPEG files through stb_image: baseline and progressive, grey, YCbCr and RGB, CMYK and
 * YCCK.
 *
 * <p>stb reads past the end of a cut file as if zeros followed, and returns a picture that is grey
 * from there on; when a table between the size and the data is damaged, it even returns a picture
 * without that data. So {@link JpegWalk} goes through each file first. What it cannot find is a
 * flipped bit inside the data: the format has no checksum.
 */
final class JpegFile {
  private static final int MARKER_BYTES = 2;

  /**
   * An Adobe segment that says "CMYK, inverted": to be put behind the first marker of a file of
   * four components without one, which stb would else take for YCbCr and something.
   */
  private static final byte[] ADOBE = {
    (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  static {
    NativeLibraries.prepare();
  }

  private JpegFile() {}

  /** Loads stb's library, once. */
  static void prepare() {
    STBImage.stbi_failure_reason();
  }

  /** Decodes a JPEG file. */
  static Decoded decode(FileBytes file) throws BrokenPicture {
    JpegWalk walk = JpegWalk.of(file);
    ByteBuffer input = MemoryUtil.memAlloc(file.length() + ADOBE.length);
    try {
      file.copy(0, MARKER_BYTES, input);
      if (walk.isPrintWithoutAdobe()) {
        input.put(ADOBE);
      }
      file.copy(MARKER_BYTES, file.length() - MARKER_BYTES, input);
      return decode(file, input.flip(), walk.orientation());
    } finally {
      MemoryUtil.memFree(input);
    }
  }

  private static Decoded decode(FileBytes file, ByteBuffer input, int orientation)
      throws BrokenPicture {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var width = stack.mallocInt(1);
      var height = stack.mallocInt(1);
      var channels = stack.mallocInt(1);
      if (!STBImage.stbi_info_from_memory(input, width, height, channels)) {
        // The reason that stb gives here is the last format's that it tried, not this one's.
        throw file.broken("the header is damaged, or claims sizes that no picture has");
      }
      int pixels = file.checkSize(width.get(0), height.get(0));
      @Nullable ByteBuffer found =
          STBImage.stbi_load_from_memory(input, width, height, channels, 3);
      if (found == null) {
        // Each thread has its own last reason in stb, so this is the reason of this very picture.
        @Nullable String reason = STBImage.stbi_failure_reason();
        throw file.broken(reason == null ? "damaged" : reason);
      }
      try {
        byte[] rgb = new byte[3 * pixels];
        found.get(0, rgb);
        return new Decoded(width.get(0), height.get(0), rgb, null, orientation);
      } finally {
        STBImage.stbi_image_free(found);
      }
    }
  }
}
