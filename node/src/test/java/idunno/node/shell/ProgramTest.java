package idunno.node.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.coordinator.Report;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.node.api.Views;
import idunno.node.api.Views.GrepView;
import idunno.node.client.FakeApi;
import idunno.node.codec.Codec;
import idunno.node.shell.figures.Rates;
import idunno.node.shell.figures.Reports;
import idunno.node.workbench.Workbench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  /** Each classic command: its number, and words that it must understand. */
  private static final Map<String, List<String>> CLASSIC =
      Map.ofEntries(
          Map.entry("list_mem", List.of("1")),
          Map.entry("list_self", List.of("2")),
          Map.entry("join", List.of("3", "127.0.0.1:7401")),
          Map.entry("leave", List.of("4")),
          Map.entry("list_master", List.of("5")),
          Map.entry("grep", List.of("6", "a.*b")),
          Map.entry("put", List.of("7", "a.jpg", "photos/a.jpg")),
          Map.entry("get", List.of("8", "photos/a.jpg", "a.jpg")),
          Map.entry("delete", List.of("9", "photos/a.jpg")),
          Map.entry("ls", List.of("10", "photos/a.jpg")),
          Map.entry("store", List.of("11")),
          Map.entry("get-versions", List.of("12", "photos/a.jpg", "3", "a.jpg")),
          Map.entry("inference", List.of("13", "0", "9", "resnet50")),
          Map.entry("c1", List.of("c1")),
          Map.entry("c2", List.of("c2")),
          Map.entry("c3", List.of("c3", "resnet50", "16")),
          Map.entry("c4", List.of("c4", "1")),
          Map.entry("c5", List.of("cvm")),
          Map.entry("cq", List.of("cq", "2")),
          Map.entry("train", List.of("train", "resnet50", "alexnet")));

  @TempDir Path folder;
  @RegisterExtension final Bench bench = new Bench();

  @TestFactory
  Stream<DynamicTest> everyClassicCommandIsThereByNameAndNumber() {
    Program program = bench.program();
    return CLASSIC.entrySet().stream()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.getKey(),
                    () -> {
                      Command command =
                          program.table().stream()
                              .filter(each -> each.name().equals(one.getKey()))
                              .findFirst()
                              .orElseThrow();
                      String other = one.getValue().getFirst();
                      assertTrue(command.names().contains(other), command.names().toString());
                      List<String> rest = one.getValue().subList(1, one.getValue().size());
                      Words words = new Grammar(command).parse(rest);
                      command.arguments().stream()
                          .limit(rest.size())
                          .forEach(
                              argument ->
                                  assertTrue(
                                      argument.arity() == Command.Arity.ANY
                                          ? words.all(argument.label()).equals(rest)
                                          : rest.contains(words.text(argument.label()))));
                    }));
  }

  @Test
  void everyRemoteCommandExplainsItselfAndAnswersInJson() {
    for (Command command : bench.program().table()) {
      assertEquals(Action.DONE, bench.run((command.name() + " --help").split(" ", -1)));
      String help = bench.out();
      assertTrue(help.contains("Usage: idunno " + command.name()), help);
      assertEquals(command.remote(), help.contains("--json"), help);
      for (Command.Flag flag : command.flags()) {
        assertTrue(help.contains(flag.names().getLast()), help);
      }
    }
  }

  @Test
  void theHelpFitsEightyColumnsAndNamesEveryCommand() {
    assertEquals(Action.DONE, bench.run());
    assertTrue(bench.out().lines().allMatch(line -> line.length() <= 80), bench.out());
    for (Command command : bench.program().table()) {
      assertTrue(bench.out().contains(command.synopsis()), command.synopsis());
    }
    assertFalse(bench.out().contains("\u001b"));
  }

  @Test
  void theHelpShowsAsManyClausesAsThereIsRoomFor() {
    String does = "do one thing; and then another, which takes long to say. And a third";
    bench.with(Command.local("begin", Command.Group.BEGIN, does, call -> Action.DONE));
    bench.run("help");
    assertTrue(bench.out().contains(" do one thing; and then another\n"), bench.out());
    assertTrue(bench.out().lines().allMatch(line -> line.length() <= 80), bench.out());
  }

  @Test
  void wrongUsageIsToldAndExitsWithTwo() {
    for (String line :
        List.of(
            "put a.jpg",
            "get photos/../x y",
            "get-versions a zero b",
            "inference 9 0 resnet50",
            "inference 0 9 Resnet!",
            "inference 0 9 resnet50 --weight 0",
            "c3 resnet50 5000",
            "c4 first",
            "list_mem more",
            "list_mem --jsno",
            "list_mem --api nowhere",
            "model",
            "model add x",
            "cancel",
            "retry-failed")) {
      assertEquals(Action.USAGE, bench.run(line.split(" ", -1)), line);
      assertTrue(bench.err().startsWith("idunno: "), bench.err());
      assertEquals("", bench.out(), line);
    }
    assertEquals(List.of(), bench.api.asked());
  }

  @Test
  void aWordThatIsNearlyACommandIsGuessed() {
    assertEquals(Action.USAGE, bench.run("list_men"));
    assertTrue(bench.err().contains("did you mean list_mem"), bench.err());
    assertEquals(Action.USAGE, bench.run("infer"));
    assertTrue(bench.err().contains("did you mean inference"), bench.err());
    assertEquals(Action.USAGE, bench.run("xyzzy-plugh"));
    assertFalse(bench.err().contains("did you mean"), bench.err());
    assertEquals(Action.USAGE, bench.run("grep", "x", "--cuont"));
    assertTrue(bench.err().contains("--count"), bench.err());
  }

  @Test
  void whatTheClusterRefusesIsToldAndExitsWithOneOrWithTwoIfItWasUsage() {
    bench.api.answering(exchange -> FakeApi.error(exchange, 409, "photos: is a folder"));
    assertEquals(Action.FAILED, bench.run("delete", "photos"));
    assertEquals("idunno: photos: is a folder\n", bench.err());
    bench.api.answering(exchange -> FakeApi.error(exchange, 400, "END: too far"));
    assertEquals(Action.USAGE, bench.run("inference", "0", "9", "m"));
  }

  @Test
  void globalOptionsMayStandBeforeTheCommand() {
    Views.ModelsView none = new Views.ModelsView(List.of());
    bench.api.answering(exchange -> FakeApi.json(exchange, none));
    String api = bench.api.address().toString();
    assertEquals(Action.DONE, bench.run("--json", "--api", api, "model", "ls"));
    assertEquals(none, decoded(Views.ModelsView.class));
  }

  private <T> T decoded(Class<T> type) {
    return Codec.json().decode(bench.out().getBytes(StandardCharsets.UTF_8), type);
  }

  @Test
  void statisticsArePrintedFromTheReportAndParseAsJson() {
    Report report = Reports.busy();
    bench.api.answering(exchange -> FakeApi.json(exchange, report));
    assertEquals(Action.DONE, bench.run("c1", "--json"));
    assertEquals(Rates.of(report), decoded(Rates.class));
    for (String command : List.of("c2", "c5", "cq", "jobs")) {
      assertEquals(Action.DONE, bench.run(command, "--json"), bench.err());
      decoded(Object.class);
    }
    assertEquals(Action.DONE, bench.run("c1"));
    assertTrue(bench.out().contains("gap between rates per weight 25.0 %"), bench.out());
    assertEquals(Action.DONE, bench.run("cvm"));
    assertTrue(bench.out().contains("job 2 (alexnet) runs on n1\n"), bench.out());
    assertEquals(Action.DONE, bench.run("cq", "3"));
    assertTrue(bench.out().contains("done by machine: n2#1 10\n"), bench.out());
    assertEquals(Action.FAILED, bench.run("cq", "9"));
  }

  @Test
  void grepTellsWhoDidNotAnswerAndFailsIfNobodyDid() {
    GrepView match = new GrepView.Match(new NodeName("n1"), 7, "batch 3/1 done\u001b[31m");
    GrepView count = new GrepView.Count(new NodeName("n1"), 1, 9, 2);
    GrepView silence = new GrepView.Silence(new NodeName("n2"), "nothing within 2 s");
    answerLines(match, silence, count);
    assertEquals(Action.DONE, bench.run("grep", "done"));
    assertTrue(bench.out().startsWith("n1: batch 3/1 done\\u001b[31m\n"), bench.out());
    assertTrue(bench.out().contains("n2 did not answer: nothing within 2 s\n"), bench.out());
    assertEquals(Action.DONE, bench.run("grep", "done", "--json"));
    assertEquals(3, bench.out().lines().count());
    assertEquals("", bench.err());
    answerLines(match, new GrepView.Count(new NodeName("n1"), 5, 9, 2));
    bench.run("grep", "done", "--limit", "1");
    assertEquals("n1: 1 of 5 lines were sent; --limit sets how many\n", bench.err());
    answerLines(silence);
    assertEquals(Action.FAILED, bench.run("grep", "done", "--count"));
  }

  private void answerLines(Object... lines) {
    StringBuilder body = new StringBuilder();
    for (Object line : lines) {
      body.append(new String(Codec.json().encode(line), StandardCharsets.UTF_8)).append('\n');
    }
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, bytes));
  }

  @Test
  void resultsAreShownForPeopleAndPassedOnAsTheyAreForPrograms() {
    String good =
        "{\"query\":17,\"file\":\"photos/17.jpg\",\"status\":\"ok\",\"top\":[{\"classIndex\":388,"
            + "\"label\":\"giant panda\",\"score\":0.9531}]}";
    String bad =
        "{\"query\":18,\"file\":\"photos/18.jpg\",\"status\":\"failed\",\"reason\":\"no JPEG\"}";
    byte[] bytes = (good + "\n" + bad + "\n").getBytes(StandardCharsets.UTF_8);
    bench.api.answering(exchange -> FakeApi.bytes(exchange, 200, bytes));
    assertEquals(Action.DONE, bench.run("c4", "3"));
    assertTrue(bench.out().contains("95.31 % giant panda"), bench.out());
    assertTrue(bench.out().contains("failed: no JPEG"), bench.out());
    assertEquals(Action.DONE, bench.run("c4", "3", "--lines", "1", "--json"));
    assertEquals(good + "\n", bench.out());
    assertEquals("/v1/jobs/3/results", bench.api.asked().getLast().target());
  }

  @Test
  void aRetrySaysWhatIsRunAgainAndWaitsForTheEnd() {
    Report report = Reports.busy();
    bench.api.answering(
        exchange -> {
          switch (exchange.getRequestURI().getPath()) {
            case "/v1/jobs/1/retry-failed" ->
                FakeApi.json(exchange, new Views.RetriedView(new JobId(1), 3, 1));
            case "/v1/report" -> FakeApi.json(exchange, report);
            default -> FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          }
        });
    assertEquals(Action.DONE, bench.run("retry-failed", "1"));
    assertEquals("job 1  goes on with 3 queries; the pictures of 1 more are gone\n", bench.out());
    assertEquals(Action.DONE, bench.run("retry-failed", "1", "--json"));
    assertTrue(bench.out().contains("\"missing\""), bench.out());
    assertEquals(Action.FAILED, bench.run("retry-failed", "1", "--wait"), "it was cancelled");
    assertTrue(bench.out().contains("job 1  cancelled after 59.0 s"), bench.out());
  }

  @Test
  void inferenceSubmitsWhatWasTypedAndWaitsForTheEnd() {
    Report report = Reports.busy();
    JobSpec spec = report.jobs().getFirst().spec();
    bench.api.answering(
        exchange -> {
          switch (exchange.getRequestURI().getPath()) {
            case "/v1/jobs" -> FakeApi.json(exchange, spec);
            case "/v1/report" -> FakeApi.json(exchange, report);
            default -> FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          }
        });
    int code =
        bench.run("13", "5", "44", "alexnet", "--dataset", "photos/", "--weight", "3", "--wait");
    assertEquals(Action.FAILED, code, "the job was cancelled");
    assertTrue(bench.out().contains("job 1  cancelled after 59.0 s"), bench.out());
    Views.JobAsk ask =
        Codec.json()
            .decode(
                bench.api.asked("POST").getFirst().body().getBytes(StandardCharsets.UTF_8),
                Views.JobAsk.class);
    assertEquals(
        new Views.JobAsk("alexnet", Optional.of("photos"), 5, 44, Optional.empty(), Optional.of(3)),
        ask);
  }

  @Test
  void aModelIsItsThreeFilesAndThenItsName() throws IOException {
    for (String name : List.of("model.onnx", "labels.txt", "model.json")) {
      Files.writeString(folder.resolve(name), name);
    }
    bench.api.answering(
        exchange -> {
          if (exchange.getRequestMethod().equals("PUT")) {
            String path = exchange.getRequestURI().getPath().substring("/v1/files/".length());
            String name = path.substring(path.lastIndexOf('/') + 1);
            CRC32C crc = new CRC32C();
            crc.update(name.getBytes(StandardCharsets.UTF_8));
            FakeApi.json(
                exchange,
                new Views.PutView(
                    new FileName(path), 1, name.length(), "%08x".formatted(crc.getValue()), 4, 1));
          } else {
            FakeApi.bytes(
                exchange,
                200,
                "{\"key\":{\"name\":\"m1\",\"revision\":1},\"checkMs\":5}"
                    .getBytes(StandardCharsets.UTF_8));
          }
        });
    Workbench.commands().forEach(bench::with);
    assertEquals(Action.DONE, bench.run("model", "add", "m1", folder.toString()), bench.err());
    assertEquals(
        List.of(
            "/v1/files/models/m1/model.onnx",
            "/v1/files/models/m1/labels.txt",
            "/v1/files/models/m1/model.json"),
        bench.api.asked("PUT").stream().map(FakeApi.Asked::target).toList());
    assertEquals("/v1/models/m1", bench.api.asked("POST").getFirst().target());
  }

  @Test
  void aMachineCanHaveCommandsOfItsOwn() {
    bench.with(
        Command.local("model pull", Command.Group.MODELS, "fetch one", call -> Action.FAILED)
            .takes("NAME", "which"));
    assertEquals(Action.FAILED, bench.run("model", "pull", "x"));
    assertEquals(Action.USAGE, bench.run("model", "pul"));
    assertTrue(bench.err().contains("model pull"), bench.err());
    bench.with(Command.local("c1", Command.Group.MODELS, "twice", call -> Action.DONE));
    assertThrows(IllegalArgumentException.class, bench::program);
  }

  @Test
  void pipedLinesPrintNothingButResults() {
    bench.api.answering(
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/v1/members")) {
            FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          } else {
            FakeApi.error(exchange, 404, "no such file");
          }
        });
    String table =
        "NAME  INCARNATION  STATE  ROLE  API  PEERS  SLOTS  SINCE  ZONE  USED  FREE  DISK\n";
    assertEquals(Action.DONE, bench.shell("list_mem\n\n# a comment\n1\n"));
    assertEquals(table + table, bench.out());
    assertEquals("", bench.err());
    assertEquals(Action.FAILED, bench.shell("nonsense\ndelete 'a b'\n1\nquit\n1\n"));
    assertEquals(table, bench.out());
    assertEquals("/v1/files/a%20b", bench.api.asked("DELETE").getFirst().target());
    assertEquals(Action.USAGE, bench.shell("delete x\n'open"));
  }
}
