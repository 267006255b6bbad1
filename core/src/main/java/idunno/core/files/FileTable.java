package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * All files, their versions, and the chunks that hold them. Changed only by the state machine.
 *
 * <p>A chunk lives as long as anything refers to it: a version of a file, visible or deleted and
 * still to be had back, or a running job or model that has pinned one. When the last reference
 * goes, the chunk leaves this table and its bytes are reclaimed on every node.
 */
public final class FileTable {
  private final NavigableMap<FileName, List<FileVersion>> files = new TreeMap<>();
  private final DeletedFiles deleted = new DeletedFiles();
  private VersionNumbers numbers = new VersionNumbers();
  private VersionLimits limits = new VersionLimits();
  private final ChunkTable chunks = new ChunkTable();

  /**
   * The table as a value, for snapshots. Reference counts are part of it, since jobs pin too.
   *
   * @param files the versions of each file, oldest first
   * @param deleted what can be had back
   * @param numbers the last number used for each name
   * @param limits how many versions are kept, by folder
   * @param chunks every chunk
   * @param references how often each chunk is referred to, in the chunks' order
   */
  public record Recorded(
      NavigableMap<FileName, List<FileVersion>> files,
      List<DeletedFile> deleted,
      VersionNumbers.Recorded numbers,
      NavigableMap<FileName, Integer> limits,
      List<StoredChunk> chunks,
      List<Integer> references) {}

  /**
   * What went for good.
   *
   * @param freed the chunks that nothing refers to any more
   */
  public record Gone(int files, int versions, List<ChunkId> freed) {}

  /** Learns of chunks that are durable on their nodes. They count for nothing until referred to. */
  public void addChunks(List<StoredChunk> added) {
    added.forEach(chunks::add);
  }

  /**
   * Why a file can't be committed, if so: an extent outside of any chunk that is known.
   *
   * @param before how many versions of the same name are committed before it
   */
  public Optional<String> objection(NewFile file, int before) {
    for (Extent extent : file.extents()) {
      Optional<StoredChunk> chunk = chunks.get(extent.chunk());
      if (chunk.isEmpty()) {
        return Optional.of(file.name() + ": chunk " + extent.chunk() + " is not in the store");
      }
      if ((long) extent.offset() + extent.length() > chunk.get().length()) {
        return Optional.of(
            file.name() + ": extent beyond the " + chunk.get().length() + " bytes of its chunk");
      }
    }
    return lackOfNumbers(file.name(), 1 + before);
  }

  private Optional<String> lackOfNumbers(FileName name, int wanted) {
    return numbers.last(name) > Integer.MAX_VALUE - wanted
        ? Optional.of(name + " has used up its version numbers; choose another name")
        : Optional.empty();
  }

  /**
   * Makes a new version, visible from now on, and returns it. Older ones stay until {@link #trim}.
   */
  public FileVersion commit(NewFile file, long atMs) {
    FileVersion version =
        new FileVersion(
            numbers.next(file.name()), file.length(), file.crc32c(), file.extents(), atMs);
    files.computeIfAbsent(file.name(), ignored -> new ArrayList<>()).add(version);
    pin(version);
    return version;
  }

  /** Deletes a file for good, and what earlier deletes of it have kept. */
  public Gone delete(FileName name) {
    List<FileVersion> going = new ArrayList<>(versions(name));
    deleted.takeAll(name).forEach(file -> going.addAll(file.versions()));
    files.remove(name);
    numbers.vacate(name);
    return new Gone(going.isEmpty() ? 0 : 1, going.size(), release(going));
  }

  /**
   * Deletes a file so that it can be had back; returns how many versions it had.
   *
   * @param untilMs until when its bytes are kept, milliseconds since 1970
   */
  public int deleteForNow(FileName name, long untilMs, long atMs) {
    List<FileVersion> versions = files.remove(name);
    if (versions == null) {
      return 0;
    }
    deleted.add(new DeletedFile(name, versions, atMs, untilMs));
    return versions.size();
  }

  /**
   * Brings back what the last delete of a file took away; returns how many versions, 0 if there is
   * nothing to bring back. Where the name was put again meanwhile, they are its history again: a
   * name's numbers never repeat, so what came back stands in order by itself.
   */
  public int undelete(FileName name) {
    Optional<DeletedFile> back = deleted.takeNewest(name);
    if (back.isEmpty()) {
      return 0;
    }
    List<FileVersion> all = new ArrayList<>(versions(name));
    all.addAll(back.get().versions());
    all.sort(Comparator.comparingInt(FileVersion::number));
    files.put(name, all);
    return back.get().versions().size();
  }

