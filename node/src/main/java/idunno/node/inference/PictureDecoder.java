package idunno.node.inference;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lwjgl.stb.STBImage;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * Decodes JPEG, PNG, GIF (its first frame) and BMP files through stb_image.
 *
 * <p>Grey becomes three equal channels, alpha is dropped as if all were opaque, 16 bits become 8,
 * and a stored orientation is not applied: all as {@code PIL.Image.open(f).convert("RGB")} does,
 * with which most networks' authors read their pictures. JPEG pixels differ from libjpeg's by a few
 * of 255, for the two round differently.
 */
public final class PictureDecoder {
  /** The longest file that is decoded. */
  public static final int MAX_FILE_BYTES = 64 << 20;

  /** The largest picture that is decoded, in pixels. */
  public static final int MAX_PIXELS = 64_000_000;

  /** The longest side that is decoded, in pixels: what a JPEG's header can say. */
  public static final int MAX_SIDE = 65_535;

  static {
    NativeLibraries.prepare();
  }

  private PictureDecoder() {}

  /**
   * Decodes one picture. Any thread may call this; native memory is returned before it ends.
   *
   * @param file the file's bytes
   * @throws BrokenPicture if the file is of another kind, cut off, damaged, or above {@link
   *     #MAX_FILE_BYTES}, {@link #MAX_PIXELS} or {@link #MAX_SIDE}
   */
  public static Picture decode(byte[] file) throws BrokenPicture {
    if (file.length > MAX_FILE_BYTES) {
      throw new BrokenPicture(
          "expected a file of at most " + MAX_FILE_BYTES + " bytes, found " + file.length);
    }
    PictureFormat format = PictureFormat.of(file);
    format.checkWhole(file);
    ByteBuffer input = MemoryUtil.memAlloc(file.length);
    try {
      input.put(file).flip();
      return decode(format, input);
    } finally {
      MemoryUtil.memFree(input);
    }
  }

  private static Picture decode(PictureFormat format, ByteBuffer input) throws BrokenPicture {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      var width = stack.mallocInt(1);
      var height = stack.mallocInt(1);
      var channels = stack.mallocInt(1);
      if (!STBImage.stbi_info_from_memory(input, width, height, channels)) {
        // The reason that stb gives here is the last format's that it tried, not this one's.
        throw new BrokenPicture(
            format + ": the header is damaged, or claims sizes that no picture has");
      }
      // Before any memory is set aside: a file of a few bytes may claim any size.
      long pixels = (long) width.get(0) * height.get(0);
      if (pixels < 1 || pixels > MAX_PIXELS || Math.max(width.get(0), height.get(0)) > MAX_SIDE) {
        throw new BrokenPicture(
            "%s: expected at most %d pixels and sides of at most %d, found %d x %d"
                .formatted(format, MAX_PIXELS, MAX_SIDE, width.get(0), height.get(0)));
      }
      @Nullable ByteBuffer pixelsRead =
          STBImage.stbi_load_from_memory(input, width, height, channels, 3);
      if (pixelsRead == null) {
        throw damaged(format);
      }
      try {
        byte[] rgb = new byte[Math.toIntExact(3 * pixels)];
        pixelsRead.get(0, rgb);
        return new Picture(width.get(0), height.get(0), rgb);
      } finally {
        STBImage.stbi_image_free(pixelsRead);
      }
    }
  }

  /** Each thread has its own last reason in stb, so this is the reason of this very picture. */
  private static BrokenPicture damaged(PictureFormat format) {
    @Nullable String reason = STBImage.stbi_failure_reason();
    return new BrokenPicture(format + ": " + (reason == null ? "damaged" : reason));
  }
}
