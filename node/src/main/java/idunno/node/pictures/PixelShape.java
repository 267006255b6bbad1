package idunno.node.pictures;

import idunno.core.models.Preprocessing;

/**
 * What a picture's pixels depend on, besides the picture, before a model's scale is applied: how it
 * is decoded, resized and cut.
 */
public record PixelShape(
    int width,
    int height,
    Preprocessing.Resize resize,
    int resizeTo,
    Preprocessing.Filter filter,
    Preprocessing.Orientation orientation,
    Preprocessing.Alpha alpha) {
  static PixelShape of(Preprocessing how) {
    return new PixelShape(
        how.width(),
        how.height(),
        how.resize(),
        how.resizeTo(),
        how.filter(),
        how.orientation(),
        how.alpha());
  }
}
