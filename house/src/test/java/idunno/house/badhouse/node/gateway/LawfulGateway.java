package idunno.house.badhouse.node.gateway;

import com.sun.net.httpserver.HttpServer;

/** The one edge that serves HTTP. */
public record LawfulGateway(HttpServer server) {}
