package idunno.node.zoo;

import idunno.core.models.ModelCard;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A network that the catalogue offers, with all that is known of it before it is fetched.
 *
 * @param card what {@code model.json} of the finished model says: name, family, source in a
 *     sentence with address and checksum, licence, preprocessing, classes
 * @param url where its file is fetched if nothing else is said
 * @param fileName that file's name
 * @param bytes that file's length
 * @param checksum that file's checksum
 * @param labels where the class names come from: {@code imagenet}, {@code file:} and a path, or a
 *     path in the tarball
 * @param accuracy how often it is known to be right
 * @param catalogue the catalogue that has it: a user's file, empty for the built-in one
 */
public record CatalogueEntry(
    ModelCard card,
    URI url,
    String fileName,
    long bytes,
    Checksum checksum,
    String labels,
    Optional<Accuracy> accuracy,
    Optional<Path> catalogue) {

  /** What {@code model pull} calls it. */
  public String name() {
    return card.name();
  }

  /** The network's family, such as {@code ResNet-18}. */
  public String network() {
    return card.network();
  }

  /** Where the weights come from: a sentence, the address, the checksum. */
  public String source() {
    return card.source();
  }

  /** The licence stated with the weights. */
  public String licence() {
    return card.licence();
  }
}
