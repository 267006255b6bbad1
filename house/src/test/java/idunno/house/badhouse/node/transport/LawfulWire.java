package idunno.house.badhouse.node.transport;

import java.net.http.HttpClient;
import java.nio.channels.SocketChannel;

/** The one edge that opens connections. */
public record LawfulWire(SocketChannel channel) {
  static HttpClient http() {
    return HttpClient.newHttpClient();
  }
}
