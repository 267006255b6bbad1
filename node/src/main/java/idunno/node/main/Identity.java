package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who a data directory is: kept in {@code node.json}, so that a restart is a return.
 *
 * @param name the node's name
 * @param cluster the group that it is in; absent after it has left
 * @param ports the ports that it was given when it joined; others know it by them
 * @param seeds addresses of the API of other members, to find the way back
 */
record Identity(NodeName name, Optional<ClusterId> cluster, Ports ports, List<Address> seeds) {
  private static final String FILE = "node.json";

  /** The ports in use. */
  record Ports(int api, int peer, int consensus) {}

  /** A cluster's id: a UUID as text. */
  record ClusterId(String value) {
    ClusterId {
      if (!UUID.fromString(value).toString().equals(value)) {
        throw new IllegalArgumentException("cluster id: expected a UUID, found " + value);
      }
    }

    UUID toUuid() {
      return UUID.fromString(value);
    }
  }

  Identity {
    seeds = List.copyOf(seeds);
  }

  Identity inCluster(UUID id) {
    return new Identity(name, Optional.of(new ClusterId(id.toString())), ports, seeds);
  }

  Identity outside() {
    return new Identity(name, Optional.empty(), ports, seeds);
  }

  Identity knowing(List<Address> addresses) {
    return new Identity(name, cluster, ports, addresses);
  }

  /** The identity of a directory, if it has one. */
  static Optional<Identity> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Codec.json().decode(Files.readAllBytes(file), Identity.class));
    } catch (BadMessage | IllegalArgumentException e) {
      throw new IOException(
          file
              + ": "
              + e.getMessage()
              + "; restore the file, or start with an empty directory as a new node",
          e);
    }
  }

  /** Writes this identity; it is durable when this returns. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path temporary = directory.resolve(FILE + ".tmp");
    Files.write(temporary, Codec.prettyJson().encode(this));
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(
        temporary,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
