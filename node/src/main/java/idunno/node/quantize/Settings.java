package idunno.node.quantize;

import java.util.Set;

/**
 * How a network is quantised.
 *
 * @param clipping how the activations' ranges are chosen
 * @param equalise whether channels of unlike size are made alike first
 * @param correctBias whether biases make up for the mean error of rounded weights
 * @param wantedAgreement the share of calibration pictures that must keep their first class, 0 to
 *     1; below it the noisiest layers are left in floats
 * @param leaveFloat names of layers that stay in floats in any case
 * @param threads how many pictures are worked on at once, 1 or more; changes no result
 */
public record Settings(
    Clipping clipping,
    boolean equalise,
    boolean correctBias,
    double wantedAgreement,
    Set<String> leaveFloat,
    int threads) {

  /** What has proved itself. */
  public static final Settings USUAL =
      new Settings(
          Clipping.SQUARED_ERROR,
          true,
          true,
          Report.LEAST_AGREEMENT + 0.005,
          Set.of(),
          Runtime.getRuntime().availableProcessors());

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if the agreement is not 0 to 1, or there is no thread
   */
  public Settings {
    leaveFloat = Set.copyOf(leaveFloat);
    if (!(wantedAgreement >= 0 && wantedAgreement <= 1)) {
      throw new IllegalArgumentException(
          "wanted agreement: expected 0 to 1, found " + wantedAgreement);
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected 1 or more, found " + threads);
    }
  }

  /** The same with a number of threads. */
  public Settings withThreads(int count) {
    return new Settings(clipping, equalise, correctBias, wantedAgreement, leaveFloat, count);
  }
}
