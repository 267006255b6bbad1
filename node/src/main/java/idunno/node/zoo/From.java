package idunno.node.zoo;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where a catalogue's file is taken from. Whatever the place, its length and checksum must be those
 * of the catalogue.
 */
public sealed interface From {

  /** Where the catalogue says. */
  record Origin() implements From {}

  /**
   * A file on this machine, or a folder that holds it under its own name.
   *
   * @param path the file or the folder
   */
  record Local(Path path) implements From {}

  /**
   * Another place on the web: the base address of an npm registry for a package, of any folder for
   * a plain file, or the file's own address, told by its last part.
   *
   * @param base an {@code http} or {@code https} address
   */
  record Mirror(URI base) implements From {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Mirror {
      base = WebAddress.check(base);
    }
  }

  /** Where the catalogue says. */
  static From origin() {
    return new Origin();
  }

  /**
   * Reads what a user typed behind {@code --from}: an address makes a mirror, all else is a path.
   *
   * @throws IllegalArgumentException if an address is malformed, or a path impossible
   */
  static From parse(String typed) {
    return WebAddress.isMeant(typed)
        ? new Mirror(WebAddress.parse(typed))
        : new Local(Path.of(typed));
  }
}
