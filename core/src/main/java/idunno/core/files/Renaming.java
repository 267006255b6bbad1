package idunno.core.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which names become which when a file or a folder is moved or copied. A file goes before a folder
 * of the same name.
 */
public sealed interface Renaming {
  /** More files than this are refused: one entry of the log would hold up all others. */
  int MAX_FILES = 100_000;

  /**
   * It can be done.
   *
   * @param pairs by their old names, one or more
   * @param folder whether they are a folder's files
   */
  record Possible(List<Pair> pairs, boolean folder) implements Renaming {}

  /** It can't, and why. */
  record Impossible(String reason) implements Renaming {}

  /** One file's old and new name. */
  record Pair(FileName from, FileName to) {}

  /** The names of a move: {@code to} must be free, and a folder not below itself. */
  static Renaming move(FileTable files, FileName from, FileName to) {
    if (from.equals(to)) {
      return new Impossible(from + " is its name already");
    }
    if (files.latest(to).isPresent()) {
      return new Impossible(
          "%s exists, its latest version is %d; delete it first, or choose a free name"
              .formatted(to, files.latest(to).orElseThrow().number()));
    }
    boolean file = files.latest(from).isPresent();
    if (!file && to.isIn(from)) {
      return new Impossible(from + " can't be moved into itself");
    }
    if (files.isFolder(to)) {
      return new Impossible(
          "%s is a folder that has files; choose a free name, such as %s/%s"
              .formatted(to, to, from.lastSegment()));
    }
    return file ? single(from, to) : folder(files, from, to);
  }

  /** The names of a copy: {@code to} may be a file, which gets another version. */
  static Renaming copy(FileTable files, FileName from, FileName to) {
    if (files.latest(from).isPresent()) {
      return files.latest(to).isEmpty() && files.isFolder(to)
          ? new Impossible(
              "%s is a folder; name the copy in it, such as %s/%s"
                  .formatted(to, to, from.lastSegment()))
          : single(from, to);
    }
    if (from.equals(to) || to.isIn(from)) {
      return new Impossible(from + " can't be copied into itself");
    }
    if (files.latest(to).isPresent()) {
      return new Impossible(to + " is a file; a folder's copy needs a name that is none");
    }
    return folder(files, from, to);
  }

  private static Renaming single(FileName from, FileName to) {
    return new Possible(List.of(new Pair(from, to)), false);
  }

  private static Renaming folder(FileTable files, FileName from, FileName to) {
    List<FileName> names = files.namesIn(from, MAX_FILES + 1);
    if (names.isEmpty()) {
      return new Impossible("no file or folder " + from + "; 'ls' lists those there are");
    }
    if (names.size() > MAX_FILES) {
      return new Impossible(
          "%s has more than %,d files, the most for one command; take its folders one by one"
              .formatted(from, MAX_FILES));
    }
    List<Pair> pairs = new ArrayList<>(names.size());
    for (FileName name : names) {
      Optional<FileName> renamed = renamed(name, from, to);
      if (renamed.isEmpty()) {
        return new Impossible(name + " would get a name of more than 1,024 bytes");
      }
      pairs.add(new Pair(name, renamed.get()));
    }
    return new Possible(pairs, true);
  }

  private static Optional<FileName> renamed(FileName name, FileName from, FileName to) {
    try {
      return Optional.of(to.resolve(name.value().substring(from.value().length() + 1)));
    } catch (IllegalArgumentException e) {
      // Both parts are names, so only the length of the whole can be wrong.
      return Optional.empty();
    }
  }
}
