package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.coordinator.Detail;
import idunno.core.coordinator.Scope;
import idunno.core.files.DiskRoom;
import idunno.core.grep.GrepQuery;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.JobId;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.worker.Beat;
import idunno.node.api.Views.MemberView;
import idunno.node.codec.Codec;
import idunno.node.demo.LocalCluster.Machine;
import idunno.node.transport.CallRefused;
import idunno.node.transport.Caller;
import idunno.node.transport.Hello;
import idunno.node.transport.Limits;
import idunno.node.wire.PeerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever arrives at its three ports, a node goes on and answers. */
class GarbageIT {
  private static final int PORTS = 3;

  @RegisterExtension static final Cluster CLUSTER = new Cluster(3, "--slots", "0");

  /** Every node still lives, and the cluster takes a put and gives it back by each. */
  @AfterEach
  void allNodesGoOn() throws Exception {
    byte[] text = ("at " + System.nanoTime()).getBytes(StandardCharsets.UTF_8);
    for (Machine machine : CLUSTER.machines()) {
      assertTrue(machine.isRunning(), machine.name() + " has died");
    }
    Machine first = CLUSTER.machines().getFirst();
    assertEquals(200, Web.send(first.api(), "PUT", "/v1/files/alive", text).statusCode());
    for (Machine machine : CLUSTER.machines()) {
      HttpResponse<byte[]> answer = Web.get(machine.api(), "/v1/files/alive");
      assertEquals(
          new String(text, StandardCharsets.UTF_8),
          new String(answer.body(), StandardCharsets.UTF_8));
    }
    assertEquals(200, Web.get(first.api(), "/v1/members").statusCode());
    assertEquals(200, Web.get(first.api(), "/v1/report").statusCode(), "the coordinator answers");
  }

  /** Sends bytes to a port and breaks off; that the node hangs up first is fine. */
  private static void send(Machine machine, int portBehindApi, byte[] bytes) {
    try (Socket socket = open(machine, portBehindApi)) {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      // It hung up.
    }
  }

  private static Socket open(Machine machine, int portBehindApi) throws IOException {
    return new Socket(machine.api().host(), machine.api().port() + portBehindApi);
  }

  @Test
  void randomBytesAtEachPortHarmNothing() {
    Random random = new Random(1);
    for (Machine machine : CLUSTER.machines()) {
      for (int port = 0; port < PORTS; port++) {
        for (int i = 0; i < 40; i++) {
          byte[] bytes = new byte[1 + random.nextInt(1 << (1 + random.nextInt(15)))];
          random.nextBytes(bytes);
          send(machine, port, bytes);
        }
      }
    }
  }

  @Test
  void brokenHttpAtEachPortHarmsNothing() {
    List<String> requests =
        List.of(
            "GET",
            "GET /v1/members HTTP/1.1\r\n",
            "GET /v1/members HTTP/1.1\r\nHost: x\r\n\r\n",
            "PUT /v1/files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "PUT /v1/files/x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "PUT /v1/files/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
            "PUT /v1/files/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx",
            "GET /" + "a".repeat(1 << 20) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/members HTTP/1.1\r\n" + "X: y\r\n".repeat(20_000) + "\r\n",
            "GET /v1/files/%ZZ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/files/%C0%AF HTTP/1.1\r\nHost: x\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000");
    for (Machine machine : CLUSTER.machines()) {
      for (int port = 0; port < PORTS; port++) {
        for (String request : requests) {
          send(machine, port, request.getBytes(StandardCharsets.ISO_8859_1));
        }
      }
    }
  }

