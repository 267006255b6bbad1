package idunno.house.badhouse.node.shell;

import org.apache.ratis.protocol.RaftPeerId;

record KnowsRatis(RaftPeerId id) {}
