package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarballTest {
  private static final Tarball.Limits SMALL = new Tarball.Limits(1000, 1500, 100_000);

  @TempDir Path folder;

  private Map<String, byte[]> read(TarWriter tar) throws IOException {
    return Tarball.read(tar.write(folder.resolve("t.tgz")), name -> true, SMALL);
  }

  private void refused(String because, TarWriter tar) {
    IOException e = assertThrows(IOException.class, () -> read(tar));
    says(e, because);
  }

  @Test
  void keepsTheAskedForFilesAndSkipsTheOthers() throws IOException {
    byte[] long600 = new byte[600];
    Arrays.fill(long600, (byte) 7);
    TarWriter tar =
        new TarWriter()
            .file("package/skipped", new byte[5000])
            .file("package/a", "alpha")
            .file("package/b", long600)
            .entry("package/folder", '5', 0, new byte[0]);
    Map<String, byte[]> files =
        Tarball.read(
            tar.write(folder.resolve("t.tgz")), List.of("package/a", "package/b")::contains, SMALL);
    assertEquals(List.of("package/a", "package/b"), List.copyOf(files.keySet()));
    assertEquals("alpha", new String(files.get("package/a"), UTF_8));
    assertArrayEquals(long600, files.get("package/b"));
  }

  @Test
  void readsNamesThatAreTooLongForAHeader() throws IOException {
    String deep = "package/" + "x".repeat(150) + "/f";
    String record = " path=" + deep + "\n";
    String pax = (record.length() + 3) + record;
    TarWriter tar =
        new TarWriter()
            .entry("pax", 'x', pax.length(), pax.getBytes(UTF_8))
            .file("short", "from pax")
            .entry("././@LongLink", 'L', deep.length() + 2, (deep + "2\0").getBytes(UTF_8))
            .file("short", "from gnu")
            .file("short", "plain");
    Map<String, byte[]> files = read(tar);
    assertEquals(List.of(deep, deep + "2", "short"), List.copyOf(files.keySet()));
    assertEquals("from gnu", new String(files.get(deep + "2"), UTF_8));
  }

  @Test
  void refusesNamesThatLeaveTheFolder() throws IOException {
    refused("leaves its folder", new TarWriter().file("../evil", "x"));
    refused("leaves its folder", new TarWriter().file("package/../../evil", "x"));
    refused("leaves its folder", new TarWriter().file("/etc/evil", "x"));
    refused("leaves its folder", new TarWriter().file("package/..", "x"));
    try (Stream<Path> written = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("t.tgz")), written.toList());
    }
  }

  @Test
  void refusesLinksInPlaceOfFiles() {
    refused("no plain file", new TarWriter().entry("package/a", '2', 0, new byte[0]));
    refused("no plain file", new TarWriter().entry("package/a", '1', 0, new byte[0]));
    refused("no plain file", new TarWriter().entry("package/a", '3', 0, new byte[0]));
  }

  @Test
  void refusesTheSameFileTwice() {
    refused("there twice", new TarWriter().file("package/a", "1").file("package/a", "2"));
  }

  @Test
  void refusesMoreThanTheLimitsBeforeItTakesMemory() {
    refused("at most 1000", new TarWriter().entry("a", '0', 1001, new byte[0]));
    refused("at most 1000", new TarWriter().entry("a", '0', 1400, new byte[0]));
    refused("asked for", new TarWriter().entry("a", '0', 8_000_000_000L, new byte[0]));
    refused("asked for", new TarWriter().file("a", new byte[800]).file("b", new byte[800]));
    refused("at most 65536", new TarWriter().entry("a", 'x', 70_000, new byte[0]));
  }

  @Test
  void refusesATarballThatUnpacksToTooMuch() {
    TarWriter bomb = new TarWriter().file("skipped", new byte[200_000]).file("a", "x");
    IOException e =
        assertThrows(
            IOException.class,
            () -> Tarball.read(bomb.write(folder.resolve("b.tgz")), "a"::equals, SMALL));
    says(e, "unpacks to more than 100000");
  }

  @Test
  void refusesBrokenHeaders() {
    byte[] changed = TarWriter.header("a", '0', 0);
    changed[0] = 'b';
    refused("checksum", new TarWriter().raw(changed));
    byte[] huge = TarWriter.header("a", '0', 0);
    huge[148] = (byte) 0x80;
    refused("not octal", new TarWriter().raw(huge));
    refused("pax header", new TarWriter().entry("p", 'x', 9, "99 path=a".getBytes(UTF_8)));
    refused("pax header", new TarWriter().entry("p", 'x', 8, "nonsense".getBytes(UTF_8)));
    refused("pax header", new TarWriter().entry("p", 'x', 2, "0 ".getBytes(UTF_8)));
    refused("size", new TarWriter().entry("p", 'x', 10, "10 size=9\n".getBytes(UTF_8)));
  }

  @Test
  void refusesATarballThatEndsTooEarly() throws IOException {
    Tarball.Limits large = new Tarball.Limits(9000, 9000, 100_000);
    Path cut = new TarWriter().entry("a", '0', 9000, new byte[10]).write(folder.resolve("c.tgz"));
    says(
        assertThrows(IOException.class, () -> Tarball.read(cut, name -> true, large)),
        "a ends after 1536 of 9000 bytes");
    says(
        assertThrows(IOException.class, () -> Tarball.read(cut, name -> false, large)),
        "ends too early");
    byte[] whole = new TarWriter().file("a", new byte[900]).tgz();
    Path half = Files.write(folder.resolve("half.tgz"), Arrays.copyOf(whole, whole.length / 2));
    assertThrows(IOException.class, () -> Tarball.read(half, name -> true, SMALL));
  }
}
