package idunno.core.files;

/**
 * What a node's disk has room for, as the node said last.
 *
 * @param usedBytes what its chunks take
 * @param freeBytes what is free on that disk
 * @param writable whether it takes new chunks: a disk that is full or failing does not
 */
public record DiskRoom(long usedBytes, long freeBytes, boolean writable) {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a figure is negative
   */
  public DiskRoom {
    if (usedBytes < 0 || freeBytes < 0) {
      throw new IllegalArgumentException(
          "disk room: expected 0 bytes or more, found "
              + usedBytes
              + " used and "
              + freeBytes
              + " free");
    }
  }

  /** What chunks take and could take together, in bytes. */
  public long capacityBytes() {
    long sum = usedBytes + freeBytes;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** The share of the capacity that is used, 0 to 1; 1 where there is no capacity. */
  public double use() {
    return capacityBytes() == 0 ? 1 : (double) usedBytes / capacityBytes();
  }

  /** This disk with that many more bytes in chunks, or fewer; never below nothing. */
  public DiskRoom plus(long bytes) {
    long moved = Math.clamp(bytes, -usedBytes, freeBytes);
    return new DiskRoom(usedBytes + moved, freeBytes - moved, writable);
  }

  /**
   * Whether it differs so much from what was told before that all should know: by a hundredth of
   * the capacity, or in whether it takes chunks.
   */
  public boolean isNews(DiskRoom told) {
    long slack = capacityBytes() / 100;
    return writable != told.writable
        || Math.abs(usedBytes - told.usedBytes) > slack
        || Math.abs(freeBytes - told.freeBytes) > slack;
  }
}
