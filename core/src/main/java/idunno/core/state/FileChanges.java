package idunno.core.state;

import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.NewFile;
import idunno.core.files.Renaming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Applies what changes files by their names, and tells when new ones can't be committed. */
final class FileChanges {
  /** So many deleted files are reclaimed by one command; what is left waits for the next. */
  private static final int RECLAIM_AT_ONCE = 20_000;

  private FileChanges() {}

  /** Why none of the files can be committed, if so. Their chunks are known by now. */
  static Optional<Reply> refusal(List<NewFile> added, FileTable files) {
    Map<FileName, Integer> times = new TreeMap<>();
    for (NewFile file : added) {
      FileName name = file.name();
      int before = times.merge(name, 1, Integer::sum) - 1;
      Optional<String> objection = files.objection(file, before);
      if (objection.isPresent()) {
        return Optional.of(new Reply.Refused(objection.get()));
      }
      int found =
          before == 0
              ? files.latest(name).map(FileVersion::number).orElse(0)
              : files.nextNumber(name) + before - 1;
      if (file.onlyOver().isPresent() && file.onlyOver().get() != found) {
        return Optional.of(new Reply.Conflict(name, file.onlyOver().get(), found));
      }
    }
    return Optional.empty();
  }

  /**
   * Applies one change.
   *
   * @param freed takes the chunks whose last reference went
   */
  static Reply apply(Command.FileChange change, FileTable files, List<ChunkId> freed) {
    return switch (change) {
      case Command.DeleteFile delete -> delete(delete, files, freed);
      case Command.UndeleteFile undelete -> undelete(undelete, files, freed);
      case Command.ReclaimDeleted reclaim -> {
        FileTable.Gone gone = files.reclaim(reclaim.atMs(), RECLAIM_AT_ONCE);
        freed.addAll(gone.freed());
        yield new Reply.Reclaimed(gone.files(), gone.versions());
      }
      case Command.KeepVersions keep -> keep(keep, files, freed);
      case Command.MoveFile move -> move(move, files, freed);
      case Command.CopyFile copy -> copy(copy, files, freed);
    };
  }

  private static Reply delete(Command.DeleteFile command, FileTable files, List<ChunkId> freed) {
    boolean forGood = command.untilMs() <= command.atMs();
    int versions;
    if (forGood) {
      FileTable.Gone gone = files.delete(command.name());
      freed.addAll(gone.freed());
      versions = gone.versions();
    } else {
      versions = files.deleteForNow(command.name(), command.untilMs(), command.atMs());
    }
    return versions == 0
        ? new Reply.Refused("no file " + command.name())
        : new Reply.Deleted(versions, forGood ? 0 : command.untilMs());
  }

  private static Reply undelete(
      Command.UndeleteFile command, FileTable files, List<ChunkId> freed) {
    int versions = files.undelete(command.name());
    if (versions == 0) {
      return new Reply.Refused(
          "nothing of " + command.name() + " can be had back; 'ls --deleted' lists what can");
    }
    freed.addAll(files.trim(command.name()));
    return new Reply.Undeleted(versions);
  }

  private static Reply keep(Command.KeepVersions command, FileTable files, List<ChunkId> freed) {
    Optional<String> objection = files.objectionToLimit(command.folder(), command.versions());
    if (objection.isPresent()) {
      return new Reply.Refused(objection.get());
    }
    FileTable.Gone gone = files.limit(command.folder(), command.versions());
    freed.addAll(gone.freed());
    return new Reply.Reclaimed(gone.files(), gone.versions());
  }

  private static Reply move(Command.MoveFile command, FileTable files, List<ChunkId> freed) {
    return switch (Renaming.move(files, command.from(), command.to())) {
      case Renaming.Impossible impossible -> new Reply.Refused(impossible.reason());
      case Renaming.Possible possible -> {
        for (Renaming.Pair pair : possible.pairs()) {
          Optional<String> objection = files.objectionToMove(pair.from(), pair.to());
          if (objection.isPresent()) {
            yield new Reply.Refused(objection.get());
          }
        }
        int versions = 0;
        for (Renaming.Pair pair : possible.pairs()) {
          versions += files.move(pair.from(), pair.to());
          freed.addAll(files.trim(pair.to()));
        }
        yield new Reply.Moved(possible.pairs().size(), versions);
      }
    };
  }

  private static Reply copy(Command.CopyFile command, FileTable files, List<ChunkId> freed) {
    return switch (Renaming.copy(files, command.from(), command.to())) {
      case Renaming.Impossible impossible -> new Reply.Refused(impossible.reason());
      case Renaming.Possible possible when possible.folder() ->
          copyFolder(command, possible, files, freed);
      case Renaming.Possible ignored -> copyOne(command, files, freed);
    };
  }

  private static Reply copyOne(Command.CopyFile command, FileTable files, List<ChunkId> freed) {
    Optional<FileVersion> version =
        command.version().isPresent()
            ? files.version(command.from(), command.version().get())
            : files.latest(command.from());
    if (version.isEmpty()) {
      return new Reply.Refused(
          "%s: no version %d, the latest is %d"
              .formatted(
                  command.from(),
                  command.version().orElseThrow(),
                  files.latest(command.from()).orElseThrow().number()));
    }
    Optional<String> objection = files.objectionToCopy(command.to());
    if (objection.isPresent()) {
      return new Reply.Refused(objection.get());
    }
    FileVersion made = files.copy(version.get(), command.to(), command.atMs());
    freed.addAll(files.trim(command.to()));
    return new Reply.Copied(1, made.length(), Optional.of(made.number()));
  }

  private static Reply copyFolder(
      Command.CopyFile command, Renaming.Possible renaming, FileTable files, List<ChunkId> freed) {
    if (command.version().isPresent()) {
      return new Reply.Refused(
          command.from() + " is a folder; only a file can be copied in a version that is named");
    }
    // What is copied is decided before anything is: a folder may be copied to where it lies in.
    List<FileVersion> versions = new ArrayList<>();
    for (Renaming.Pair pair : renaming.pairs()) {
      Optional<String> objection = files.objectionToCopy(pair.to());
      if (objection.isPresent()) {
        return new Reply.Refused(objection.get());
      }
      versions.add(files.latest(pair.from()).orElseThrow());
    }
    long bytes = 0;
    for (int i = 0; i < versions.size(); i++) {
      bytes += files.copy(versions.get(i), renaming.pairs().get(i).to(), command.atMs()).length();
    }
    renaming.pairs().forEach(pair -> freed.addAll(files.trim(pair.to())));
    return new Reply.Copied(versions.size(), bytes, Optional.empty());
  }
}
