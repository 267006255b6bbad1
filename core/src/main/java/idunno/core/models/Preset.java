package idunno.core.models;

import idunno.core.models.Preprocessing.Channels;
import idunno.core.models.Preprocessing.Filter;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preprocessing.Resize;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the families of networks were trained with: the order of the channels, and how 8-bit values
 * became numbers. Sizes and filter differ within a family, so they are asked for.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists come from List.of
public enum Preset {
  /**
   * RGB in units of one, less ImageNet's mean, over its deviation: all of torchvision's
   * classification networks (its {@code ImageClassification} transforms), most of timm's, and
   * {@code mode="torch"} of Keras.
   */
  TORCHVISION(
      "torchvision",
      Channels.RGB,
      1f / 255,
      List.of(0.485f, 0.456f, 0.406f),
      List.of(0.229f, 0.224f, 0.225f)),

  /**
   * BGR from 0 to 255, less the mean colour of ImageNet: Caffe's networks, and {@code mode="caffe"}
   * of Keras's {@code imagenet_utils.preprocess_input}, so its VGG and ResNet v1.
   */
  KERAS_CAFFE(
      "keras-caffe", Channels.BGR, 1f, List.of(103.939f, 116.779f, 123.68f), List.of(1f, 1f, 1f)),

  /**
   * RGB from -1 to 1: TensorFlow's slim networks, and {@code mode="tf"} of Keras's {@code
   * preprocess_input}, so its MobileNet, Inception, Xception and ResNet v2.
   */
  TF("tf", Channels.RGB, 1f, List.of(127.5f, 127.5f, 127.5f), List.of(127.5f, 127.5f, 127.5f)),

  /** RGB from 0 to 1: torchvision's {@code ToTensor} alone, and TensorFlow Hub's convention. */
  UNIT("unit", Channels.RGB, 1f, List.of(0f, 0f, 0f), List.of(255f, 255f, 255f)),

  /**
   * RGB from 0 to 255 as they are: networks that bring their own scaling, as Keras's EfficientNet
   * does.
   */
  NONE("none", Channels.RGB, 1f, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

  private final String word;
  private final Channels channels;
  private final float scale;
  private final List<Float> mean;
  private final List<Float> std;

  Preset(String word, Channels channels, float scale, List<Float> mean, List<Float> std) {
    this.word = word;
    this.channels = channels;
    this.scale = scale;
    this.mean = mean;
    this.std = std;
  }

  /** The preset's name in commands, for example {@code keras-caffe}. */
  public String word() {
    return word;
  }

  /** The preset of a name in commands, if there is one. */
  public static Optional<Preset> named(String word) {
    return Arrays.stream(values()).filter(preset -> preset.word.equals(word)).findFirst();
  }

  /** All names in commands, for a message: {@code torchvision, keras-caffe, ...}. */
  public static String words() {
    return Arrays.stream(values()).map(Preset::word).collect(Collectors.joining(", "));
  }

  /**
   * The shorter side becomes {@code resizeTo}, and the middle is cut out: how classifiers are
   * nearly always evaluated.
   *
   * @param side the network's input width and height in pixels
   * @param resizeTo the length of the shorter side in pixels, at least {@code side}; see {@link
   *     #resizeTo}
   * @param filter the resize's filter
   * @param layout the order of the input tensor's dimensions
   * @throws IllegalArgumentException as {@link Preprocessing}
   */
  public Preprocessing cut(int side, int resizeTo, Filter filter, Layout layout) {
    return preprocessing(side, Resize.SHORTER_SIDE, resizeTo, filter, layout);
  }

  /**
   * The whole picture becomes {@code side} x {@code side}, as Keras's {@code load_img} does.
   *
   * @param side the network's input width and height in pixels
   * @param filter the resize's filter
   * @param layout the order of the input tensor's dimensions
   * @throws IllegalArgumentException as {@link Preprocessing}
   */
  public Preprocessing squash(int side, Filter filter, Layout layout) {
    return preprocessing(side, Resize.SQUASH, 0, filter, layout);
  }

  private Preprocessing preprocessing(
      int side, Resize resize, int resizeTo, Filter filter, Layout layout) {
    return new Preprocessing(side, side, resize, resizeTo, channels, layout, scale, mean, std)
        .withFilter(filter);
  }

  /**
   * The shorter side of which the input is a fraction, as timm computes it from {@code crop_pct}:
   * the quotient's whole part.
   *
   * @param side the network's input side in pixels
   * @param fraction above 0, at most 1; 0.875 makes 256 of 224
   * @throws IllegalArgumentException if the fraction is out of its bounds
   */
  public static int resizeTo(int side, double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "crop fraction: expected above 0 and at most 1, found " + fraction);
    }
    return (int) Math.floor(side / fraction);
  }
}
