package idunno.system;

import java.nio.file.Path;
import java.util.List;

/** The program under test: the jar that the build packs, with its libraries beside it. */
final class Program {
  private Program() {}

  /** The root of the source tree. */
  static Path home() {
    return Path.of(System.getProperty("idunno.home", "..")).toAbsolutePath().normalize();
  }

  /** The command line that runs a node, up to the word {@code start}. */
  static List<String> node() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx384m",
        "-Xrs",
        "-jar",
        home().resolve("node/target/idunno-node.jar").toString());
  }
}
