package idunno.node.gateway;

import idunno.core.base.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoded text of a URL (RFC 3986, section 2.1). The JDK's decoder makes a question mark of
 * each byte that isn't UTF-8, so that different names would become one; this one refuses them.
 */
final class PercentText {
  private PercentText() {}

  /**
   * Decodes a part of a path.
   *
   * @throws IllegalArgumentException if a percent sign has no two hexadecimal digits behind it, or
   *     the bytes aren't UTF-8
   */
  static String ofPath(String encoded) {
    return decode(encoded);
  }

  /** Decodes a key or a value of a query, where a plus is a blank; throws as for a path. */
  static String ofQuery(String encoded) {
    return decode(encoded.replace('+', ' '));
  }

  private static String decode(String encoded) {
    if (encoded.indexOf('%') < 0) {
      return encoded;
    }
    byte[] raw = encoded.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%') {
        bytes.put((byte) (digit(raw, i + 1, encoded) << 4 | digit(raw, i + 2, encoded)));
        i += 2;
      } else {
        bytes.put(raw[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(bytes.flip())
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "expected UTF-8 behind percent signs, found " + Checks.quote(encoded), e);
    }
  }

  private static int digit(byte[] raw, int at, String encoded) {
    int digit = at < raw.length ? Character.digit(raw[at], 16) : -1;
    if (digit < 0) {
      throw new IllegalArgumentException(
          "expected two hexadecimal digits behind each percent sign, found "
              + Checks.quote(encoded));
    }
    return digit;
  }
}
