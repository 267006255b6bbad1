package idunno.node.zoo;

/**
 * How often a network is known to be right.
 *
 * @param top1Percent how often its first answer is right, 0 to 100
 * @param top5Percent how often one of its first five is, no less than {@code top1Percent}
 * @param set on which pictures, for people to read
 * @param by who measured it, for people to read
 */
public record Accuracy(double top1Percent, double top5Percent, String set, String by) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a share is none
   */
  public Accuracy {
    if (!(top1Percent >= 0 && top1Percent <= top5Percent && top5Percent <= 100)) {
      throw new IllegalArgumentException(
          "expected 0 <= top1Percent <= top5Percent <= 100, found %s and %s"
              .formatted(top1Percent, top5Percent));
    }
  }
}
