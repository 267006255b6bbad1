package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.node.api.Views;
import idunno.node.client.FakeApi;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a node, and what is made of its answer. */
final class VersionCommandsTest {
  private static final FileName NOTE = new FileName("notes/today.txt");

  @TempDir Path folder;
  @RegisterExtension final Bench bench = new Bench();

  private void answering(Object view) {
    bench.api.answering(exchange -> FakeApi.json(exchange, view));
  }

  private String lastAsked() {
    FakeApi.Asked asked = bench.api.asked().getLast();
    return asked.method() + " " + asked.target();
  }

  @Test
  void deleteKeepsForADayForATimeOrNotAtAll() {
    answering(new Views.DeletedView(NOTE, 2, 0));
    assertEquals(Action.DONE, bench.run("delete", "notes/today.txt"));
    assertEquals("DELETE /v1/files/notes/today.txt", lastAsked());
    assertEquals(Action.DONE, bench.run("delete", "--keep", "2h", "notes/today.txt"));
    assertEquals("DELETE /v1/files/notes/today.txt?keepMs=7200000", lastAsked());
    assertEquals(Action.DONE, bench.run("delete", "--now", "notes/today.txt"));
    assertEquals("DELETE /v1/files/notes/today.txt?keepMs=0", lastAsked());
    assertEquals("notes/today.txt  deleted, 2 versions gone for good\n", bench.out());
    answering(new Views.DeletedView(NOTE, 1, 1));
    bench.run("delete", "notes/today.txt");
    assertTrue(
        bench
            .out()
            .startsWith("notes/today.txt  deleted, 1 version; undelete brings it back until"),
        bench.out());
  }

  @Test
  void aTimeThatIsNoneIsWrongUsageAndNothingIsAsked() {
    for (String time : List.of("2", "h", "0h", "-1d", "2 h", "999999999d", "3651d", "1e9s")) {
      assertEquals(Action.USAGE, bench.run("delete", "--keep", time, "x"), time);
      assertTrue(bench.err().contains("expected a time such as 90s, 30m, 2h or 7d"), bench.err());
    }
    assertEquals(Action.USAGE, bench.run("delete", "--keep", "2h", "--now", "x"));
    assertEquals(List.of(), bench.api.asked());
  }

  @Test
  void undeleteMoveAndCopySayWhatTheyDid() {
    answering(new Views.UndeletedView(NOTE, 2));
    assertEquals(Action.DONE, bench.run("undelete", "notes/today.txt"));
    assertEquals("POST /v1/undelete/notes/today.txt", lastAsked());
    assertEquals("notes/today.txt  back, 2 versions\n", bench.out());

    FileName to = new FileName("old/today.txt");
    answering(new Views.MovedView(NOTE, to, 1, 2));
    assertEquals(Action.DONE, bench.run("mv", "notes/today.txt", "old/"));
    assertEquals("POST /v1/move?from=notes%2Ftoday.txt&to=old%2Ftoday.txt", lastAsked());
    assertEquals("notes/today.txt  is now old/today.txt, 1 file, 2 versions\n", bench.out());

    answering(new Views.CopiedView(NOTE, to, 1, 15, Optional.of(3)));
    assertEquals(
        Action.DONE, bench.run("cp", "--version", "2", "notes/today.txt", "old/today.txt"));
    assertEquals("POST /v1/copy?from=notes%2Ftoday.txt&to=old%2Ftoday.txt&version=2", lastAsked());
    assertEquals("old/today.txt  is a copy of notes/today.txt, version 3, 15 B\n", bench.out());
  }

  @Test
  void limitsAreSetAndShown() {
    answering(new Views.KeptView(new FileName("notes"), 3, 2, 5));
    assertEquals(Action.DONE, bench.run("versions", "notes/", "--keep", "3"));
    assertEquals("POST /v1/limits/notes?keep=3", lastAsked());
    assertEquals("notes  keeps the last 3 of each file; 5 versions of 2 files gone\n", bench.out());
    assertEquals(Action.USAGE, bench.run("versions", "--keep", "3"));
    assertEquals(Action.USAGE, bench.run("versions", "notes", "--keep", "-1"));

    answering(
        new Views.LimitsView(
            List.of(
                new Views.LimitView(new FileName("logs"), 1),
                new Views.LimitView(new FileName("notes"), 3),
                new Views.LimitView(new FileName("notes/a"), 9),
                new Views.LimitView(new FileName("notes/a/b/c"), 2))));
    bench.run("versions");
    assertEquals(5, bench.out().lines().count(), bench.out());
    bench.run("versions", "notes/a/b");
    assertEquals(
        List.of("KEEPS  FOLDER OR FILE", "    9  notes/a", "    2  notes/a/b/c"),
        bench.out().lines().toList());
  }

  @Test
  void deletedFilesAreListedAsTheyCome() {
    bench.api.answering(
        exchange -> {
          List<String> lines = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            Object file = new Views.DeletedFileView(NOTE, 2 + i, 4, 1_500, 1, 2);
            lines.add(new String(Codec.json().encode(file), StandardCharsets.UTF_8));
          }
          byte[] body = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        });
    assertEquals(Action.DONE, bench.run("ls", "--deleted", "notes"));
    assertEquals("GET /v1/deleted?in=notes", lastAsked());
    assertEquals(3, bench.out().lines().count(), bench.out());
    assertTrue(bench.err().contains("2 deleted files, 3.00 kB"), bench.err());
    bench.run("ls", "--deleted", "--json");
    assertEquals(2, bench.out().lines().filter(line -> line.startsWith("{")).count());
  }

  @Test
  void aPutOnAConditionSaysSoInAHeaderAndAConflictExitsWithOne() throws IOException {
    Path local = Files.writeString(folder.resolve("note"), "x");
    List<String> said = new ArrayList<>();
    String conflict =
        "notes/today.txt: expected version 3, found version 5; get it, and put again over it";
    bench.api.answering(
        exchange -> {
          if (exchange.getRequestMethod().equals("PUT")) {
            said.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idunno-If-Version")));
          }
          FakeApi.error(exchange, 412, conflict);
        });
    String to = "notes/today.txt";
    assertEquals(Action.FAILED, bench.run("put", local.toString(), to, "--if-version", "3"));
    assertEquals("idunno: " + conflict + "\n", bench.err());
    bench.run("put", local.toString(), to, "--if-absent");
    bench.run("put", local.toString(), to);
    assertEquals(List.of("3", "0", "null"), said);
    assertEquals(
        Action.USAGE, bench.run("put", local.toString(), to, "--if-absent", "--if-version", "1"));
    assertEquals(Action.USAGE, bench.run("put", "-r", folder.toString(), to, "--if-absent"));
  }
}
