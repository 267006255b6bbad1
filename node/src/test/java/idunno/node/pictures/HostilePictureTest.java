package idunno.node.pictures;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing.Alpha;
import idunno.core.models.Preprocessing.Orientation;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that claim more than they hold, and damage that must not cost a picture. */
class HostilePictureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb8.png",
        "colours16.gif",
        "modeRGB.bmp",
        "runs8.bmp",
        "lossless.webp",
        "lossy75.webp",
        "spot.webp",
        "sampling0.jpg"
      })
  void a_file_that_claims_a_huge_picture_is_refused_before_memory_is_taken(String name) {
    byte[] file = PilPictures.file(name);
    claim(name, file, 16_000, 16_000);
    decoded(PilPictures.file(name)); // loads classes and libraries, which take memory too
    long before = allocatedBytes();
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    long taken = allocatedBytes() - before;
    assertTrue(e.reason().contains("found 16000 x 16000"), e.reason());
    assertTrue(taken < 1 << 20, name + " took " + taken + " bytes");
  }

  @Test
  void a_JPEG_with_too_few_bytes_for_its_pixels_is_refused_before_memory_is_taken() {
    byte[] file = PilPictures.file("progressive.jpg");
    claim(".jpg", file, 8000, 7000);
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    assertEquals(
        "JPEG: 8000 x 7000 pixels can't be in a file of " + file.length + " bytes", e.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb8.png", "colours16.gif", "modeRGB.bmp", "lossless.webp"})
  void a_file_that_claims_a_few_rows_more_than_it_has_is_broken(String name) {
    byte[] file = PilPictures.file(name);
    claim(name, file, 29, 2000);
    if (name.endsWith(".gif")) {
      // The frame too, for the rest of the canvas may well be empty.
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(13 + 768 + 7, (short) 2000);
    }
    assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
  }

  /** Writes another size into a file's header, with a right checksum where there is one. */
  private static void claim(String name, byte[] bytes, int width, int height) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    ByteBuffer little = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    switch (name.substring(name.lastIndexOf('.'))) {
      case ".png" -> {
        file.putInt(16, width).putInt(20, height);
        CRC32 sum = new CRC32();
        sum.update(bytes, 12, 17);
        file.putInt(29, (int) sum.getValue());
      }
      case ".gif" -> little.putShort(6, (short) width).putShort(8, (short) height);
      case ".bmp" -> little.putInt(18, width).putInt(22, height);
      case ".jpg" -> {
        int frame = 0;
        while (file.get(frame) != (byte) 0xFF || (file.get(frame + 1) & 0xFD) != 0xC0) {
          frame++;
        }
        file.putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);
      }
      default -> {
        String kind = new String(bytes, 12, 4, US_ASCII);
        switch (kind) {
          case "VP8L" -> {
            int keep = little.getInt(21) & 0xF0000000;
            little.putInt(21, keep | (width - 1) | (height - 1) << 14);
          }
          case "VP8 " -> little.putShort(26, (short) width).putShort(28, (short) height);
          default -> {
            little.putInt(24, width - 1).putInt(26, (width - 1) >> 16 | (height - 1) << 8);
            little.putShort(24, (short) (width - 1));
          }
        }
      }
    }
  }

  private static long allocatedBytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private static Picture decoded(byte[] file) {
    try {
      return PictureDecoder.decode(file);
    } catch (BrokenPicture e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "45786966",
        "457869660000",
        "4578696600004949",
        // A directory past the end, and before the beginning.
        "45786966000049492a00ffffff7f",
        "45786966000049492a00ffffffff",
        // More entries than there is room for, none of them an orientation.
        "45786966000049492a0008000000ffff000000000000",
        // No such orientation: 0, 9, 65535; two of them; a text.
        "45786966000049492a0008000000010012010300010000000000000000000000",
        "45786966000049492a0008000000010012010300010000000900000000000000",
        "45786966000049492a000800000001001201030001000000ffff000000000000",
        "45786966000049492a0008000000010012010300020000000600000000000000",
        "45786966000049492a0008000000010012010200010000000600000000000000",
        // Neither byte order.
        "4578696600004a4a2a0008000000010012010300010000000600000000000000"
      })
  void a_damaged_EXIF_block_leaves_the_picture_as_it_is_stored(String block) throws Exception {
    byte[] plain = PilPictures.file("sampling0.jpg");
    byte[] marked = withExif(plain, HexFormat.of().parseHex(block));
    assertArrayEquals(decoded(plain).rgb(), decoded(marked).rgb());
  }

  @Test
  void a_right_EXIF_block_turns_the_picture_so_the_damaged_ones_prove_something() {
    String right = "45786966000049492a0008000000010012010300010000000600000000000000";
    byte[] plain = PilPictures.file("sampling0.jpg");
    byte[] marked = withExif(plain, HexFormat.of().parseHex(right));
    assertEquals(decoded(plain).width(), decoded(marked).height());
  }

  @Test
  void noise_in_an_EXIF_block_never_costs_the_picture() throws Exception {
    byte[] plain = PilPictures.file("sampling0.jpg");
    byte[] pixels = decoded(plain).rgb();
    Random random = new Random(3);
    byte[] block =
        HexFormat.of().parseHex("45786966000049492a0008000000010012010300010000000600000000000000");
    for (int round = 0; round < 500; round++) {
      byte[] noisy = block.clone();
      for (int hit = 0; hit < 4; hit++) {
        noisy[6 + random.nextInt(noisy.length - 6)] = (byte) random.nextInt(256);
      }
      byte[] marked = withExif(plain, noisy);
      Picture stored = PictureDecoder.decode(marked, Orientation.AS_STORED, Alpha.DROPPED);
      assertArrayEquals(pixels, stored.rgb());
      assertEquals(pixels.length, decoded(marked).rgb().length);
    }
  }

  private static byte[] withExif(byte[] jpeg, byte[] block) {
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + 4 + block.length);
    out.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) (2 + block.length)).put(block);
    return out.put(jpeg, 2, jpeg.length - 2).array();
  }

  @Test
  void a_WebP_of_a_frame_that_leaves_its_canvas_is_broken() {
    byte[] file = PilPictures.file("spot.webp");
    int frame = 0;
    while (!Arrays.equals(Arrays.copyOfRange(file, frame, frame + 4), "ANMF".getBytes(US_ASCII))) {
      frame++;
    }
    file[frame + 8] = 100;
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    assertEquals("WEBP: the first frame leaves the canvas", e.reason());
  }
}