  /** Reclaims deleted files whose time has come, at most so many at once. */
  public Gone reclaim(long atMs, int most) {
    List<DeletedFile> due = deleted.takeDue(atMs, most);
    List<FileVersion> going = new ArrayList<>();
    for (DeletedFile file : due) {
      going.addAll(file.versions());
      vacateIfEmpty(file.name());
    }
    return new Gone(due.size(), going.size(), release(going));
  }

  /** Deletes one version of a file; returns the chunks that nothing refers to any more. */
  public List<ChunkId> deleteVersion(FileName name, int number) {
    Optional<FileVersion> version = version(name, number);
    if (version.isEmpty()) {
      return List.of();
    }
    List<FileVersion> versions = files.getOrDefault(name, new ArrayList<>());
    versions.remove(version.get());
    if (versions.isEmpty()) {
      files.remove(name);
      vacateIfEmpty(name);
    }
    return unpin(version.get());
  }

  private void vacateIfEmpty(FileName name) {
    if (!files.containsKey(name) && !deleted.has(name)) {
      numbers.vacate(name);
    }
  }

  /** Why a folder can't have that limit, if so. */
  public Optional<String> objectionToLimit(FileName folder, int versions) {
    return limits.objection(folder, versions);
  }

  /**
   * From now on the files of a folder, or one file, keep so many versions; 0 takes its limit back,
   * so that of the nearest folder further up holds.
   *
   * @return what went, since it was beyond the limit already
   */
  public Gone limit(FileName folder, int versions) {
    limits.set(folder, versions);
    int trimmedFiles = 0;
    int goneVersions = 0;
    List<ChunkId> freed = new ArrayList<>();
    List<FileName> names = new ArrayList<>(namesIn(folder));
    names.add(folder);
    for (FileName name : names) {
      int had = countOf(name);
      freed.addAll(trim(name));
      int gone = had - countOf(name);
      goneVersions += gone;
      trimmedFiles += gone > 0 ? 1 : 0;
    }
    return new Gone(trimmedFiles, goneVersions, freed);
  }

  private int countOf(FileName name) {
    List<FileVersion> versions = files.get(name);
    return versions == null ? 0 : versions.size();
  }

  /** Drops a file's oldest versions beyond its limit; returns the chunks that are freed. */
  public List<ChunkId> trim(FileName name) {
    OptionalInt limit = limits.of(name);
    List<FileVersion> versions = files.get(name);
    if (limit.isEmpty() || versions == null || versions.size() <= limit.getAsInt()) {
      return List.of();
    }
    List<FileVersion> beyond = versions.subList(0, versions.size() - limit.getAsInt());
    List<ChunkId> freed = release(beyond);
    beyond.clear();
    return freed;
  }

  /** Why a file can't be moved to a name, if so: its numbers would run out there. */
  public Optional<String> objectionToMove(FileName from, FileName to) {
    return lackOfNumbers(to, numbers.last(from));
  }

  /**
   * Gives a file, with all its versions, a name that is free; returns how many versions it has.
   *
   * <p>The versions keep their numbers where the new name was never used. Else they are numbered on
   * after its last, since a name and a number never mean two contents. What deletes of the old name
   * have kept stays there.
   */
  public int move(FileName from, FileName to) {
    List<FileVersion> versions = files.remove(from);
    if (versions == null) {
      return 0;
    }
    int last = numbers.last(to);
    int shift = versions.getFirst().number() > last ? 0 : last + 1 - versions.getFirst().number();
    List<FileVersion> moved = new ArrayList<>(versions.size());
    versions.forEach(version -> moved.add(version.numbered(version.number() + shift)));
    numbers.raise(to, numbers.last(from) + shift);
    files.put(to, moved);
    vacateIfEmpty(from);
    return moved.size();
  }

  /** Why a version can't be copied to a name, if so: its numbers have run out there. */
  public Optional<String> objectionToCopy(FileName to) {
    return lackOfNumbers(to, 1);
  }

  /** Makes a new version of a name out of one that is there; no bytes are copied. */
  public FileVersion copy(FileVersion version, FileName to, long atMs) {
    return commit(new NewFile(to, version.length(), version.crc32c(), version.extents()), atMs);
  }

  /** Keeps a version's chunks, whatever becomes of the file. */
  public void pin(FileVersion version) {
    chunks.refer(version);
  }

  /** Undoes one {@link #pin}; returns the chunks that nothing refers to any more. */
  public List<ChunkId> unpin(FileVersion version) {
    return release(List.of(version));
  }

  private List<ChunkId> release(List<FileVersion> versions) {
    List<ChunkId> freed = new ArrayList<>();
    versions.forEach(version -> chunks.release(version, freed));
    return freed;
  }

  /** Forgets chunks that a commit brought and nothing refers to; returns them. */
  public List<ChunkId> dropUnreferenced(List<StoredChunk> brought) {
    return chunks.dropUnreferenced(brought);
  }

