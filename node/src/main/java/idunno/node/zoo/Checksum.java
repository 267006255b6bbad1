package idunno.node.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a file's bytes must hash to.
 *
 * @param algorithm which hash
 * @param text the hash as its world writes it: lower-case hex for SHA-256, Base64 for SHA-512 (npm)
 */
public record Checksum(Algorithm algorithm, String text) {

  /** A hash that is strong enough to pin a file with. */
  public enum Algorithm {
    /** 64 hex digits, as {@code sha256sum} prints them. */
    SHA256("SHA-256", 32),
    /** 88 characters of Base64, as npm writes them behind {@code sha512-}. */
    SHA512("SHA-512", 64);

    private final String javaName;
    private final int length;

    Algorithm(String javaName, int length) {
      this.javaName = javaName;
      this.length = length;
    }

    MessageDigest digest() {
      try {
        return MessageDigest.getInstance(javaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this Java lacks " + javaName, e);
      }
    }

    private String write(byte[] hash) {
      return switch (this) {
        case SHA256 -> HexFormat.of().formatHex(hash);
        case SHA512 -> Base64.getEncoder().encodeToString(hash);
      };
    }

    private byte[] read(String text) {
      return switch (this) {
        case SHA256 -> HexFormat.of().parseHex(text);
        case SHA512 -> Base64.getDecoder().decode(text);
      };
    }
  }

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int KEY_BYTES = 20;

  /**
   * Checks the text.
   *
   * @throws IllegalArgumentException if it is no hash of that kind
   */
  public Checksum {
    try {
      byte[] hash = algorithm.read(text);
      if (hash.length == algorithm.length) {
        text = algorithm.write(hash);
      } else {
        throw new IllegalArgumentException("found " + hash.length + " bytes");
      }
    } catch (IllegalArgumentException e) {
      String expected =
          switch (algorithm) {
            case SHA256 -> "64 hex digits";
            case SHA512 -> "88 characters of Base64";
          };
      throw new IllegalArgumentException("expected " + expected + ", found " + text, e);
    }
  }

  /**
   * Reads what a user typed or copied: 64 hex digits, with or without {@code sha256:} or {@code
   * sha256-} before them, or npm's {@code sha512-BASE64}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static Checksum parse(String typed) {
    String text = typed.strip();
    String kind = text.toLowerCase(Locale.ROOT);
    if (kind.startsWith("sha512-") || kind.startsWith("sha512:")) {
      return new Checksum(Algorithm.SHA512, text.substring(7));
    }
    boolean named = kind.startsWith("sha256-") || kind.startsWith("sha256:");
    return new Checksum(Algorithm.SHA256, named ? text.substring(7) : text);
  }

  /** Hashes a file. */
  static Checksum of(Path file, Algorithm algorithm) throws IOException {
    MessageDigest digest = algorithm.digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int got; (got = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, got);
      }
    }
    return new Checksum(algorithm, algorithm.write(digest.digest()));
  }

  /** The SHA-256 of a text's UTF-8 bytes. */
  static Checksum ofText(String text) {
    byte[] hash = Algorithm.SHA256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
    return new Checksum(Algorithm.SHA256, Algorithm.SHA256.write(hash));
  }

  /** The first 20 bytes in hex: a file's name that no other content shares. */
  String key() {
    return HexFormat.of().formatHex(algorithm.read(text), 0, KEY_BYTES);
  }

  /** For people: {@code sha256 7be5be79...}. */
  @Override
  public String toString() {
    return algorithm.name().toLowerCase(Locale.ROOT) + " " + text;
  }
}
