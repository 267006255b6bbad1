package idunno.core.files;

import idunno.core.base.NodeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All files, their versions, and the chunks that hold them. Changed only by the state machine.
 *
 * <p>A chunk lives as long as anything refers to it: a version of a file, or a running job or model
 * that has pinned one. When the last reference goes, the chunk leaves this table and its bytes are
 * reclaimed on every node.
 */
public final class FileTable {
  private final NavigableMap<FileName, List<FileVersion>> files = new TreeMap<>();
  private final NavigableMap<FileName, Integer> lastNumbers = new TreeMap<>();
  private final NavigableMap<ChunkId, Held> chunks = new TreeMap<>();

  private record Held(StoredChunk chunk, int references) {}

  /**
   * The table as a value, for snapshots. Reference counts are part of it, since jobs pin too.
   *
   * @param files the versions of each file, oldest first
   * @param lastNumbers the last number used for each name, deleted ones among them
   * @param chunks every chunk
   * @param references how often each chunk is referred to, in the chunks' order
   */
  public record Recorded(
      NavigableMap<FileName, List<FileVersion>> files,
      NavigableMap<FileName, Integer> lastNumbers,
      List<StoredChunk> chunks,
      List<Integer> references) {}

  /** Learns of chunks that are durable on their nodes. They count for nothing until referred to. */
  public void addChunks(List<StoredChunk> added) {
    for (StoredChunk chunk : added) {
      chunks.putIfAbsent(chunk.id(), new Held(chunk, 0));
    }
  }

  /** Why a file can't be committed, if so: an extent outside of any chunk that is known. */
  public Optional<String> objection(NewFile file) {
    for (Extent extent : file.extents()) {
      Held held = chunks.get(extent.chunk());
      if (held == null) {
        return Optional.of(file.name() + ": chunk " + extent.chunk() + " is not in the store");
      }
      if ((long) extent.offset() + extent.length() > held.chunk().length()) {
        return Optional.of(
            file.name() + ": extent beyond the " + held.chunk().length() + " bytes of its chunk");
      }
    }
    return Optional.empty();
  }

  /** Makes a new version, visible from now on, and returns it. */
  public FileVersion commit(NewFile file, long atMs) {
    int number = lastNumbers.merge(file.name(), 1, Integer::sum);
    FileVersion version =
        new FileVersion(number, file.length(), file.crc32c(), file.extents(), atMs);
    files.computeIfAbsent(file.name(), ignored -> new ArrayList<>()).add(version);
    pin(version);
    return version;
  }

  /** Deletes all versions of a file; returns the chunks that nothing refers to any more. */
  public List<ChunkId> delete(FileName name) {
    List<FileVersion> versions = files.remove(name);
    List<ChunkId> freed = new ArrayList<>();
    if (versions != null) {
      versions.forEach(version -> freed.addAll(unpin(version)));
    }
    return freed;
  }

  /** Deletes one version of a file; returns the chunks that nothing refers to any more. */
  public List<ChunkId> deleteVersion(FileName name, int number) {
    List<FileVersion> versions = files.getOrDefault(name, List.of());
    for (FileVersion version : List.copyOf(versions)) {
      if (version.number() == number) {
        versions.remove(version);
        if (versions.isEmpty()) {
          files.remove(name);
        }
        return unpin(version);
      }
    }
    return List.of();
  }

  /** Keeps a version's chunks, whatever becomes of the file. */
  public void pin(FileVersion version) {
    for (Extent extent : version.extents()) {
      chunks.computeIfPresent(
          extent.chunk(), (id, held) -> new Held(held.chunk(), held.references() + 1));
    }
  }

  /** Undoes one {@link #pin}; returns the chunks that nothing refers to any more. */
  public List<ChunkId> unpin(FileVersion version) {
    List<ChunkId> freed = new ArrayList<>();
    for (Extent extent : version.extents()) {
      Held held = chunks.get(extent.chunk());
      if (held == null) {
        continue;
      }
      if (held.references() <= 1) {
        chunks.remove(extent.chunk());
        freed.add(extent.chunk());
      } else {
        chunks.put(extent.chunk(), new Held(held.chunk(), held.references() - 1));
      }
    }
    return freed;
  }

  /** Forgets chunks that a commit brought and nothing refers to; returns them. */
  public List<ChunkId> dropUnreferenced(List<StoredChunk> brought) {
    List<ChunkId> freed = new ArrayList<>();
    for (StoredChunk chunk : brought) {
      Held held = chunks.get(chunk.id());
      if (held != null && held.references() == 0) {
        chunks.remove(chunk.id());
        freed.add(chunk.id());
      }
    }
    return freed;
  }

  /** A node holds a chunk now. */
  public boolean addReplica(ChunkId id, NodeName node) {
    return changeReplicas(
        id,
        nodes -> {
          nodes.add(node);
        });
  }

  /** A node holds a chunk no longer. */
  public boolean dropReplica(ChunkId id, NodeName node) {
    return changeReplicas(
        id,
        nodes -> {
          nodes.remove(node);
        });
  }

  /** A node has lost its disk, or has left: it holds nothing. */
  public void dropReplicasOf(NodeName node) {
    for (StoredChunk chunk : List.copyOf(chunks())) {
      if (chunk.replicas().contains(node)) {
        dropReplica(chunk.id(), node);
      }
    }
  }

  private interface Change {
    void to(List<NodeName> nodes);
  }

  private boolean changeReplicas(ChunkId id, Change change) {
    Held held = chunks.get(id);
    if (held == null) {
      return false;
    }
    List<NodeName> nodes = new ArrayList<>(held.chunk().replicas());
    change.to(nodes);
    chunks.put(id, new Held(held.chunk().heldBy(nodes), held.references()));
    return true;
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

  /** Every file's name, sorted. */
  public Collection<FileName> names() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /** The names in a folder, at any depth, sorted. */
  public List<FileName> namesIn(FileName folder) {
    List<FileName> names = new ArrayList<>();
    for (FileName name : files.tailMap(folder, false).keySet()) {
      if (name.isIn(folder)) {
        names.add(name);
      } else if (!name.value().startsWith(folder.value())) {
        break;
      }
    }
    return names;
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
    return Optional.ofNullable(chunks.get(id)).map(Held::chunk);
  }

  /** Every chunk, by id. */
  public Collection<StoredChunk> chunks() {
    return chunks.values().stream().map(Held::chunk).toList();
  }

  /** This table as a value. */
  public Recorded toRecorded() {
    NavigableMap<FileName, List<FileVersion>> copy = new TreeMap<>();
    for (Map.Entry<FileName, List<FileVersion>> file : files.entrySet()) {
      copy.put(file.getKey(), List.copyOf(file.getValue()));
    }
    return new Recorded(
        copy,
        new TreeMap<>(lastNumbers),
        chunks.values().stream().map(Held::chunk).toList(),
        chunks.values().stream().map(Held::references).toList());
  }

  /** The table that a value was taken of. */
  public static FileTable of(Recorded recorded) {
    FileTable table = new FileTable();
    recorded.files().forEach((name, versions) -> table.files.put(name, new ArrayList<>(versions)));
    table.lastNumbers.putAll(recorded.lastNumbers());
    for (int i = 0; i < recorded.chunks().size(); i++) {
      StoredChunk chunk = recorded.chunks().get(i);
      table.chunks.put(chunk.id(), new Held(chunk, recorded.references().get(i)));
    }
    return table;
  }
}
