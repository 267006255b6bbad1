package idunno.node.quantize;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of quantising a network.
 *
 * @param agreement with the float network, on the held-out pictures
 * @param calibrationAgreement the same on the calibration pictures
 * @param speedUp the ratio of pictures a second end to end, from the file to the guesses, on one
 *     thread: the median over slices of the held-out pictures, run alternately
 * @param calibrationPictures how many pictures the ranges come from
 * @param layersQuantised how many convolutions and fully connected layers are computed in 8 bits
 * @param leftFloat those that are not, with the reason
 * @param bytesBefore the size of the float network's file
 * @param bytesAfter the size of the new one's
 */
public record Report(
    Agreement agreement,
    Agreement calibrationAgreement,
    double speedUp,
    int calibrationPictures,
    int layersQuantised,
    List<Left> leftFloat,
    long bytesBefore,
    long bytesAfter) {

  /** Below this share of agreement a quantised network is not as good as the float one. */
  public static final double LEAST_AGREEMENT = 0.98;

  /**
   * A part of the network that stayed in floats.
   *
   * @param layer its name in the network's file
   * @param reason why
   */
  public record Left(String layer, String reason) {}

  public Report {
    leftFloat = List.copyOf(leftFloat);
  }

  /**
   * Why the network should not be used, unless the user insists; nothing if all is well.
   *
   * @param least the share of held-out pictures that must keep their first class, 0 to 1
   */
  public Optional<String> objection(double least) {
    return agreement.share() >= least
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "it agrees with the float network on %d of %d held-out pictures (%.2f %%), and"
                    + " %.2f %% are wanted; calibrate with more pictures that are like the"
                    + " network's work, or force it",
                agreement.agreeing(),
                agreement.pictures(),
                100 * agreement.share(),
                100 * least));
  }
}
