package idunno.house.badhouse.core.base;

import idunno.house.badhouse.core.files.LawfulVersion;

record KnowsTheLayerAbove(LawfulVersion version) {}
