package idunno.house.badhouse.node.chunks;

import idunno.house.badhouse.core.files.LawfulVersion;
import idunno.house.badhouse.node.transport.LawfulWire;

/** An edge that knows the core and the floor. */
public record LawfulChunk(LawfulVersion version, LawfulWire wire) {}
