package idunno.house.badhouse.node.shell;

import idunno.house.badhouse.node.client.LawfulClient;

record LawfulShell(LawfulClient client) {}
