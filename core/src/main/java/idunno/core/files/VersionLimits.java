package idunno.core.files;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How many versions files keep. A limit is set for a folder (or one file) and holds for all below
 * it that have none nearer to them: {@code a/b} decides over {@code a} for {@code a/b/c}.
 */
final class VersionLimits {
  /** More limits than this are refused: they are a setting, not data. */
  static final int MAX_LIMITS = 10_000;

  private final NavigableMap<String, Integer> byFolder = new TreeMap<>();

  /** Why a limit can't be set, if so. */
  Optional<String> objection(FileName folder, int versions) {
    if (versions < 0) {
      return Optional.of(
          "versions to keep: expected 1 or more, or 0 to take a limit back, found " + versions);
    }
    if (versions > 0 && byFolder.size() >= MAX_LIMITS && !byFolder.containsKey(folder.value())) {
      return Optional.of(
          "versions to keep: there are " + MAX_LIMITS + " limits already; take one back with 0");
    }
    return Optional.empty();
  }

  /**
   * Sets a limit.
   *
   * @param versions at most so many are kept; 0 takes the folder's own limit back
   */
  void set(FileName folder, int versions) {
    if (versions > 0) {
      byFolder.put(folder.value(), versions);
    } else {
      byFolder.remove(folder.value());
    }
  }

  /** The limit that holds for a file; none if it keeps all its versions. */
  OptionalInt of(FileName name) {
    if (byFolder.isEmpty()) {
      return OptionalInt.empty();
    }
    String value = name.value();
    for (int end = value.length(); end > 0; end = value.lastIndexOf('/', end - 1)) {
      Integer versions = byFolder.get(value.substring(0, end));
      if (versions != null) {
        return OptionalInt.of(versions);
      }
    }
    return OptionalInt.empty();
  }

  /** All limits by folder. */
  NavigableMap<FileName, Integer> all() {
    NavigableMap<FileName, Integer> limits = new TreeMap<>();
    byFolder.forEach((folder, versions) -> limits.put(new FileName(folder), versions));
    return limits;
  }

  static VersionLimits of(Map<FileName, Integer> limits) {
    VersionLimits made = new VersionLimits();
    limits.forEach((folder, versions) -> made.byFolder.put(folder.value(), versions));
    return made;
  }
}
