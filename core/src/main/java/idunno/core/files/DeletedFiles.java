package idunno.core.files;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The files that were deleted and can come back. A name that was deleted, put again and deleted
 * again is here twice.
 */
final class DeletedFiles {
  private final NavigableMap<FileName, List<DeletedFile>> byName = new TreeMap<>();

  void add(DeletedFile file) {
    byName.computeIfAbsent(file.name(), ignored -> new ArrayList<>()).add(file);
  }

  boolean has(FileName name) {
    return byName.containsKey(name);
  }

  /** Takes out what the last delete of a name took away. */
  Optional<DeletedFile> takeNewest(FileName name) {
    List<DeletedFile> files = byName.get(name);
    if (files == null) {
      return Optional.empty();
    }
    DeletedFile newest = files.removeLast();
    if (files.isEmpty()) {
      byName.remove(name);
    }
    return Optional.of(newest);
  }

  /** Takes out all that deletes of a name took away, oldest first. */
  List<DeletedFile> takeAll(FileName name) {
    List<DeletedFile> files = byName.remove(name);
    return files == null ? List.of() : files;
  }

  /** Takes out those whose time has come, at most so many; in the order of their names. */
  List<DeletedFile> takeDue(long atMs, int most) {
    List<DeletedFile> due =
        byName.values().stream()
            .flatMap(List::stream)
            .filter(file -> file.untilMs() <= atMs)
            .limit(most)
            .toList();
    for (DeletedFile file : due) {
      List<DeletedFile> files = byName.getOrDefault(file.name(), new ArrayList<>());
      files.remove(file);
      if (files.isEmpty()) {
        byName.remove(file.name());
      }
    }
    return due;
  }

  /** When the first of them may be reclaimed; none if there are none. */
  OptionalLong firstDueMs() {
    return byName.values().stream().flatMap(List::stream).mapToLong(DeletedFile::untilMs).min();
  }

  /** All of them, by name, what was deleted first before the rest. */
  List<DeletedFile> all() {
    return byName.values().stream().flatMap(List::stream).toList();
  }
}
