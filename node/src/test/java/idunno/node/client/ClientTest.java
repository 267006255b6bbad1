package idunno.node.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.membership.MemberState;
import idunno.node.api.Views;
import idunno.node.api.Views.GrepView;
import idunno.node.codec.Codec;
import idunno.node.transport.Http;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientTest {
  private static final FileName NAME = new FileName("photos/giant panda ü.jpg");
  private static final byte[] CONTENT = "the bytes of a picture".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private FakeApi api;

  @BeforeEach
  void listen() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void close() {
    api.close();
  }

  private Client client() {
    return Client.connect(List.of(api.address()), Http.client());
  }

  private static String crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static Views.PutView putView(byte[] stored) {
    return new Views.PutView(NAME, 3, stored.length, crc(stored), 4, 12);
  }

  private static Address nobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return new Address("127.0.0.1", free.getLocalPort());
    }
  }

  private static void assertSays(String what, Throwable error) {
    assertTrue(String.valueOf(error.getMessage()).contains(what), String.valueOf(error));
  }

  @Test
  void aChangeWhoseReplyWasLostIsRepeatedUnderTheSameId() throws IOException {
    AtomicInteger posts = new AtomicInteger();
    api.answering(
        exchange -> {
          if (!exchange.getRequestMethod().equals("POST")) {
            FakeApi.json(exchange, new Views.MembersView(List.of(), true));
          } else if (posts.incrementAndGet() == 1) {
            throw new IOException("the reply is lost");
          } else {
            FakeApi.json(exchange, new Views.DoneView("job 1 is cancelled"));
          }
        });
    Client client = client();
    assertEquals("job 1 is cancelled", client.jobs().cancel(new JobId(1)).done());
    client.jobs().cancel(new JobId(1));
    List<FakeApi.Asked> asked = api.asked("POST");
    assertEquals(3, asked.size());
    assertEquals(asked.get(0), asked.get(1));
    assertEquals("/v1/jobs/1/cancel", asked.get(0).target());
    assertEquals(asked.get(0).client(), asked.get(2).client());
    assertEquals("1", asked.get(1).sequence());
    assertEquals("2", asked.get(2).sequence());
  }

  @Test
  void noCoordinatorForAWhileIsWaitedOut() throws IOException {
    AtomicInteger asks = new AtomicInteger();
    api.answering(
        exchange -> {
          if (asks.incrementAndGet() < 4) {
            FakeApi.error(exchange, 503, "no coordinator now");
          } else {
            FakeApi.json(exchange, new Views.ModelsView(List.of()));
          }
        });
    assertEquals(List.of(), client().models().models());
  }

  @Test
  void theWordOfTheClusterIsPassedOnWhenPatienceEnds() {
    api.answering(exchange -> FakeApi.error(exchange, 503, "no coordinator now"));
    Client client = client().with(Patience.NONE);
    Refused refused = assertThrows(Refused.class, client::models);
    assertEquals("no coordinator now", refused.getMessage());
    assertEquals(503, refused.status());
  }

  @Test
  void aRefusalIsNotRepeated() {
    api.answering(exchange -> FakeApi.error(exchange, 400, "END: expected at most 9, found 10"));
    Client client = client();
    Refused refused =
        assertThrows(
            Refused.class,
            () ->
                client
                    .jobs()
                    .submit(
                        new Views.JobAsk(
                            "m", Optional.empty(), 0, 10, Optional.empty(), Optional.empty())));
    assertTrue(refused.isUsage());
    assertEquals(1, api.asked("POST").size());
  }

  @Test
  void nobodyAtAnyAddressIsSaidSoonAndWithTheNextStep() throws IOException {
    Address first = nobody();
    Address second = nobody();
    Client client = Client.connect(List.of(first, second), Http.client());
    long began = System.nanoTime();
    NoAnswer none = assertThrows(NoAnswer.class, client::members);
    assertTrue(System.nanoTime() - began < 10_000_000_000L);
    assertSays(first + ", " + second, none);
    assertSays("--api", none);
    assertFalse(none.isOutcomeUnknown());
    assertThrows(NoAnswer.class, () -> client.jobs().cancel(new JobId(1)));
  }

  @Test
  void aDeadAddressIsPassedOver() throws IOException {
    api.answering(exchange -> FakeApi.json(exchange, new Views.ModelsView(List.of())));
    Client client = Client.connect(List.of(nobody(), api.address()), Http.client());
    assertEquals(List.of(), client.models().models());
  }

  @Test
  void aNodeThatDiesIsReplacedByOneThatTheClusterNamed() throws IOException {
    try (FakeApi other = new FakeApi()) {
      other.answering(exchange -> FakeApi.json(exchange, new Views.DoneView("by the other")));
      Views.MemberView member =
          new Views.MemberView(
              new NodeId(new NodeName("n2"), 1),
              MemberState.ALIVE,
              Views.Role.WORKER,
              other.address(),
              other.address(),
              1,
              0,
              "",
              Optional.empty());
      api.answering(
          exchange -> {
            if (exchange.getRequestMethod().equals("GET")) {
              FakeApi.json(exchange, new Views.MembersView(List.of(member), true));
            } else {
              throw new IOException("dies");
            }
          });
      assertEquals("by the other", client().jobs().cancel(new JobId(7)).done());
      assertEquals(api.asked("POST").getFirst(), other.asked("POST").getFirst());
    }
  }

  @Test
  void leaveGoesToTheNamedNodeAndNoOther() throws IOException {
    try (FakeApi other = new FakeApi()) {
      Views.SelfView self =
          new Views.SelfView(
              new NodeName("n1"),
              Optional.empty(),
              Optional.empty(),
              api.address(),
              api.address(),
              api.address(),
              "0.1",
              0);
      AtomicInteger leaves = new AtomicInteger();
      api.answering(
          exchange -> {
            if (exchange.getRequestMethod().equals("GET")) {
              FakeApi.json(exchange, self);
            } else if (leaves.incrementAndGet() < 3) {
              throw new IOException("the reply is lost");
            } else {
              FakeApi.json(exchange, new Views.DoneView("n1 has left"));
            }
          });
      Client client = Client.connect(List.of(api.address(), other.address()), Http.client());
      assertEquals("n1 has left", client.leave().done());
      assertEquals(List.of(), other.asked());
    }
  }

  @Test
  void anUploadStreamsAndIsComparedWithWhatWasStored() throws IOException {
    Path local = Files.write(folder.resolve("panda.jpg"), CONTENT);
    AtomicInteger puts = new AtomicInteger();
    api.answering(
        exchange -> {
          if (exchange.getRequestMethod().equals("GET")) {
            FakeApi.error(exchange, 503, "out of group");
          } else if (puts.incrementAndGet() == 1) {
            throw new IOException("the reply is lost");
          } else {
            FakeApi.json(exchange, putView(CONTENT));
          }
        });
    List<Long> moved = new ArrayList<>();
    Views.PutView put =
        client().put(local, NAME, (done, total) -> moved.add(total == CONTENT.length ? done : -1));
    assertEquals(3, put.version());
    assertEquals(CONTENT.length, moved.getLast());
    List<FakeApi.Asked> asked = api.asked("PUT");
    assertEquals("/v1/files/photos/giant%20panda%20%C3%BC.jpg", asked.getFirst().target());
    assertEquals(new String(CONTENT, StandardCharsets.UTF_8), asked.getLast().body());
    assertEquals(asked.get(0).sequence(), asked.get(1).sequence());

    api.answering(
        exchange -> FakeApi.json(exchange, putView("other".getBytes(StandardCharsets.UTF_8))));
    Client client = client();
    assertThrows(Corrupt.class, () -> client.put(local, NAME, ByteProgress.SILENT));
  }

  @Test
  void anEmptyFileIsAFileToo() throws IOException {
    Path local = Files.write(folder.resolve("empty"), new byte[0]);
    api.answering(exchange -> FakeApi.json(exchange, putView(new byte[0])));
    assertEquals(0, client().put(local, NAME, ByteProgress.SILENT).length());
  }

  @Test
  void aMissingFileIsSaidAndNothingIsSent() {
    Client client = client();
    LocalFailure failure =
        assertThrows(
            LocalFailure.class,
            () -> client.put(folder.resolve("none"), NAME, ByteProgress.SILENT));
    assertSays("no such file", failure);
    assertEquals(List.of(), api.asked("PUT"));
  }

  @Test
  void aFolderGoesAsOneStreamOfFramedFiles() throws IOException {
    Files.createDirectories(folder.resolve("in/deep"));
    Files.write(folder.resolve("in/b.txt"), CONTENT);
    Files.write(folder.resolve("in/deep/ü"), new byte[0]);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    DataOutputStream frames = new DataOutputStream(expected);
    frames.writeUTF("b.txt");
    frames.writeLong(CONTENT.length);
    frames.write(CONTENT);
    frames.write(HexFormat.of().parseHex(crc(CONTENT)));
    frames.writeUTF("deep/ü");
    frames.writeLong(0);
    frames.writeInt(0);
    frames.writeShort(0);
    FileName into = new FileName("set 1");
    api.answering(
        exchange -> FakeApi.json(exchange, new Views.FolderPutView(into, 2, CONTENT.length, 4, 1)));
    assertEquals(2, client().putFolder(folder.resolve("in"), into, ByteProgress.SILENT).files());
    FakeApi.Asked asked = api.asked("POST").getFirst();
    assertEquals("/v1/folder?into=set%201", asked.target());
    assertEquals(expected.toString(StandardCharsets.ISO_8859_1), asked.body());
  }

  private void answerBytes(byte[] bytes, String crc) {
    api.answering(
        exchange -> {
          exchange.getResponseHeaders().set("Idunno-Version", "5");
          exchange.getResponseHeaders().set("Idunno-Crc32c", crc);
          FakeApi.bytes(exchange, 200, bytes);
        });
  }

  @Test
  void aDownloadIsCheckedAndPutInPlace() throws IOException {
    answerBytes(CONTENT, crc(CONTENT));
    Path local = Files.writeString(folder.resolve("local"), "old");
    Fetched fetched = client().get(NAME, OptionalInt.of(5), local, ByteProgress.SILENT);
    assertEquals(List.of(5), fetched.versions());
    assertEquals(
        "/v1/files/photos/giant%20panda%20%C3%BC.jpg?version=5", api.asked().getFirst().target());
    assertEquals(CONTENT.length, fetched.length());
    assertEquals(new String(CONTENT, StandardCharsets.UTF_8), Files.readString(local));
    assertOnly(local);
  }

  @Test
  void aCorruptDownloadLeavesTheLocalFileUntouched() throws IOException {
    answerBytes(CONTENT, "00000001");
    Path local = Files.writeString(folder.resolve("local"), "old");
    Client client = client();
    Corrupt corrupt =
        assertThrows(
            Corrupt.class, () -> client.get(NAME, OptionalInt.empty(), local, ByteProgress.SILENT));
    assertSays("00000001", corrupt);
    assertEquals("old", Files.readString(local));
    assertOnly(local);
  }

  @Test
  void aDownloadThatBreaksOffLeavesTheLocalFileUntouched() throws IOException {
    api.answering(
        exchange -> {
          exchange.getResponseHeaders().set("Idunno-Crc32c", crc(CONTENT));
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 5);
          exchange.getResponseBody().flush();
          throw new IOException("dies");
        });
    Path local = Files.writeString(folder.resolve("local"), "old");
    Client client = client().with(Patience.NONE);
    assertThrows(
        NoAnswer.class, () -> client.get(NAME, OptionalInt.empty(), local, ByteProgress.SILENT));
    assertEquals("old", Files.readString(local));
    assertOnly(local);
  }

  private void assertOnly(Path local) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(local), files.toList());
    }
  }

  @Test
  void versionsAreCheckedAgainstTheirDelimiters() throws IOException {
    String one = "first\n=== not a delimiter\n";
    String good = delimiter(2, one) + one + "\n" + delimiter(1, "") + "\n";
    api.answering(exchange -> FakeApi.bytes(exchange, 200, good.getBytes(StandardCharsets.UTF_8)));
    Path local = folder.resolve("local");
    assertEquals(List.of(2, 1), client().versions(NAME, 2, local, ByteProgress.SILENT).versions());
    assertEquals(good, Files.readString(local));

    String bad = good.replace("first", "fjrst");
    api.answering(exchange -> FakeApi.bytes(exchange, 200, bad.getBytes(StandardCharsets.UTF_8)));
    Client client = client();
    assertThrows(Corrupt.class, () -> client.versions(NAME, 2, local, ByteProgress.SILENT));
    assertEquals(good, Files.readString(local));
  }

  private static String delimiter(int version, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return "=== %s version %d of 2, %d bytes, CRC32C %s, 2026-01-02T03:04:05Z ===%n"
        .formatted(NAME, version, bytes.length, crc(bytes));
  }

  @Test
  void grepHandsOnEachLineAsItComes() throws IOException {
    NodeName node = new NodeName("n1");
    List<GrepView> sent =
        List.of(
            new GrepView.Match(node, 3, "job=1 done"),
            new GrepView.Silence(new NodeName("n2"), "no answer for 2 s"),
            new GrepView.Count(node, 1, 10, 2));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (GrepView one : sent) {
      body.writeBytes(Codec.json().encode(one));
      body.write('\n');
    }
    api.answering(exchange -> FakeApi.bytes(exchange, 200, body.toByteArray()));
    List<GrepView> got = new ArrayList<>();
    client().grep("a+b&c", OptionalLong.of(5), got::add);
    assertEquals(sent, got);
    assertEquals("/v1/grep?pattern=a%2Bb%26c&limit=5", api.asked().getFirst().target());
  }

  @Test
  void aFileThatIsNotThereIsEmptyAndNoError() throws IOException {
    assertEquals(Optional.empty(), client().file(NAME));
  }

  @Test
  void anAnswerOfAnotherShapeIsAnErrorThatSaysSo() {
    api.answering(
        exchange -> FakeApi.bytes(exchange, 200, "<html>".getBytes(StandardCharsets.UTF_8)));
    Client client = client();
    IOException error = assertThrows(IOException.class, client::members);
    assertSays("can't be read", error);
  }
}
