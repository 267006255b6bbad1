package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.membership.MemberState;
import idunno.node.api.Views.GrepView;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One regular expression over the logs of all machines. */
class GrepIT {
  private static final int LINES = 20_000;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(4, "--slots", "0");

  /** Logs as long as those of a day, unlike on each machine. */
  @BeforeAll
  static void growLogs() throws IOException {
    for (Machine machine : CLUSTER.machines()) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < LINES; i++) {
        lines
            .append("2026-01-01T00:00:00.000Z ")
            .append(machine.name())
            .append("#1 grown-")
            .append(i)
            .append(" batch-ended queries=")
            .append(i % 17)
            .append(i % 100 == machine.name().charAt(1) - '0' ? " note=grün" : "")
            .append(i % 1_000 == 0 ? " long=" + "a".repeat(3_000) + "!" : "")
            .append('\n');
      }
      Files.writeString(Cluster.logOf(machine), lines, StandardOpenOption.APPEND);
    }
  }

  private static List<GrepView> grep(String pattern, long limit) throws IOException {
    List<GrepView> found = new ArrayList<>();
    CLUSTER.client().grep(pattern, OptionalLong.of(limit), found::add);
    return found;
  }

  private static GrepView.Count count(List<GrepView> found, String node) {
    return found.stream()
        .filter(GrepView.Count.class::isInstance)
        .map(GrepView.Count.class::cast)
        .filter(count -> count.node().value().equals(node))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> matches(List<GrepView> found, String node) {
    return found.stream()
        .filter(GrepView.Match.class::isInstance)
        .map(GrepView.Match.class::cast)
        .filter(match -> match.node().value().equals(node))
        .map(GrepView.Match::text)
        .toList();
  }

  @Test
  void countsAndLinesAreThoseOfTheLogFiles() throws Exception {
    for (String pattern :
        List.of(
            "queries=16$",
            "note=grün",
            "coordinator-(elected|changed) ",
            "no such line",
            "n[13]#")) {
      List<GrepView> found = grep(pattern, 2_000);
      Pattern judge = Pattern.compile(pattern);
      for (Machine machine : CLUSTER.machines()) {
        List<String> expected =
            Files.readAllLines(Cluster.logOf(machine)).stream()
                .filter(line -> judge.matcher(line).find())
                .toList();
        String where = pattern + " on " + machine.name();
        assertEquals(expected.size(), count(found, machine.name()).matches(), where);
        assertEquals(
            expected.subList(0, Math.min(2_000, expected.size())),
            matches(found, machine.name()),
            where);
      }
    }
  }

  @Test
  void aMachineThatIsDeadIsSaidNotToAnswerAndTheOthersDo() throws Exception {
    Machine dead = CLUSTER.worker();
    dead.kill();
    CLUSTER.awaitState(dead.name(), MemberState.FAILED);
    List<GrepView> found = grep("grown-", 1);
    List<GrepView.Silence> silent =
        found.stream()
            .filter(GrepView.Silence.class::isInstance)
            .map(GrepView.Silence.class::cast)
            .toList();
    assertEquals(
        List.of(new NodeName(dead.name())), silent.stream().map(GrepView.Silence::node).toList());
    assertTrue(!silent.getFirst().reason().isBlank());
    for (Machine machine : CLUSTER.running()) {
      assertEquals(LINES, count(found, machine.name()).matches(), machine.name());
      assertEquals(1, matches(found, machine.name()).size());
    }
  }

  @Test
  void aHostilePatternEndsQuickly() throws Exception {
    for (String pattern : List.of("(a+)+$", "(a|aa)+$", "(.*a){20}$")) {
      long startedNanos = System.nanoTime();
      List<GrepView> found = grep(pattern, 0);
      Duration took = Duration.ofNanos(System.nanoTime() - startedNanos);
      assertEquals(4, found.stream().filter(GrepView.Count.class::isInstance).count(), pattern);
      assertTrue(took.toSeconds() < 30, pattern + " took " + took.toMillis() + " ms");
    }
  }

  @Test
  void aPatternOfManyStepsIsGivenUpAndSaidSo() throws Exception {
    List<GrepView> found = grep("((a?b?c?d?e?){60}(a|n|t|[0-9-]){200}){1,4}x$", 0);
    for (Machine machine : CLUSTER.machines()) {
      assertTrue(
          found.stream().anyMatch(one -> isPlainWord(one, new NodeName(machine.name()))),
          () -> machine.name() + " neither counted nor said why not: " + found);
    }
  }

  private static boolean isPlainWord(GrepView one, NodeName of) {
    return switch (one) {
      case GrepView.Count count -> count.node().equals(of);
      case GrepView.Silence silence ->
          silence.node().equals(of) && silence.reason().contains("gave up after");
      case GrepView.Match ignored -> false;
    };
  }

  @Test
  void aBadPatternIsRefusedWithAReason() throws Exception {
    for (String pattern : List.of("(", "[z-a]", "a{2,1}", "(?=x)", "\\1", "", "x".repeat(1_001))) {
      String query = URLEncoder.encode(pattern, StandardCharsets.UTF_8);
      HttpResponse<byte[]> answer =
          Web.get(CLUSTER.machine("n1").api(), "/v1/grep?pattern=" + query);
      assertEquals(400, answer.statusCode(), pattern);
      assertTrue(Web.error(answer).contains("expected"), () -> Web.error(answer));
    }
  }
}
