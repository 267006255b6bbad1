package idunno.node.main;

/** Which version of the program this is. */
final class Version {
  private Version() {}

  /** As the jar says; a run from classes has none. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(from classes, not from a jar)" : version;
  }
}
