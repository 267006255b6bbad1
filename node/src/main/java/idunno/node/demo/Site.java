package idunno.node.demo;

import idunno.node.transport.FreePort;
import java.io.IOException;
import java.util.List;

/** Where the nodes of a {@link LocalCluster} are: what their addresses are and how they start. */
public interface Site {
  /** All on 127.0.0.1, told apart by their ports. */
  Site LOOPBACK =
      new Site() {
        @Override
        public String host(String node) {
          return "127.0.0.1";
        }

        @Override
        public boolean isFree(String node, int port) {
          try {
            FreePort.check(host(node), port);
            return true;
          } catch (IOException e) {
            return false;
          }
        }
      };

  /** The address that a node listens on and is reached by. */
  String host(String node);

  /** Whether nobody listens on that port of the node's address. */
  boolean isFree(String node, int port);

  /** Options of {@code start} that a node needs here. */
  default List<String> options(String node) {
    return List.of();
  }

  /** The command line that runs a node's command line here; the process id must stay the same. */
  default List<String> command(String node, List<String> command) {
    return command;
  }
}
