package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.files.DiskReport;
import idunno.core.files.FileName;
import idunno.core.files.Health;
import idunno.core.files.Scrub;
import idunno.core.files.Scrub.Round;
import idunno.node.api.FsckView;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FsckCommandTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  @RegisterExtension final Bench bench = new Bench();

  private static FsckView.Verdict verdict(Health.Verdict verdict) {
    return new FsckView.Verdict(
        verdict, 3, 4, 1_000, 2, new Health.Chunks(verdict, 4, 10, 1_000, 39, 0, 1, 8, 1));
  }

  private static FsckView.NodeDisk disk(boolean writable, Optional<Round> running, long last) {
    Optional<Round> ended =
        last == 0 ? Optional.empty() : Optional.of(new Round(last, 1, 2, 10, 1_000, 3));
    return new FsckView.NodeDisk(
        N1,
        new DiskReport(
            5_000_000, 7, writable, writable ? "" : "it is full", new Scrub(running, ended, 0)));
  }

  private static void lines(OutputStream out, FsckView... lines) throws IOException {
    for (FsckView line : lines) {
      out.write(Codec.json().encode(line));
      out.write('\n');
    }
  }

  private void answering(FsckView... lines) {
    bench.api.answering(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          lines(exchange.getResponseBody(), lines);
        });
  }

  @Test
  void theVerdictIsTheFirstLineAndTheExitCode() {
    answering(verdict(Health.Verdict.HEALTHY), disk(true, Optional.empty(), 4));
    assertEquals(Action.DONE, bench.run("fsck"));
    assertEquals("healthy", bench.out().lines().findFirst().orElseThrow());
    answering(verdict(Health.Verdict.UNDER_REPLICATED));
    assertEquals(Action.FAILED, bench.run("fsck"));
    assertEquals("under-replicated", bench.out().lines().findFirst().orElseThrow());
    answering(verdict(Health.Verdict.UNREADABLE));
    assertEquals(Action.FAILED, bench.run("fsck", "--json"));
    assertTrue(bench.out().startsWith("{\"type\":\"Verdict\",\"verdict\":\"UNREADABLE\""));
  }

  @Test
  void whatIsWrongIsNamedWithTheNodesThatAreMissing() {
    answering(
        verdict(Health.Verdict.UNDER_REPLICATED),
        new FsckView.Troubled(
            new FileName("photos/7.jpg"), 2, Health.Verdict.UNDER_REPLICATED, 3, List.of(N2)),
        new FsckView.More(41),
        disk(false, Optional.of(new Round(5, 1, 0, 3, 2_500_000, 0)), 4),
        new FsckView.Silence(N2, "it has failed"));
    bench.run("fsck");
    for (String part :
        List.of(
            "3 files, 4 versions, 1.00 kB; 2 of them have too few replicas",
            "photos/7.jpg  version 2  under-replicated, 3 of 4 replicas, not alive: n2",
            "and 41 more versions; fsck --all lists them",
            "now, 50 %",
            "n1 takes no chunks: it is full",
            "n2 did not answer: it has failed")) {
      assertTrue(bench.out().contains(part), () -> "no '" + part + "' in:\n" + bench.out());
    }
  }

  @Test
  void itWaitsForTheRoundThatItHasBegunAndNotForTheOneBefore() {
    AtomicInteger looks = new AtomicInteger();
    bench.api.answering(
        exchange -> {
          String asked = exchange.getRequestMethod() + exchange.getRequestURI();
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          if (asked.equals("POST/v1/scrub")) {
            lines(out, new FsckView.ScrubBegun(N1, 5), new FsckView.Silence(N2, "it has failed"));
          } else if (asked.equals("GET/v1/scrub")) {
            int look = looks.incrementAndGet();
            lines(
                out,
                look == 1
                    ? disk(true, Optional.empty(), 4)
                    : look == 2
                        ? new FsckView.Silence(N1, "it is busy")
                        : disk(true, Optional.empty(), 5));
          } else if (asked.equals("GET/v1/fsck")) {
            lines(out, verdict(Health.Verdict.HEALTHY));
          }
        });
    assertEquals(Action.DONE, bench.run("fsck", "--scrub", "--wait"));
    assertEquals(3, looks.get());
    assertTrue(bench.err().contains("n2 does not scrub: it has failed"), bench.err());
    assertEquals(Action.USAGE, bench.run("fsck", "--wait"));
  }

  @Test
  void aHundredThousandVersionsWithTroubleAreStreamed() {
    int count = 100_000;
    bench.api.answering(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          lines(out, verdict(Health.Verdict.UNREADABLE));
          for (int i = 0; i < count; i++) {
            lines(
                out,
                new FsckView.Troubled(
                    new FileName("f/" + i), 1, Health.Verdict.UNREADABLE, 0, List.of()));
          }
        });
    assertEquals(Action.FAILED, bench.run("fsck", "--all"));
    assertEquals(
        count, bench.out().lines().filter(line -> line.contains("0 of 4 replicas")).count());
    assertTrue(
        bench.api.asked().stream().anyMatch(asked -> asked.target().equals("/v1/fsck?all=true")));
  }

  @Test
  void anAnswerThatBreaksOffIsNoVerdict() {
    bench.api.answering(
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          lines(exchange.getResponseBody(), verdict(Health.Verdict.HEALTHY));
          exchange.getResponseBody().flush();
          throw new IOException("broken");
        });
    assertEquals(Action.FAILED, bench.run("fsck"));
    assertTrue(bench.err().contains("broke off"), bench.err());
  }
}
