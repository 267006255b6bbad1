package idunno.node.zoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a file must be to be let in.
 *
 * @param name its name, for people to read
 * @param bytes its length, where it is known beforehand
 * @param mostBytes how long it may be at most
 * @param checksum what it must hash to, where that is known beforehand
 * @param byHand how the user brings it where there is no network: what to do with the file once it
 *     is on this machine
 */
record Wanted(
    String name, OptionalLong bytes, long mostBytes, Optional<Checksum> checksum, String byHand) {

  /** A file of a catalogue. */
  static Wanted pinned(Source source, String byHand) {
    return new Wanted(
        source.fileName(),
        OptionalLong.of(source.bytes()),
        source.bytes(),
        Optional.of(source.checksum()),
        byHand);
  }

  /** Whether this is known to be the file; false where there is no checksum to know it by. */
  boolean isMetBy(Path file) throws IOException {
    return checksum.isPresent()
        && Files.isRegularFile(file)
        && fits(Files.size(file))
        && found(file).equals(checksum);
  }

  /** The file's checksum, of the kind that is wanted; empty where none is. */
  Optional<Checksum> found(Path file) throws IOException {
    return checksum.isPresent()
        ? Optional.of(Checksum.of(file, checksum.get().algorithm()))
        : Optional.empty();
  }

  private boolean fits(long length) {
    return bytes.isPresent() ? length == bytes.getAsLong() : length <= mostBytes;
  }

  /**
   * Lets a stated length pass, or not.
   *
   * @param who who states it, the start of the message
   * @throws FinalFailure if a file of that length can't be the right one
   */
  void checkLength(String who, long length) throws FinalFailure {
    if (!fits(length)) {
      throw new FinalFailure(who + " has " + length + " bytes, expected " + length());
    }
  }

  private String length() {
    return bytes.isPresent() ? Long.toString(bytes.getAsLong()) : "at most " + mostBytes;
  }

  /** Length and checksum as far as they are known, for people to read. */
  String facts() {
    String length = length() + " bytes";
    return checksum.map(pin -> length + ", " + pin).orElse(length);
  }
}
