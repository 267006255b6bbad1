package idunno.node.chunks;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How a store looks after the disk that it is on.
 *
 * @param reserveBytes what shall stay free on it; empty for 1 GiB, or a 20th of a smaller disk
 * @param ballast a file of the same disk that is given up when the disk is nearly full; empty for
 *     none
 * @param changed told when the disk takes no chunks any more, or takes them again; must not block
 * @param syncs whether what is written is forced to the disk before the call returns; without it a
 *     power cut takes what was acknowledged in the last half minute
 */
public record DiskCare(
    OptionalLong reserveBytes, Optional<Path> ballast, Consumer<Room> changed, boolean syncs) {
  /** The usual reserve, and nobody who wants to know. */
  public static final DiskCare USUAL =
      new DiskCare(OptionalLong.empty(), Optional.empty(), ignored -> {}, true);
}
