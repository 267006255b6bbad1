package idunno.node.chunks;

/**
 * How a disk stands.
 *
 * @param writable whether it takes chunks
 * @param reason why it takes none; empty while it does
 * @param freeBytes what was free on it when it was looked at last
 */
public record Room(boolean writable, String reason, long freeBytes) {}
