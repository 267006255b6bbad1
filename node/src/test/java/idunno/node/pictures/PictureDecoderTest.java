package idunno.node.pictures;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
  @ParameterizedTest
  @ValueSource(strings = {"grey.png", "alpha.png", "palette.gif", "small.bmp"})
  void lossless_pictures_are_the_ones_that_PIL_reads(String name) throws BrokenPicture {
    Picture picture = PictureDecoder.decode(Reference.file(name));
    assertEquals(40, picture.width());
    assertEquals(30, picture.height());
    assertEquals(new Reference.Distance(0, 0), Reference.distance(picture, name + ".rgb", 1), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"panda.jpg", "progressive.jpg", "grey.jpg"})
  void JPEG_pictures_differ_from_libjpegs_by_rounding_alone(String name) throws BrokenPicture {
    Picture picture = PictureDecoder.decode(Reference.file(name));
    Reference.Distance distance = Reference.distance(picture, name + ".rgb", 7);
    assertTrue(distance.mean() < 0.5 && distance.largest() <= 6, name + " " + distance);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "panda.jpg",
        "progressive.jpg",
        "grey.jpg",
        "part.png",
        "palette.gif",
        "small.bmp"
      })
  void a_file_cut_anywhere_is_broken_and_never_half_grey(String name) {
    byte[] whole = Reference.file(name);
    for (int eighth = 0; eighth < 8; eighth++) {
      byte[] cut = Arrays.copyOf(whole, whole.length * eighth / 8);
      BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(cut), name);
      assertTrue(e.reason().contains(eighth == 0 ? "empty" : "cut off"), e.reason());
    }
    byte[] almost = Arrays.copyOf(whole, whole.length - 2);
    assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(almost), name);
  }

  @Test
  void a_file_of_another_kind_is_named_by_its_first_bytes() {
    BrokenPicture e =
        assertThrows(BrokenPicture.class, () -> PictureDecoder.decode("hello".getBytes(UTF_8)));
    assertEquals(
        "expected a JPEG, PNG, GIF, BMP or WebP picture, found a file that begins with 68 65 6c 6c",
        e.reason());
  }

  @Test
  void a_flipped_bit_in_a_PNG_is_found_by_its_checksum() {
    byte[] file = Reference.file("part.png");
    file[file.length / 2] ^= 1;
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    assertTrue(e.reason().contains("checksum"), e.reason());
  }

  @Test
  void a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded() throws IOException {
    byte[] file = png(10_000, 10_000, new byte[1000]);
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    assertTrue(e.reason().contains("found 10000 x 10000"), e.reason());
  }

  @Test
  void a_PNG_that_unpacks_to_more_than_its_size_is_refused() throws IOException {
    byte[] file = png(8, 8, new byte[300 << 20]);
    assertTrue(file.length < 1 << 20, "the bomb is " + file.length + " bytes");
    BrokenPicture e = assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file));
    assertTrue(e.reason().contains("unpacks to more"), e.reason());
  }

  @Test
  void noise_after_a_right_beginning_never_gets_past_the_decoder() {
    Random random = new Random(7);
    for (String name : new String[] {"grey.png", "palette.gif", "small.bmp", "grey.jpg"}) {
      for (int round = 0; round < 300; round++) {
        byte[] file = Reference.file(name);
        for (int hits = 1 + random.nextInt(8); hits > 0; hits--) {
          file[random.nextInt(file.length)] = (byte) random.nextInt(256);
        }
        try {
          PictureDecoder.decode(file); // some damage cannot be told from a picture
        } catch (BrokenPicture expected) {
          assertTrue(!expected.reason().isEmpty());
        }
      }
    }
  }

  @Test
  void a_JPEG_with_a_damaged_table_is_not_taken_for_an_empty_picture() {
    byte[] file = Reference.file("grey.jpg");
    int table = 2;
    while ((file[table] & 0xFF) != 0xFF || (file[table + 1] & 0xFF) != 0xC4) {
      table++;
    }
    file[table + 5] = 5; // five codes of one bit
    assertEquals("JPEG: a Huffman table has more codes than there can be", reasonOf(file));
  }

  @Test
  void threads_that_fail_at_once_are_each_told_their_own_reason() throws Exception {
    byte[] oddJpeg = Reference.file("grey.jpg");
    for (int at = 2000; at < 2100; at += 2) {
      oddJpeg[at] = (byte) 0xFF; // only ones: no code has so many
      oddJpeg[at + 1] = 0;
    }
    byte[] oddPng = png(8, 8, new byte[10]);
    String first = reasonOf(oddJpeg);
    String second = reasonOf(oddPng);
    assertTrue(first.startsWith("JPEG: ") && second.startsWith("PNG: "), first + second);
    assertNotEquals(first.substring(6), second.substring(5));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        boolean odd = i % 2 == 1;
        done.add(
            threads.submit(
                () -> assertEquals(odd ? first : second, reasonOf(odd ? oddJpeg : oddPng))));
      }
      for (Future<?> each : done) {
        each.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static String reasonOf(byte[] file) {
    return assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(file)).reason();
  }

  @Test
  void decoding_gives_its_native_memory_back() throws Exception {
    byte[] file = Reference.file("panda.jpg");
    byte[] damaged = Reference.file("part.png");
    // The header stays right, the data does not: decoding begins and fails.
    Arrays.fill(damaged, 60, 90, (byte) 0x55);
    for (int i = 0; i < 100; i++) {
      PictureDecoder.decode(file);
    }
    long before = residentKilobytes();
    for (int i = 0; i < 600; i++) {
      PictureDecoder.decode(file);
      assertThrows(BrokenPicture.class, () -> PictureDecoder.decode(damaged));
    }
    // A leak of the pixels alone would be 337 MB.
    long grown = residentKilobytes() - before;
    assertTrue(grown < 150_000, "resident memory grew by " + grown + " kB");
  }

  private static long residentKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status));
    System.gc();
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] png(int width, int height, byte[] data) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {8, 2, 0, 0, 0});
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(data);
    }
    chunk(file, "IHDR", header.toByteArray());
    chunk(file, "IDAT", packed.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data)
      throws IOException {
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(data.length);
    CRC32 sum = new CRC32();
    sum.update(type.getBytes(UTF_8));
    sum.update(data);
    out.write(type.getBytes(UTF_8));
    out.write(data);
    out.writeInt((int) sum.getValue());
  }
}
