package idunno.house.badhouse.node.shell;

import idunno.house.badhouse.node.chunks.LawfulChunk;

record KnowsChunks(LawfulChunk chunk) {}
