package idunno.core.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockSumsTest {
  private static ByteBuffer random(int bytes) {
    byte[] array = new byte[bytes];
    new Random(bytes).nextBytes(array);
    return ByteBuffer.wrap(array);
  }

  @Test
  void theChecksumOfNineDigitsIsTheOneOfTheStandard() {
    assertEquals(0xE3069283, Crc32c.of(ByteBuffer.wrap("123456789".getBytes(US_ASCII))));
  }

  @Test
  void theSumOfPartsIsTheSumOfTheWhole() {
    for (int length : new int[] {0, 1, 7, 65_536, 200_001}) {
      ByteBuffer bytes = random(length);
      for (int cut : new int[] {0, 1, length / 3, length}) {
        int at = Math.min(cut, length);
        int first = Crc32c.of(bytes.slice(0, at));
        int second = Crc32c.of(bytes.slice(at, length - at));
        assertEquals(
            Crc32c.of(bytes), Crc32c.combine(first, second, length - at), length + " cut at " + at);
      }
    }
  }

  @Test
  void sumsOfBlocksGiveTheSumOfTheChunk() {
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 1_000_000}) {
      ByteBuffer bytes = random(length);
      assertEquals(Crc32c.of(bytes), BlockSums.of(bytes).whole(length), "of " + length);
    }
  }

  @Test
  void aFlippedBitIsFoundInItsBlock() {
    ByteBuffer bytes = random(300_000);
    BlockSums sums = BlockSums.of(bytes);
    assertEquals(OptionalInt.empty(), sums.firstWrong(bytes));
    bytes.put(70_000, (byte) (bytes.get(70_000) ^ 4));
    assertEquals(OptionalInt.of(1), sums.firstWrong(bytes));
  }

  @Test
  void bytesThatAreTooFewOrTooManyAreFound() {
    BlockSums sums = BlockSums.of(random(100_000));
    assertEquals(OptionalInt.of(2), sums.firstWrong(random(10)));
    assertEquals(OptionalInt.of(2), sums.firstWrong(random(200_000)));
  }
}
