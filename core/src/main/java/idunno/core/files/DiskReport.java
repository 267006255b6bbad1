package idunno.core.files;

/**
 * A node's disk, as the node itself sees it.
 *
 * @param usedBytes what its chunks take
 * @param freeBytes what is free
 * @param writable whether it takes new chunks
 * @param reason why it takes none; empty while it does
 * @param scrub how its scrubbing stands
 */
public record DiskReport(
    long usedBytes, long freeBytes, boolean writable, String reason, Scrub scrub) {}
