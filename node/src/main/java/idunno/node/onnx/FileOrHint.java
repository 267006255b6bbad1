package idunno.node.onnx;

import java.io.IOException;
import java.util.OptionalInt;

/** What a network's file tells, and what is known from elsewhere, brought together. */
public final class FileOrHint {
  /** The longest side of a picture that a network may take, in pixels. */
  public static final int MAX_SIDE = 4096;

  /** The most numbers that a network may give for a picture. */
  public static final int MAX_OUTPUTS = 1 << 20;

  private FileOrHint() {}

  /**
   * The length of a side of the input, in pixels.
   *
   * @param what {@code height} or {@code width}
   * @param inFile what the file says; below 1 where it leaves the side open
   * @throws IOException if neither says it, they contradict each other, or it is too long
   */
  public static int side(String what, long inFile, OptionalInt hint) throws IOException {
    return settled("the input's " + what, inFile, hint, MAX_SIDE, "name it with --size");
  }

  /**
   * How many numbers the network gives for a picture.
   *
   * @param inFile what the file says; below 1 where it does not
   * @throws IOException if neither says it, they contradict each other, or there are too many
   */
  public static int outputs(long inFile, OptionalInt hint) throws IOException {
    return settled(
        "the number of outputs", inFile, hint, MAX_OUTPUTS, "give labels, one for each output");
  }

  private static int settled(String what, long inFile, OptionalInt hint, int most, String advice)
      throws IOException {
    if (inFile < 1 && hint.isEmpty()) {
      throw new IOException(what + " is not in the file; " + advice);
    }
    if (inFile > 0 && hint.isPresent() && hint.getAsInt() != inFile) {
      throw new IOException(
          "%s is %d in the file, expected %d".formatted(what, inFile, hint.getAsInt()));
    }
    long value = inFile > 0 ? inFile : hint.getAsInt();
    if (value < 1 || value > most) {
      throw new IOException("%s: expected 1 to %d, found %d".formatted(what, most, value));
    }
    return (int) value;
  }
}
