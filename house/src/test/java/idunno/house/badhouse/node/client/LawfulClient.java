package idunno.house.badhouse.node.client;

import java.net.http.HttpClient;

/** Uses a connection that somebody else made. */
public record LawfulClient(HttpClient http) {}
