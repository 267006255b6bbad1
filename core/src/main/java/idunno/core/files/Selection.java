package idunno.core.files;

import java.util.Optional;

/**
 * The files that a word means: a file by its name, a folder with all that is in it, or all that a
 * pattern fits. A file of that very name comes first, then a folder, so that names that look like
 * patterns can be named too.
 */
public sealed interface Selection {
  /** One file. */
  record OneFile(FileName name) implements Selection {}

  /** All files in a folder, at any depth; without a folder, all files. */
  record InFolder(Optional<FileName> folder) implements Selection {}

  /** The files that a pattern fits, and those in the folders that it fits. */
  record Fitting(NamePattern pattern) implements Selection {}

  /**
   * What a word means now; nothing if there is neither a file nor a folder of that name, and it
   * isn't a pattern.
   *
   * @param word a name, or a pattern; with a slash at its end only a folder; empty for all files
   * @throws IllegalArgumentException if it can't be a name and isn't a pattern either
   */
  static Optional<Selection> of(String word, FileTable files) {
    if (word.isEmpty()) {
      return Optional.of(new InFolder(Optional.empty()));
    }
    boolean folderOnly = word.length() > 1 && word.endsWith("/");
    FileName name = new FileName(folderOnly ? word.substring(0, word.length() - 1) : word);
    if (!folderOnly && files.latest(name).isPresent()) {
      return Optional.of(new OneFile(name));
    }
    Selection folder = new InFolder(Optional.of(name));
    if (folder.begins(files).stream().anyMatch(first -> folder.fit(first) >= 0)) {
      return Optional.of(folder);
    }
    return NamePattern.isPattern(name.value())
        ? Optional.of(new Fitting(new NamePattern(name.value())))
        : Optional.empty();
  }

  /** The folder that the selected names are told in: those of a listing, or of a download. */
  default Optional<FileName> base() {
    return switch (this) {
      case OneFile one -> parent(one.name().value());
      case InFolder in -> in.folder();
      case Fitting fitting -> parent(fitting.pattern().prefix());
    };
  }

  private static Optional<FileName> parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? Optional.empty() : Optional.of(new FileName(name.substring(0, slash)));
  }

  /**
   * How much of a name makes one line of a listing: the name's length if the file is selected by
   * itself, the length of the folder that it is selected with, -1 if it isn't selected.
   */
  default int fit(FileName name) {
    return switch (this) {
      case OneFile one -> one.name().equals(name) ? name.value().length() : -1;
      case InFolder in -> {
        if (in.folder().isPresent() && !name.isIn(in.folder().get())) {
          yield -1;
        }
        int slash = name.value().indexOf('/', prefix().length());
        yield slash < 0 ? name.value().length() : slash;
      }
      case Fitting fitting -> fitting.pattern().fit(name);
    };
  }

  /** What every selected name begins with. */
  private String prefix() {
    return switch (this) {
      case OneFile one -> one.name().value();
      case InFolder in -> in.folder().map(folder -> folder.value() + "/").orElse("");
      case Fitting fitting -> fitting.pattern().prefix();
    };
  }

  /** Whether neither a name nor any behind it in their order is selected. */
  default boolean isPast(FileName name) {
    return !name.value().startsWith(prefix()) && name.value().compareTo(prefix()) > 0;
  }

  /** The first file that may be selected, if there is any; all others are behind it. */
  default Optional<FileName> begins(FileTable files) {
    return firstWith(prefix())
        .map(first -> files.namesFrom(first, true))
        .orElseGet(files::names)
        .stream()
        .findFirst();
  }

  /** A name that no name with this beginning comes before; none, if any may. */
  private static Optional<FileName> firstWith(String prefix) {
    // A blank is the least character that a name may have, so this is behind the slash of a folder
    // and before all that is in it; "photos-old" lies between "photos" and "photos/1".
    for (int end = prefix.length(); end > 0; end--) {
      String beginning = prefix.substring(0, end);
      for (String candidate : new String[] {beginning, beginning + " "}) {
        try {
          return Optional.of(new FileName(candidate));
        } catch (IllegalArgumentException e) {
          // Not a name, such as one that ends in a slash or is too long: try another.
        }
      }
    }
    return Optional.empty();
  }
}
