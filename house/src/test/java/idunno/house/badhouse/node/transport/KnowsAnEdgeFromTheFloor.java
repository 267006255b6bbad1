package idunno.house.badhouse.node.transport;

import idunno.house.badhouse.node.chunks.LawfulChunk;

record KnowsAnEdgeFromTheFloor(LawfulChunk chunk) {}
