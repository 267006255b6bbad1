package idunno.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ByteRangeTest {
  private static Optional<ByteRange> of(String header) throws Exception {
    return ByteRange.of(header, 100);
  }

  @Test
  void theFormsOfTheStandardAreUnderstood() throws Exception {
    assertEquals(Optional.of(new ByteRange(0, 10)), of("bytes=0-9"));
    assertEquals(Optional.of(new ByteRange(90, 100)), of("bytes=90-"));
    assertEquals(Optional.of(new ByteRange(95, 100)), of("bytes=-5"));
    assertEquals(Optional.of(new ByteRange(0, 100)), of("bytes=-500"));
    assertEquals(Optional.of(new ByteRange(99, 100)), of("bytes=99-1000"));
    assertEquals("bytes 90-99/100", new ByteRange(90, 100).ofTotal(100));
  }

  @Test
  void whatIsNoSingleRangeMeansTheWholeFile() throws Exception {
    assertEquals(Optional.empty(), ByteRange.of(null, 100));
    for (String header :
        new String[] {
          "",
          "bytes",
          "bytes=-",
          "bytes=a-b",
          "bytes=1-2,4-5",
          "lines=1-2",
          "bytes=5-4",
          "bytes=0-99999999999999999999"
        }) {
      assertEquals(Optional.empty(), of(header), header);
    }
  }

  @Test
  void aRangeBeyondTheEndIsRefused() {
    for (String header : new String[] {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
      assertThrows(ByteRange.Unsatisfiable.class, () -> of(header), header);
    }
    assertThrows(ByteRange.Unsatisfiable.class, () -> ByteRange.of("bytes=0-", 0));
  }
}
