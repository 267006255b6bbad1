package idunno.core.models;

import java.util.List;
import java.util.Objects;

/**
 * How a decoded picture becomes a network's input, exactly as the network's authors had it.
 *
 * <p>The picture is decoded to 8-bit RGB and turned upright, resized by PIL's filters (which
 * average over all pixels that fall together, and round to whole 8-bit values), cut to {@code
 * width} x {@code height} in the middle, and each value {@code v} of channel {@code c} becomes
 * {@code (v * scale - mean[c]) / std[c]}, where {@code c} counts in the order of {@code channels}.
 * {@link Preset} has the usual combinations.
 *
 * @param width the network's input width in pixels, 1 to 4,096
 * @param height the network's input height in pixels, 1 to 4,096
 * @param resize how the picture is made to fit before the cut
 * @param resizeTo for {@link Resize#SHORTER_SIDE} the length of the shorter side in pixels, no less
 *     than both {@code width} and {@code height}; not used for {@link Resize#SQUASH}
 * @param channels the order of the colour channels
 * @param layout the order of the input tensor's dimensions
 * @param scale what each 8-bit value is multiplied with first
 * @param mean one value per channel, in the order of {@code channels}
 * @param std one value per channel, in the order of {@code channels}, none 0
 * @param filter how new pixels are made of old ones; null, as where an earlier version wrote the
 *     card, means {@link Filter#BILINEAR}
 * @param orientation what becomes of a camera's note on how it was held; null means {@link
 *     Orientation#UPRIGHT}
 * @param alpha what becomes of transparency; null means {@link Alpha#DROPPED}
 */
public record Preprocessing(
    int width,
    int height,
    Resize resize,
    int resizeTo,
    Channels channels,
    Layout layout,
    float scale,
    List<Float> mean,
    List<Float> std,
    Filter filter,
    Orientation orientation,
    Alpha alpha) {

  /** How the picture is made to fit the input's size. */
  public enum Resize {
    /** The shorter side becomes {@code resizeTo}, the other keeps the proportion. */
    SHORTER_SIDE,
    /** The whole picture becomes {@code width} x {@code height}, proportions lost. */
    SQUASH
  }

  /** The order of the colour channels in the tensor. */
  public enum Channels {
    RGB,
    BGR
  }

  /** The order of the tensor's dimensions: batch, channels, height, width. */
  public enum Layout {
    NCHW,
    NHWC
  }

  /**
   * The filters of PIL's {@code Image.resize}. All but {@link #NEAREST} widen as the picture
   * shrinks, so that every old pixel counts; what other libraries call bilinear or bicubic skips
   * most of them.
   */
  public enum Filter {
    /** The pixel that lies at the new one's middle; Keras's {@code load_img} unless told. */
    NEAREST,
    /** A triangle, two pixels wide; torchvision's {@code Resize} unless told. */
    BILINEAR,
    /** Keys's cubic with a = -0.5, four pixels wide; most of timm's and CLIP's networks. */
    BICUBIC,
    /** A sinc windowed by a sinc, six pixels wide. */
    LANCZOS
  }

  /** What becomes of the EXIF orientation, the note by which a camera says how it was held. */
  public enum Orientation {
    /** The picture is turned and mirrored as the note says: PIL's {@code exif_transpose}. */
    UPRIGHT,
    /** The pixels stay as the file has them: what PIL does unless told. */
    AS_STORED
  }

  /** What becomes of transparency, for a network sees three channels. */
  public enum Alpha {
    /** Every pixel counts as opaque, in the colour that the file has: {@code convert("RGB")}. */
    DROPPED,
    /** The picture is laid on white. */
    ON_WHITE,
    /** The picture is laid on black. */
    ON_BLACK
  }

  private static final int MAX_SIDE = 4096;

  /**
   * Checks every bound.
   *
   * @throws IllegalArgumentException naming the field, what was expected and what was found
   */
  public Preprocessing {
    checkSide("width", width);
    checkSide("height", height);
    if (resize == Resize.SHORTER_SIDE
        && (resizeTo < Math.max(width, height) || resizeTo > 2 * MAX_SIDE)) {
      throw new IllegalArgumentException(
          "resizeTo: expected at least the input's sides, "
              + width
              + " x "
              + height
              + ", found "
              + resizeTo);
    }
    filter = Objects.requireNonNullElse(filter, Filter.BILINEAR);
    orientation = Objects.requireNonNullElse(orientation, Orientation.UPRIGHT);
    alpha = Objects.requireNonNullElse(alpha, Alpha.DROPPED);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != 3 || std.size() != 3) {
      throw new IllegalArgumentException(
          "mean and std: expected 3 values each, found " + mean.size() + " and " + std.size());
    }
    for (float deviation : std) {
      if (deviation == 0 || !Float.isFinite(deviation)) {
        throw new IllegalArgumentException("std: expected finite values, none 0, found " + std);
      }
    }
  }

  /**
   * A preprocessing with the usual {@link Filter#BILINEAR}, {@link Orientation#UPRIGHT} and {@link
   * Alpha#DROPPED}.
   *
   * @throws IllegalArgumentException as the full constructor
   */
  public Preprocessing(
      int width,
      int height,
      Resize resize,
      int resizeTo,
      Channels channels,
      Layout layout,
      float scale,
      List<Float> mean,
      List<Float> std) {
    this(
        width,
        height,
        resize,
        resizeTo,
        channels,
        layout,
        scale,
        mean,
        std,
        Filter.BILINEAR,
        Orientation.UPRIGHT,
        Alpha.DROPPED);
  }

  /** The same with another filter. */
  public Preprocessing withFilter(Filter other) {
    return new Preprocessing(
        width,
        height,
        resize,
        resizeTo,
        channels,
        layout,
        scale,
        mean,
        std,
        other,
        orientation,
        alpha);
  }

  private static void checkSide(String field, int pixels) {
    if (pixels < 1 || pixels > MAX_SIDE) {
      throw new IllegalArgumentException(
          field + ": expected 1 to " + MAX_SIDE + " pixels, found " + pixels);
    }
  }
}
