package idunno.core.models;

/**
 * What {@code model.json} says of a model: everything that a worker must know beside the network's
 * weights ({@code model.onnx}) and its class names ({@code labels.txt}, one a line).
 *
 * @param name the model's name in the cluster
 * @param network the network's family, for people to read, such as {@code ResNet-50}
 * @param source where the weights come from, for people to read
 * @param licence the licence stated by that source
 * @param preprocessing how a picture becomes the network's input
 * @param output what the network's output means
 */
public record ModelCard(
    String name,
    String network,
    String source,
    String licence,
    Preprocessing preprocessing,
    Output output) {

  /** The file that holds the network. */
  public static final String NETWORK_FILE = "model.onnx";

  /** The file that holds the class names, one a line. */
  public static final String LABELS_FILE = "labels.txt";

  /** The file that holds this card. */
  public static final String CARD_FILE = "model.json";

  /**
   * What the network's output means.
   *
   * @param classes how many classes have a label
   * @param skip how many leading outputs mean no class (1 for a network with a background class)
   * @param scores what the output's numbers are
   */
  public record Output(int classes, int skip, Scores scores) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if there is no class or {@code skip} is negative
     */
    public Output {
      if (classes < 1 || skip < 0) {
        throw new IllegalArgumentException(
            "output: expected 1 or more classes and skip 0 or more, found "
                + classes
                + " and "
                + skip);
      }
    }
  }

  /** What the numbers of an output are. */
  public enum Scores {
    /** Raw scores: softmax makes them probabilities. */
    LOGITS,
    /** Already probabilities. */
    PROBABILITIES
  }
}
