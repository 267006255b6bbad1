package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.ListViews.HoldView;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Meaning;
import idunno.node.api.Views;
import idunno.node.api.Views.VersionView;
import idunno.node.client.FakeApi;
import idunno.node.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ListCommandsTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  @TempDir Path folder;
  @RegisterExtension final Bench bench = new Bench();

  private static byte[] lines(Object... lines) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object line : lines) {
      all.writeBytes(Codec.json().encode(line));
      all.write('\n');
    }
    return all.toByteArray();
  }

  private static VersionView version(int number, long length) {
    return new VersionView(number, length, "00000000", 0, 2, List.of(N1), List.of(N2));
  }

  private static ListView.File file(String name) {
    return new ListView.File(new FileName(name), 1, version(1, name.length()));
  }

  private static ListView.Found found(Meaning meaning, String base) {
    return new ListView.Found(
        meaning, base.isEmpty() ? Optional.empty() : Optional.of(new FileName(base)));
  }

  @Test
  void whoHoldsAPartStandsInBrackets() {
    byte[] answer =
        lines(
            found(Meaning.FILE, ""),
            new ListView.Version(new FileName("f"), version(7, 10)),
            new ListView.Total(1, 10));
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, answer));
    assertEquals(Action.DONE, bench.run("ls", "f"), bench.err());
    assertTrue(bench.out().contains("7  10 B"), bench.out());
    assertTrue(bench.out().endsWith("2  n1 (n2)\n"), bench.out());
    assertEquals("/v1/list?path=f&shape=level", bench.api.asked().getLast().target());
    assertEquals(Action.DONE, bench.run("ls", "f", "--json"));
    assertEquals(new String(answer, StandardCharsets.UTF_8), bench.out());
  }

  @Test
  void staleReadsSaySoAndHowOldTheyMayBe() {
    byte[] answer = lines(new HoldView.Disk(N1, 1, 2), new HoldView.Total(0, 0));
    bench.api.answering(
        exchange -> {
          exchange.getResponseHeaders().set("Idunno-Stale-Ms", "12300");
          FakeApi.bytes(exchange, 200, answer);
        });
    assertEquals(Action.DONE, bench.run("store", "--stale"), bench.err());
    assertTrue(bench.err().contains("up to 12.3 s old"), bench.err());
    assertEquals("/v1/store?stale=true", bench.api.asked().getLast().target());
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, answer));
    bench.run("store", "n1", "--stale");
    assertTrue(bench.err().contains("of unknown age"), bench.err());
    assertEquals("/v1/store?node=n1&stale=true", bench.api.asked().getLast().target());
    bench.run("store", "n1");
    assertFalse(bench.err().contains("age"), bench.err());
  }

  @Test
  void aListingThatBreaksOffIsAnError() {
    byte[] answer = lines(found(Meaning.FOLDER, ""), file("a"));
    bench.api.answering(
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length + 10);
          exchange.getResponseBody().write(answer);
          exchange.getResponseBody().flush();
          throw new IOException("the node died");
        });
    assertEquals(Action.FAILED, bench.run("ls"));
    assertTrue(bench.err().contains("broke off"), bench.err());
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, answer));
    assertEquals(Action.FAILED, bench.run("ls"));
    assertTrue(bench.err().contains("broke off before its end"), bench.err());
  }

  private void answerFiles(String base, List<String> names, List<String> broken) {
    Object[] listing = new Object[names.size() + 2];
    listing[0] = found(Meaning.FOLDER, base);
    long bytes = 0;
    for (int i = 0; i < names.size(); i++) {
      listing[i + 1] = file(names.get(i));
      bytes += names.get(i).length();
    }
    listing[names.size() + 1] = new ListView.Total(names.size(), bytes);
    byte[] lines = lines(listing);
    bench.api.answering(
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (path.equals("/v1/list")) {
            FakeApi.bytes(exchange, 200, lines);
          } else if (path.equals("/v1/members")) {
            FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          } else {
            answerFile(exchange, path.substring("/v1/files/".length()), broken);
          }
        });
  }

  private static void answerFile(HttpExchange exchange, String name, List<String> broken)
      throws IOException {
    if (broken.contains(name)) {
      FakeApi.error(exchange, 404, "no file " + name);
    } else if (exchange.getRequestMethod().equals("DELETE")) {
      FakeApi.json(exchange, new Views.DeletedView(new FileName(name), 2, 0));
    } else {
      byte[] content = name.getBytes(StandardCharsets.UTF_8);
      CRC32C crc = new CRC32C();
      crc.update(content);
      exchange
          .getResponseHeaders()
          .set("Idunno-Crc32c", HexFormat.of().toHexDigits((int) crc.getValue()));
      exchange.getResponseHeaders().set("Idunno-Version", "1");
      FakeApi.bytes(exchange, 200, content);
    }
  }

  @Test
  void aFolderIsFetchedWithoutItsOwnNameAndWhatFailsIsNamed() throws IOException {
    List<String> names = List.of("up/a", "up/b", "up/gone", "up/sub/c", "up/a/impossible");
    answerFiles("up", names, List.of("up/gone"));
    Files.writeString(folder.resolve("a"), "of before");
    assertEquals(Action.FAILED, bench.run("get", "-r", "up", folder.toString()));
    assertTrue(bench.out().startsWith("up  3 files, 16 B in "), bench.out());
    assertTrue(bench.out().contains("2 files failed"), bench.out());
    assertTrue(bench.err().contains("get up/gone: no file up/gone"), bench.err());
    assertTrue(bench.err().contains("get up/a/impossible: "), bench.err());
    assertEquals("up/a", Files.readString(folder.resolve("a")));
    assertEquals("up/sub/c", Files.readString(folder.resolve("sub/c")));
    assertEquals("/v1/list?path=up&shape=deep", bench.api.asked().getFirst().target());
    assertEquals(Action.USAGE, bench.run("get", "-r", "up", "-"));
  }

  @Test
  void severalAreDeletedOnlyIfThatIsSaid() {
    answerFiles("p", List.of("p/1.jpg", "p/2.jpg", "p/3.jpg"), List.of("p/2.jpg"));
    assertEquals(Action.USAGE, bench.run("delete", "p/*.jpg"));
    assertTrue(bench.err().contains("p/*.jpg is 3 files; delete -r"), bench.err());
    assertEquals(List.of(), bench.api.asked("DELETE"));
    assertEquals(Action.DONE, bench.run("delete", "-r", "p/*.jpg"), bench.err());
    assertEquals("p/*.jpg  deleted, 3 files with 4 versions\n", bench.out());
    assertEquals(3, bench.api.asked("DELETE").size());
    assertEquals(Action.DONE, bench.run("delete", "p"), bench.err());
    assertEquals("/v1/files/p", bench.api.asked("DELETE").getLast().target());
  }

  @Test
  void oneFileGoesToStdoutAndNothingElseDoes() {
    answerFiles("", List.of(), List.of());
    assertEquals(Action.DONE, bench.run("get", "some/text", "-", "--json"), bench.err());
    assertEquals("some/text", bench.out());
    assertEquals(Action.DONE, bench.run("get", "some/text", "-"));
    assertEquals("some/text", bench.out());
    assertTrue(bench.err().contains("version 1"), bench.err());
  }

  @Test
  void aLongTableIsPrintedAsItComes() {
    Object[] many = new Object[1_202];
    many[0] = found(Meaning.FOLDER, "");
    for (int i = 1; i <= 1_200; i++) {
      many[i] = file("f%04d".formatted(i));
    }
    many[1_201] = new ListView.Total(1_200, 6_000);
    byte[] answer = lines(many);
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, answer));
    assertEquals(Action.DONE, bench.run("ls"));
    assertEquals(1_201, bench.out().lines().count());
    assertEquals(1, bench.out().lines().filter(line -> line.contains("NAME")).count());
    assertEquals("1,200 files, 6.00 kB\n", bench.err());
  }
}
