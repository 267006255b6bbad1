package idunno.node.chunks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Where the files of chunks lie: {@code ab/abcd….chunk}, so that no folder grows too long. */
final class Shelves {
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{8,64}");
  private static final String SUFFIX = ".chunk";
  private static final int SHARD_CHARS = 2;

  private final Path dir;
  private final Set<Path> durableShards = new HashSet<>();

  Shelves(Path dir) {
    this.dir = dir;
  }

  /** The file of a chunk. */
  Path file(String chunkId) {
    return shard(chunkId).resolve(chunkId + SUFFIX);
  }

  /** The folder of a chunk's file. The check of the id keeps a peer's text out of the path. */
  Path shard(String chunkId) {
    if (!ID.matcher(chunkId).matches()) {
      String shown = chunkId.length() <= 80 ? chunkId : chunkId.substring(0, 80) + "…";
      throw new IllegalArgumentException(
          "chunk id: expected 8 to 64 of 0-9, a-f and '-', found '" + shown + "'");
    }
    return dir.resolve(chunkId.substring(0, SHARD_CHARS));
  }

  /** Makes a shard's folder, and its name durable, once; other writers to it wait for that. */
  void makeDurable(Path shard) throws IOException {
    synchronized (durableShards) {
      if (!durableShards.contains(shard)) {
        try {
          Files.createDirectories(shard);
        } catch (FileAlreadyExistsException e) {
          throw new IOException(shard + " is no folder", e);
        }
        sync(dir);
        durableShards.add(shard);
      }
    }
  }

  /** The chunks that are there, by their names and sizes alone, sorted by id. */
  List<ChunkStore.Held> list() throws IOException {
    List<ChunkStore.Held> held = new ArrayList<>();
    try (DirectoryStream<Path> shards =
        Files.newDirectoryStream(
            dir, path -> path.getFileName().toString().length() == SHARD_CHARS)) {
      for (Path shard : shards) {
        if (Files.isDirectory(shard, LinkOption.NOFOLLOW_LINKS)) {
          listShard(shard, held);
        }
      }
    }
    held.sort((a, b) -> a.id().compareTo(b.id()));
    return held;
  }

  private void listShard(Path shard, List<ChunkStore.Held> held) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shard, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String id = name.substring(0, name.length() - SUFFIX.length());
        if (ID.matcher(id).matches() && file.equals(file(id))) {
          addIfFile(id, file, held);
        }
      }
    }
  }

  private static void addIfFile(String id, Path file, List<ChunkStore.Held> held)
      throws IOException {
    try {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        held.add(new ChunkStore.Held(id, Math.max(0, ChunkFile.lengthOf(attributes.size()))));
      }
    } catch (NoSuchFileException e) {
      // Deleted since the folder was read, so it is not held.
    }
  }

  /** Makes the names in a folder durable. */
  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
