package idunno.house.badhouse.node.client;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;

final class Serves {
  HttpServer open() throws IOException {
    return HttpServer.create();
  }
}