  /** A node holds a chunk now. */
  public boolean addReplica(ChunkId id, NodeName node) {
    return chunks.changeReplicas(id, nodes -> nodes.add(node));
  }

  /** A node holds a chunk no longer. */
  public boolean dropReplica(ChunkId id, NodeName node) {
    return chunks.changeReplicas(id, nodes -> nodes.remove(node));
  }

  /** A node has lost its disk, or has left: it holds nothing. */
  public void dropReplicasOf(NodeName node) {
    for (StoredChunk chunk : chunks.all()) {
      if (chunk.replicas().contains(node)) {
        dropReplica(chunk.id(), node);
      }
    }
  }

  /** The versions of a file, oldest first; none if there is no such file. */
  public List<FileVersion> versions(FileName name) {
    return List.copyOf(files.getOrDefault(name, List.of()));
  }

  /** One version of a file. */
  public Optional<FileVersion> version(FileName name, int number) {
    return versions(name).stream().filter(version -> version.number() == number).findFirst();
  }

  /** The newest version of a file. */
  public Optional<FileVersion> latest(FileName name) {
    List<FileVersion> versions = files.get(name);
    return versions == null ? Optional.empty() : Optional.of(versions.getLast());
  }

  /** The number that the next new version of a name gets. */
  public int nextNumber(FileName name) {
    return numbers.last(name) + 1;
  }

  /** Every file's name, sorted. */
  public Collection<FileName> names() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /**
   * The names from one on, sorted: a look at this table itself, which changes with it.
   *
   * @param itself whether that name is among them, if there is a file of that name
   */
  public Collection<FileName> namesFrom(FileName first, boolean itself) {
    return Collections.unmodifiableSet(files.navigableKeySet().tailSet(first, itself));
  }

  /** The names in a folder, at any depth, sorted. */
  public List<FileName> namesIn(FileName folder) {
    return namesIn(folder, Integer.MAX_VALUE);
  }

  /** The first names in a folder, at any depth, sorted; at most so many. */
  public List<FileName> namesIn(FileName folder, int most) {
    List<FileName> names = new ArrayList<>();
    Optional<FileName> first = folder.firstWithin();
    if (first.isEmpty()) {
      return names;
    }
    for (FileName name : files.tailMap(first.get(), true).keySet()) {
      if (names.size() >= most || !name.isIn(folder)) {
        break;
      }
      names.add(name);
    }
    return names;
  }

  /** Whether there is a file in that folder. */
  public boolean isFolder(FileName name) {
    return !namesIn(name, 1).isEmpty();
  }

  /** The deleted files that can be had back, by name; of one name, what was deleted first first. */
  public List<DeletedFile> deleted() {
    return deleted.all();
  }

  /** When the first deleted file may be reclaimed, milliseconds since 1970. */
  public OptionalLong firstDueMs() {
    return deleted.firstDueMs();
  }

  /** How many versions are kept, by folder or file. */
  public NavigableMap<FileName, Integer> limits() {
    return limits.all();
  }

  /** How many versions a file keeps; none if all. */
  public OptionalInt limitOf(FileName name) {
    return limits.of(name);
  }

  /**
   * Some names behind a name, sorted: a walk over all files in steps, so that none of them keeps
   * the state from going on for long.
   *
   * @param after where the last step ended; empty to begin
   * @param most how many names at the most
   */
  public List<FileName> namesAfter(Optional<FileName> after, int most) {
    return (after.isEmpty() ? files : files.tailMap(after.get(), false))
        .keySet().stream().limit(most).toList();
  }

  /** One chunk. */
  public Optional<StoredChunk> chunk(ChunkId id) {
    return chunks.get(id);
  }

  /** Every chunk, by id. */
  public Collection<StoredChunk> chunks() {
    return chunks.all();
  }

  /** This table as a value. */
  public Recorded toRecorded() {
    NavigableMap<FileName, List<FileVersion>> copy = new TreeMap<>();
    for (Map.Entry<FileName, List<FileVersion>> file : files.entrySet()) {
      copy.put(file.getKey(), List.copyOf(file.getValue()));
    }
    return new Recorded(
        copy,
        deleted.all(),
        numbers.toRecorded(),
        limits.all(),
        List.copyOf(chunks.all()),
        chunks.references());
  }

  /** The table that a value was taken of. */
  public static FileTable of(Recorded recorded) {
    FileTable table = new FileTable();
    recorded.files().forEach((name, versions) -> table.files.put(name, new ArrayList<>(versions)));
    recorded.deleted().forEach(table.deleted::add);
    table.numbers = VersionNumbers.of(recorded.numbers());
    table.limits = VersionLimits.of(recorded.limits());
    for (int i = 0; i < recorded.chunks().size(); i++) {
      table.chunks.restore(recorded.chunks().get(i), recorded.references().get(i));
    }
    return table;
  }
}
