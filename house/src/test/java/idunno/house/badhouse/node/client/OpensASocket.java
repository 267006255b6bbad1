package idunno.house.badhouse.node.client;

import java.io.IOException;
import java.net.Socket;

final class OpensASocket {
  Socket open() throws IOException {
    return new Socket("localhost", 1);
  }
}
