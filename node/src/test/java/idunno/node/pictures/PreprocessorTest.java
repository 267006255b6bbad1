package idunno.node.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Channels;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preprocessing.Resize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessorTest {
  @ParameterizedTest
  @CsvSource({
    "part.png, SHORTER_SIDE, 72, 64, 48, part-72-64x48.rgb, 1",
    "part.png, SHORTER_SIDE, 300, 299, 299, part-300-299x299.rgb, 5",
    "part.png, SHORTER_SIDE, 135, 135, 135, part-135-135x135.rgb, 5",
    "tall.png, SHORTER_SIDE, 33, 32, 31, tall-33-32x31.rgb, 1",
    "part.png, SQUASH, 0, 50, 70, part-squash-50x70.rgb, 1",
  })
  void resize_and_cut_give_the_very_values_of_PIL(
      String name, Resize resize, int to, int width, int height, String reference, int step)
      throws BrokenPicture {
    Picture cut = preprocess(name, resize, to, width, height);
    assertEquals(new Reference.Distance(0, 0), Reference.distance(cut, reference, step), reference);
  }

  @Test
  void a_JPEG_becomes_a_networks_input_as_with_libjpeg_and_PIL() throws BrokenPicture {
    Picture cut = preprocess("panda.jpg", Resize.SHORTER_SIDE, 256, 224, 224);
    Reference.Distance distance = Reference.distance(cut, "panda-256-224x224.rgb", 5);
    assertTrue(distance.mean() < 0.3 && distance.largest() <= 4, distance.toString());
  }

  @Test
  void each_channel_is_scaled_with_its_own_mean_and_deviation_in_the_models_order() {
    Picture orange = new Picture(1, 1, new byte[] {(byte) 255, (byte) 128, 0});
    List<Float> mean = List.of(1f, 2f, 3f);
    List<Float> std = List.of(2f, 4f, 8f);
    for (Layout layout : Layout.values()) {
      float[] rgb = values(orange, how(Channels.RGB, layout, 0.5f, mean, std));
      assertEquals((127.5f - 1) / 2, rgb[0]);
      assertEquals((64f - 2) / 4, rgb[1]);
      assertEquals((0f - 3) / 8, rgb[2]);
      float[] bgr = values(orange, how(Channels.BGR, layout, 0.5f, mean, std));
      assertEquals((0f - 1) / 2, bgr[0]);
      assertEquals((64f - 2) / 4, bgr[1]);
      assertEquals((127.5f - 3) / 8, bgr[2]);
    }
  }

  @Test
  void the_layouts_hold_the_same_values_in_their_own_order() throws BrokenPicture {
    Picture picture = PictureDecoder.decode(Reference.file("part.png"));
    float[] planes = values(picture, identity(Resize.SHORTER_SIDE, 40, 30, 20, Layout.NCHW));
    float[] pixels = values(picture, identity(Resize.SHORTER_SIDE, 40, 30, 20, Layout.NHWC));
    for (int i = 0; i < 30 * 20; i++) {
      for (int c = 0; c < 3; c++) {
        assertEquals(planes[c * 600 + i], pixels[3 * i + c]);
      }
    }
  }

  @Test
  void only_the_pictures_own_slot_is_written() {
    Preprocessor preprocessor = new Preprocessor(identity(Resize.SQUASH, 0, 2, 2, Layout.NCHW));
    FloatBuffer into = direct(36);
    for (int i = 0; i < 36; i++) {
      into.put(i, -1f);
    }
    preprocessor.write(new Picture(1, 1, new byte[] {9, 9, 9}), preprocessor.scratch(), into, 12);
    for (int i = 0; i < 36; i++) {
      assertEquals(i >= 12 && i < 24 ? 9f : -1f, into.get(i), "at " + i);
    }
  }

  @Test
  void pictures_of_extreme_proportions_cost_no_more_memory_than_the_cut() {
    byte[] line = new byte[3 * PictureDecoder.MAX_SIDE];
    Arrays.fill(line, (byte) 77);
    for (Picture picture :
        List.of(
            new Picture(PictureDecoder.MAX_SIDE, 1, line),
            new Picture(1, PictureDecoder.MAX_SIDE, line))) {
      for (Resize resize : Resize.values()) {
        for (float value : values(picture, identity(resize, 8192, 224, 224, Layout.NCHW))) {
          assertEquals(77f, value);
        }
      }
    }
  }

  @Test
  void a_thread_may_go_from_picture_to_picture_with_the_same_scratch() throws BrokenPicture {
    Preprocessing how = identity(Resize.SHORTER_SIDE, 72, 64, 48, Layout.NHWC);
    Preprocessor preprocessor = new Preprocessor(how);
    Preprocessor.Scratch scratch = preprocessor.scratch();
    FloatBuffer into = direct(preprocessor.floatsPerPicture());
    for (String name : new String[] {"part.png", "panda.jpg", "tall.png", "part.png"}) {
      Picture picture = PictureDecoder.decode(Reference.file(name));
      preprocessor.write(picture, scratch, into, 0);
      float[] found = new float[into.capacity()];
      into.get(0, found);
      assertArrayEquals(values(picture, how), found, name);
    }
  }

  private static Picture preprocess(String name, Resize resize, int to, int width, int height)
      throws BrokenPicture {
    Picture picture = PictureDecoder.decode(Reference.file(name));
    float[] values = values(picture, identity(resize, to, width, height, Layout.NHWC));
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (int) values[i];
    }
    return new Picture(width, height, rgb);
  }

  private static float[] values(Picture picture, Preprocessing how) {
    Preprocessor preprocessor = new Preprocessor(how);
    FloatBuffer into = direct(preprocessor.floatsPerPicture());
    preprocessor.write(picture, preprocessor.scratch(), into, 0);
    float[] values = new float[into.capacity()];
    into.get(0, values);
    return values;
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static Preprocessing identity(
      Resize resize, int to, int width, int height, Layout layout) {
    return new Preprocessing(
        width,
        height,
        resize,
        to,
        Channels.RGB,
        layout,
        1f,
        List.of(0f, 0f, 0f),
        List.of(1f, 1f, 1f));
  }

  private static Preprocessing how(
      Channels channels, Layout layout, float scale, List<Float> mean, List<Float> std) {
    return new Preprocessing(1, 1, Resize.SQUASH, 0, channels, layout, scale, mean, std);
  }
}