  @Test
  void hugeLengthsBetweenNodesHarmNothing() throws IOException {
    List<byte[]> frames = new ArrayList<>();
    for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 8 << 20, 1 << 30}) {
      frames.add(ByteBuffer.allocate(9).put((byte) 'C').putInt(length).putInt(length).array());
      frames.add(ByteBuffer.allocate(9).put((byte) 'C').putInt(16).putInt(length).array());
      frames.add(ByteBuffer.allocate(4).putInt(length).array());
      // An HTTP/2 frame of the consensus with such a length.
      frames.add(
          ByteBuffer.allocate(64)
              .put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
              .putInt(length)
              .putInt(length)
              .array());
    }
    Random random = new Random(2);
    for (Machine machine : CLUSTER.machines()) {
      for (int port = 1; port < PORTS; port++) {
        for (byte[] frame : frames) {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          bytes.write(frame);
          byte[] more = new byte[5_000];
          random.nextBytes(more);
          bytes.write(more);
          send(machine, port, bytes.toByteArray());
        }
      }
    }
  }

  @Test
  void whoeverGreetsUnderANameThatNoNodeCanHaveAndHangsUpHarmsNothing() throws Exception {
    for (Machine machine : CLUSTER.machines()) {
      for (String name : List.of("client-" + "x".repeat(40), "", "N 1", "\u0000", "../n1")) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        byte[] greeting =
            ByteBuffer.allocate(14 + utf8.length)
                .put("IDUNNO\r\n".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) utf8.length)
                .put(utf8)
                .array();
        try (Socket socket = open(machine, 1)) {
          socket.getOutputStream().write(greeting);
          socket.shutdownOutput();
          // The node has seen the end when it hangs up.
          assertTrue(socket.getInputStream().readAllBytes().length > 0, "it greets too");
        }
      }
    }
  }

  @Test
  void messagesBetweenNodesOfWhichSomethingIsMissingAreRefused() throws Exception {
    MemberView member = CLUSTER.member(CLUSTER.machine("n1"), "n2");
    BatchKey batch = new BatchKey(new JobId(1), 0);
    Beat beat =
        new Beat(
            member.id(),
            1,
            List.of(new Beat.Held(batch, true, 5, 7)),
            List.of(),
            List.of(new Beat.Returned(batch, "a reason")),
            1,
            List.of(new Beat.Pace(new ModelKey(new ModelName("m"), 1), 3)),
            Beat.ModelMemory.NONE,
            false,
            new DiskRoom(1, 1, true),
            0);
    List<PeerRequest> whole =
        List.of(
            new PeerRequest.WorkerBeat(beat),
            new PeerRequest.AskReport(new Scope.OneJob(batch.job(), Detail.BATCHES)),
            new PeerRequest.EvenOut(5),
            new PeerRequest.AskTerm("replica"),
            new PeerRequest.AskLogEnd("replica"),
            new PeerRequest.Grep(new GrepQuery("a", 1)),
            new PeerRequest.Warm(new ModelKey(new ModelName("m"), 1)));
    try (Caller caller =
        new Caller(() -> new Hello(Hello.NO_CLUSTER, "nobody"), lost -> {}, Limits.DEFAULT)) {
      for (PeerRequest request : whole) {
        Object message = Codec.json().decode(Codec.json().encode(request), TreeMap.class);
        List<Object> mutilations = Mutilations.of(message);
        assertTrue(mutilations.size() >= 2, () -> "of " + message);
        for (Object mutilation : mutilations) {
          for (Machine machine : CLUSTER.machines()) {
            assertThrows(
                CallRefused.class,
                () ->
                    caller.call(
                        CLUSTER.member(machine, machine.name()).peer(),
                        Codec.cbor().encode(mutilation),
                        null,
                        Cluster.SOON),
                mutilation::toString);
          }
        }
      }
    }
  }

  @Test
  void wrongJsonIsAnsweredWithAReason() throws Exception {
    Machine machine = CLUSTER.machine("n2");
    List<String> bodies =
        List.of(
            "",
            "{",
            "null",
            "[]",
            "{}",
            "[".repeat(100_000),
            "{\"model\": 5}",
            "{\"model\": \"m\", \"start\": \"zero\", \"end\": 1}",
            "{\"model\": \"m\", \"start\": 0, \"end\": 1e999}",
            "{\"model\": \"m\", \"dataset\": \"d\", \"start\": 0, \"end\": 1, \"more\": 1}",
            "{\"seeds\": [null]}",
            "{\"models\": [\"../../x\"]}",
            "{\"queries\": null}");
    for (String path : List.of("/v1/jobs", "/v1/train", "/v1/models/m/batch-size")) {
      for (String body : bodies) {
        HttpResponse<byte[]> answer =
            Web.send(machine.api(), "POST", path, body.getBytes(StandardCharsets.UTF_8));
        assertEquals(4, answer.statusCode() / 100, path + " " + abbreviated(body) + said(answer));
      }
    }
    for (String body : bodies.subList(0, 6)) {
      HttpResponse<byte[]> answer =
          Web.send(machine.api(), "POST", "/v1/join", body.getBytes(StandardCharsets.UTF_8));
      assertEquals(4, answer.statusCode() / 100, "join " + abbreviated(body) + said(answer));
    }
  }

  @Test
  void wrongPathsAndParametersAreAnsweredWithAReason() throws Exception {
    Machine machine = CLUSTER.machine("n3");
    List<String> paths =
        List.of(
            "/v1/",
            "/v1/nothing",
            "/v1/jobs/x/results",
            "/v1/jobs/99999999999999999999/results",
            "/v1/jobs/-1/results",
            "/v1/jobs/7/results",
            "/v1/files/none?version=one",
            "/v1/versions/none?last=0",
            "/v1/store?node=..%2F..",
            "/v1/list?name=%00",
            "/v1/grep",
            "/v1/grep?pattern=(",
            "/v1/grep?pattern=a&limit=many",
            "/elsewhere");
    for (String path : paths) {
      HttpResponse<byte[]> answer = Web.get(machine.api(), path);
      assertEquals(4, answer.statusCode() / 100, path + said(answer));
      assertTrue(!Web.error(answer).isBlank(), path);
    }
  }

  @Test
  void aFolderUploadThatLiesAboutItsLengthsStoresNothing() throws Exception {
    Machine machine = CLUSTER.machine("n1");
    List<byte[]> bodies =
        List.of(
            new byte[0],
            new byte[] {0},
            ByteBuffer.allocate(2).putShort((short) -1).array(),
            part("lie/a", Long.MAX_VALUE, 5, 0),
            part("lie/a", -1, 5, 0),
            part("lie/a", 5, 5, 12345),
            part("../escaped", 5, 5, 0),
            part("a\u0000b", 5, 5, 0));
    for (byte[] body : bodies) {
      HttpResponse<byte[]> answer = Web.send(machine.api(), "POST", "/v1/folder?into=lies", body);
      assertTrue(answer.statusCode() / 100 >= 4, said(answer));
    }
    assertEquals(
        0,
        CLUSTER
            .client()
            .files(java.util.Optional.of(new idunno.core.files.FileName("lies")))
            .files()
            .size());
  }

  private static byte[] part(String name, long length, int bytes, int crc32c) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(2 + utf8.length + 8 + bytes + 4 + 2)
        .putShort((short) utf8.length)
        .put(utf8)
        .putLong(length)
        .put(new byte[bytes])
        .putInt(crc32c)
        .array();
  }

  @Test
  void connectionsThatSayNothingKeepNobodyOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (Machine machine : CLUSTER.machines()) {
        for (int port = 0; port < PORTS; port++) {
          for (int i = 0; i < 100; i++) {
            silent.add(open(machine, port));
          }
        }
      }
      allNodesGoOn();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static String said(HttpResponse<byte[]> answer) {
    return " was answered by " + new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String abbreviated(String text) {
    return text.substring(0, Math.min(60, text.length()));
  }
}
