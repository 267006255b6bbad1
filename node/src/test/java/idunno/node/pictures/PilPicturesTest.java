package idunno.node.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Alpha;
import idunno.core.models.Preprocessing.Channels;
import idunno.core.models.Preprocessing.Filter;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preprocessing.Orientation;
import idunno.core.models.Preprocessing.Resize;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PilPicturesTest {
  static Stream<String> exactKinds() {
    return Stream.of(".png", ".gif", ".bmp", ".webp")
        .flatMap(end -> PilPictures.named(end).stream());
  }

  static Stream<String> allKinds() {
    return Stream.concat(exactKinds(), PilPictures.named(".jpg").stream());
  }

  @Test
  void there_are_pictures_of_every_kind() {
    assertTrue(PilPictures.named(".png").size() >= 50);
    for (String end : List.of(".gif", ".bmp", ".webp", ".jpg", ".white")) {
      assertTrue(PilPictures.named(end).size() >= 13, end);
    }
  }

  @ParameterizedTest
  @MethodSource("exactKinds")
  void PNG_GIF_BMP_and_WebP_are_read_as_PIL_reads_them_to_the_last_bit(String name)
      throws BrokenPicture {
    if (PilPictures.has(name + ".rgb")) {
      assertSame(name + ".rgb", PictureDecoder.decode(PilPictures.file(name)));
    }
  }

  @ParameterizedTest
  @MethodSource("exactKinds")
  void transparent_pictures_are_laid_on_a_ground_as_PIL_does(String name) throws BrokenPicture {
    byte[] file = PilPictures.file(name);
    if (PilPictures.has(name + ".white")) {
      assertSame(name + ".white", PictureDecoder.decode(file, Orientation.UPRIGHT, Alpha.ON_WHITE));
      assertSame(name + ".black", PictureDecoder.decode(file, Orientation.UPRIGHT, Alpha.ON_BLACK));
    }
  }

  @ParameterizedTest
  @MethodSource("allKinds")
  void an_orientation_can_be_left_alone(String name) throws BrokenPicture {
    if (PilPictures.has(name + ".stored")) {
      Picture stored =
          PictureDecoder.decode(PilPictures.file(name), Orientation.AS_STORED, Alpha.DROPPED);
      Picture expected = PilPictures.picture(name + ".stored");
      assertEquals(expected.width(), stored.width(), name);
      assertTrue(distance(expected, stored).largest() <= 6, name);
    }
  }

  @Test
  void JPEG_differs_from_libjpeg_by_rounding_alone() throws BrokenPicture {
    for (String name : PilPictures.named(".jpg")) {
      Picture expected = PilPictures.picture(name + ".rgb");
      Picture found = PictureDecoder.decode(PilPictures.file(name));
      assertEquals(expected.width(), found.width(), name);
      assertEquals(expected.height(), found.height(), name);
      Reference.Distance distance = distance(expected, found);
      assertTrue(distance.mean() < 0.3 && distance.largest() <= 3, name + " " + distance);
    }
  }

  static Stream<String> resizes() {
    return PilPictures.linesOf("resizes.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("resizes")
  void every_filter_resizes_as_PIL_to_the_last_bit(String line) throws BrokenPicture {
    String[] words = line.split(" ", -1);
    int width = Integer.parseInt(words[4]);
    int height = Integer.parseInt(words[5]);
    Preprocessing how =
        new Preprocessing(
                width,
                height,
                Resize.valueOf(words[1]),
                Integer.parseInt(words[3]),
                Channels.RGB,
                Layout.NHWC,
                1f,
                List.of(0f, 0f, 0f),
                List.of(1f, 1f, 1f))
            .withFilter(Filter.valueOf(words[2]));
    Preprocessor preprocessor = new Preprocessor(how);
    FloatBuffer values = FloatBuffer.allocate(preprocessor.floatsPerPicture());
    byte[] source = PilPictures.file("source_" + words[0] + ".png");
    preprocessor.write(preprocessor.decode(source), preprocessor.scratch(), values, 0);
    byte[] rgb = new byte[values.capacity()];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (int) values.get(i);
    }
    assertSame(line.replace(' ', '_'), new Picture(width, height, rgb));
  }

  @ParameterizedTest
  @MethodSource("allKinds")
  void a_file_cut_anywhere_is_broken(String name) {
    byte[] whole = PilPictures.file(name);
    // A moving picture is whole when its first frame is; the other kinds end with the file.
    int last = name.endsWith(".gif") ? whole.length / 5 : whole.length - 4;
    for (int part = 0; part < 40; part++) {
      byte[] cut = Arrays.copyOf(whole, last * part / 39);
      assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(cut), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".png", ".gif", ".bmp", ".webp", ".jpg"})
  void noise_in_a_file_never_gets_past_the_decoder(String end) {
    Random random = new Random(11);
    List<String> names = PilPictures.named(end);
    for (int round = 0; round < 2000; round++) {
      byte[] file = PilPictures.file(names.get(random.nextInt(names.size())));
      for (int hits = 1 + random.nextInt(6); hits > 0; hits--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      try {
        PictureDecoder.decode(file, Orientation.UPRIGHT, Alpha.ON_WHITE);
      } catch (BrokenPicture expected) {
        assertTrue(!expected.reason().isEmpty());
      }
    }
  }

  private static void assertSame(String expected, Picture found) {
    Picture picture = PilPictures.picture(expected);
    assertEquals(
        picture.width() + " x " + picture.height(),
        found.width() + " x " + found.height(),
        expected);
    assertEquals(new Reference.Distance(0, 0), distance(picture, found), expected);
  }

  private static Reference.Distance distance(Picture expected, Picture found) {
    long sum = 0;
    int largest = 0;
    for (int i = 0; i < expected.rgb().length; i++) {
      int apart = Math.abs((expected.rgb()[i] & 0xFF) - (found.rgb()[i] & 0xFF));
      sum += apart;
      largest = Math.max(largest, apart);
    }
    return new Reference.Distance((double) sum / expected.rgb().length, largest);
  }
}
