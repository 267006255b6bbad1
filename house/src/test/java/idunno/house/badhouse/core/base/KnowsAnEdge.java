package idunno.house.badhouse.core.base;

import idunno.house.badhouse.node.chunks.LawfulChunk;

record KnowsAnEdge(LawfulChunk chunk) {}
