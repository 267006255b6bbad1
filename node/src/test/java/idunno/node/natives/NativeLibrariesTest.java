package idunno.node.natives;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
  @TempDir Path folder;

  @Test
  void a_library_is_unpacked_once_and_repaired_when_it_is_torn() throws Exception {
    Path source = Files.write(folder.resolve("source"), "a library".getBytes(UTF_8));
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Path target = cache.resolve("libx.so");
    NativeLibraries.unpack(source.toUri().toURL(), target);
    assertEquals("a library", Files.readString(target));

    Files.setLastModifiedTime(target, FileTime.fromMillis(1_000_000));
    NativeLibraries.unpack(source.toUri().toURL(), target);
    assertEquals(FileTime.fromMillis(1_000_000), Files.getLastModifiedTime(target));

    Files.writeString(target, "a lib");
    NativeLibraries.unpack(source.toUri().toURL(), target);
    assertEquals("a library", Files.readString(target));
    try (var files = Files.list(cache)) {
      assertEquals(List.of(target), files.toList());
    }
  }
}
