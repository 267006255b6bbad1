package idunno.house.badhouse.node.main;

import idunno.house.badhouse.node.chunks.LawfulChunk;
import idunno.house.badhouse.node.gateway.LawfulGateway;

/** Knows every edge: that is its work. */
record LawfulMain(LawfulChunk chunk, LawfulGateway gateway) {}
