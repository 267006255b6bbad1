package idunno.core.membership;

import idunno.core.base.Address;
import idunno.core.base.Checks;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import java.util.regex.Pattern;

/**
 * One node as the cluster's state holds it.
 *
 * @param id its name and the incarnation that the cluster gave it
 * @param place where it is reached and what it can do
 * @param state alive, failed or left ({@link MemberState#SUSPECT} is the coordinator's soft state
 *     and never stored)
 * @param sinceMs since when it is in that state, milliseconds since 1970
 */
public record Member(NodeId id, Place place, MemberState state, long sinceMs) {
  /**
   * Where a node is reached and what it can do.
   *
   * @param disk the id of its data directory, made with it, and the name of its replica in the
   *     consensus: a wiped disk is another disk, and can't go on as the old one
   * @param peer where other nodes call it
   * @param api where clients call it
   * @param consensus where its replica listens
   * @param slots how many batches it runs at once
   * @param zone what it shares with others that may fail together with it, such as a rack; of the
   *     shape {@link #isZone}, empty where nothing is said
   */
  public record Place(
      String disk, Address peer, Address api, Address consensus, int slots, String zone) {
    /** What a zone's label is made of, in words. */
    public static final String ZONE_SHAPE = "up to 64 letters, digits, '.', '-' and '_'";

    private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9._-]{0,64}");

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the disk's id is not 1 to 255 characters, the slots are
     *     not 0 to 1,024 or the zone is not of its shape
     */
    public Place {
      if (disk.isEmpty() || disk.length() > 255 || slots < 0 || slots > 1024) {
        throw new IllegalArgumentException(
            "place: expected a disk id of 1 to 255 characters and 0 to 1024 slots, found "
                + disk.length()
                + " characters and "
                + slots
                + " slots");
      }
      if (!isZone(zone)) {
        throw new IllegalArgumentException(
            "zone: expected " + ZONE_SHAPE + ", found " + Checks.quote(zone));
      }
    }

    /** Whether a text can be a zone's label; the empty one can. */
    public static boolean isZone(String text) {
      return ZONE.matcher(text).matches();
    }
  }

  /** The member's name. */
  public NodeName name() {
    return id.name();
  }

  /** The same member in another state. */
  public Member in(MemberState other, long atMs) {
    return new Member(id, place, other, atMs);
  }
}
