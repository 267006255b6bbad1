package idunno.core.models;

import java.util.List;

/**
 * How a decoded picture becomes a network's input, exactly as the network's authors had it.
 *
 * <p>The picture is decoded to 8-bit RGB, resized with an antialiased bilinear filter (the triangle
 * filter that PIL uses, rounded to whole 8-bit values), cut to {@code width} x {@code height} in
 * the middle, and each value {@code v} of channel {@code c} becomes {@code (v * scale - mean[c]) /
 * std[c]}, where {@code c} counts in the order of {@code channels}.
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
    List<Float> std) {

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

  private static void checkSide(String field, int pixels) {
    if (pixels < 1 || pixels > MAX_SIDE) {
      throw new IllegalArgumentException(
          field + ": expected 1 to " + MAX_SIDE + " pixels, found " + pixels);
    }
  }
}
