package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strange names that are fine, and what clients may send that must harm nothing. */
class NamesIT {
  @RegisterExtension static final Cluster CLUSTER = new Cluster(3, "--slots", "0");

  /** 1,024 bytes of UTF-8, three for each character but one. */
  private static final String LONGEST = "字".repeat(341) + "x";

  private static final List<String> FINE =
      List.of(
          "日本/写真 1.jpg",
          "日本/写真 2.jpg",
          "naïve/é",
          "naïve/e\u0301",
          "emoji/😀.png",
          "per%cent/%41",
          "plus+and blank",
          "a?b=c&d#e",
          "\"quoted\" 'twice'",
          ".hidden/..two/...",
          "-r",
          "~",
          LONGEST);

  /** Names as they stand in a URL. */
  private static final List<String> HOSTILE =
      List.of(
          "..",
          "..%2F..%2Fescaped",
          "a/../../escaped",
          "a/%2E%2E/b",
          "a//b",
          "./a",
          "%2Fabsolute",
          "a%00b",
          "a%0Ab",
          "a%1B%5B2Jb",
          "a%7Fb",
          "a%C2%85b",
          "a%5C..%5Cb",
          "trailing/",
          "n".repeat(5_000),
          "%E5%AD%97".repeat(342),
          "%C0%AE%C0%AE/b",
          "half%E6%97",
          "half%ED%A0%80",
          "%FF%FE");

  /** Every node still lives, and the cluster takes a put and gives it back by each. */
  @AfterEach
  void allNodesGoOn() throws Exception {
    byte[] text = ("at " + System.nanoTime()).getBytes(StandardCharsets.UTF_8);
    assertEquals(200, send(machine(), "PUT", "/v1/files/alive", text).statusCode());
    for (Machine machine : CLUSTER.machines()) {
      assertTrue(machine.isRunning(), machine.name() + " has died");
      assertArrayEquals(text, Web.get(machine.api(), "/v1/files/alive").body(), machine.name());
    }
  }

  private static Machine machine() {
    return CLUSTER.machines().getFirst();
  }

  private static HttpResponse<byte[]> send(
      Machine machine, String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + machine.api() + path))
            .timeout(Cluster.SOON)
            .method(method, BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return Cluster.http().send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String encoded(String name) {
    return Arrays.stream(name.split("/", -1))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  private static byte[] content(String name) {
    return ("the content of " + name).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> names() throws IOException {
    return CLUSTER.client().files(Optional.empty()).files().stream()
        .map(file -> file.name().value())
        .toList();
  }

  /** What the program said, run as a process of its own. */
  private record Said(int code, String out, String err) {}

  private static Said idunno(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Program.node());
    command.addAll(List.of(words));
    command.addAll(1, List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
    Path out = CLUSTER.scratch().resolve("out");
    Path err = CLUSTER.scratch().resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("IDUNNO_API", machine().api().toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    return new Said(builder.start().waitFor(), Files.readString(out), Files.readString(err));
  }

  @Test
  void namesOfAllScriptsComeBackFromEveryNode() throws Exception {
    for (String name : FINE) {
      HttpResponse<byte[]> answer =
          send(machine(), "PUT", "/v1/files/" + encoded(name), content(name));
      assertEquals(200, answer.statusCode(), () -> name + ": " + Web.error(answer));
    }
    List<String> names = names();
    for (String name : FINE) {
      assertTrue(names.contains(name), name + " is in " + names);
      for (Machine machine : CLUSTER.machines()) {
        HttpResponse<byte[]> answer = Web.get(machine.api(), "/v1/files/" + encoded(name));
        assertArrayEquals(content(name), answer.body(), name + " at " + machine.name());
      }
    }
    for (String name : FINE) {
      assertEquals(
          200, send(machine(), "DELETE", "/v1/files/" + encoded(name), new byte[0]).statusCode());
      assertTrue(CLUSTER.client().file(new FileName(name)).isEmpty(), name);
    }
  }

  @Test
  void namesOfAllScriptsAndEmptyFilesGoThroughTheCommandLine() throws Exception {
    Path up = CLUSTER.scratch().resolve("写真 up");
    Path down = CLUSTER.scratch().resolve("写真 down");
    for (String name : List.of("日本/写真 1.jpg", "emoji/😀.png", LONGEST)) {
      Files.write(up, content(name));
      assertEquals(0, idunno("put", up.toString(), name).code(), name);
      Said said = idunno("get", name, down.toString());
      assertEquals(0, said.code(), said::err);
      assertArrayEquals(content(name), Files.readAllBytes(down), name);
    }
    Said list = idunno("ls", "日本");
    assertTrue(list.out().contains("写真 1.jpg"), list::toString);
    Files.write(up, new byte[0]);
    assertEquals(0, idunno("put", up.toString(), "empty").code());
    assertEquals(0, idunno("get", "empty", down.toString()).code());
    assertEquals(0, Files.size(down));
    assertEquals(0, idunno("delete", "empty").code());
    assertEquals(1, idunno("get", "empty", down.toString()).code());
  }

  @Test
  void hostileNamesAreRefusedOnEveryRoute() throws Exception {
    List<String> before = names();
    for (String name : HOSTILE) {
      for (String method : List.of("PUT", "GET", "DELETE")) {
        expectRefusal(method, "/v1/files/" + name);
      }
      expectRefusal("GET", "/v1/versions/" + name);
      expectRefusal("GET", "/v1/list?name=" + name);
      expectRefusal("GET", "/v1/list?folder=" + name);
      expectRefusal("POST", "/v1/folder?into=" + name);
    }
    assertEquals(before, names());
    for (Machine machine : CLUSTER.machines()) {
      assertFalse(Files.exists(machine.data().resolve("../escaped")));
      assertFalse(Files.exists(machine.data().resolve("../../escaped")));
    }
  }

  private static void expectRefusal(String method, String path) throws Exception {
    HttpResponse<byte[]> answer = send(machine(), method, path, new byte[100]);
    String what = method + " " + path.substring(0, Math.min(80, path.length()));
    assertEquals(
        400,
        answer.statusCode(),
        () -> what + ": " + new String(answer.body(), StandardCharsets.UTF_8));
    String error = Web.error(answer);
    assertTrue(error.contains("expected"), () -> what + ": " + error);
    assertTrue(error.length() < 400, () -> what + " is answered by " + error.length());
    assertTrue(error.codePoints().noneMatch(Character::isISOControl), () -> what + ": " + error);
  }

  @Test
  void hostileNamesAreRefusedOnTheCommandLine() throws Exception {
    List<String> before = names();
    Path local = Files.write(CLUSTER.scratch().resolve("local"), new byte[100]);
    Path untouched = CLUSTER.scratch().resolve("untouched");
    for (String name :
        List.of("../escaped", "a/../b", "a\u001b[2Jb", "a\nb", "n".repeat(5_000), "")) {
      Said put = idunno("put", local.toString(), name);
      assertEquals(2, put.code(), put::err);
      Said get = idunno("get", name, untouched.toString());
      assertEquals(2, get.code(), get::err);
      assertFalse(Files.exists(untouched));
      assertFalse((put.err() + get.err()).contains("\u001b"), "a name steers the terminal");
      assertTrue((put.err() + get.err()).length() < 2_000, put::err);
    }
    assertEquals(2, idunno("delete", "..").code());
    assertEquals(2, idunno("ls", "a//b").code());
    assertEquals(before, names());
  }

  @Test
  void requestIdsThatLieAreTheLiarsTroubleAlone() throws Exception {
    for (String[] headers :
        new String[][] {
          {"Idunno-Client", "x".repeat(65), "Idunno-Sequence", "1"},
          {"Idunno-Client", "x", "Idunno-Sequence", "-1"},
          {"Idunno-Client", "x", "Idunno-Sequence", "many"},
          {"Idunno-Client", "x", "Idunno-Sequence", "99999999999999999999"}
        }) {
      HttpResponse<byte[]> answer = send(machine(), "PUT", "/v1/files/liar", new byte[5], headers);
      assertEquals(400, answer.statusCode(), headers[1] + " " + headers[3]);
    }
    assertEquals(404, Web.get(machine().api(), "/v1/files/liar").statusCode());
    String[] id = {"Idunno-Client", "liar", "Idunno-Sequence", "1"};
    assertEquals(200, send(machine(), "PUT", "/v1/files/first", content("a"), id).statusCode());
    // Another command under the same id is none.
    assertTrue(send(machine(), "DELETE", "/v1/files/first", new byte[0], id).statusCode() >= 400);
    var _ = send(CLUSTER.machine("n2"), "PUT", "/v1/files/second", content("b"), id);
    assertArrayEquals(content("a"), Web.get(machine().api(), "/v1/files/first").body());
    assertEquals(404, Web.get(machine().api(), "/v1/files/second").statusCode());
  }

  @Test
  void anUploadThatBreaksOffInAChunkOfHttpStoresNothing() throws Exception {
    String head = " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    List<String> bodies =
        List.of(
            "",
            "5\r\nhel",
            "5\r\nhello\r\n",
            "5\r\nhello\r\n5",
            "5\r\nhello\r\nZZ\r\nx",
            "5\r\nhello\r\n-5\r\nhello\r\n",
            "5\r\nhello\r\n7fffffffffffffff\r\nx");
    for (int i = 0; i < bodies.size(); i++) {
      try (Socket socket = new Socket(machine().api().host(), machine().api().port())) {
        OutputStream out = socket.getOutputStream();
        out.write(
            ("PUT /v1/files/broken/" + i + head + bodies.get(i))
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        socket.shutdownOutput();
        // The node has read to the end when it answers or hangs up.
        var _ = socket.getInputStream().readAllBytes();
      }
    }
    for (Machine machine : CLUSTER.machines()) {
      for (int i = 0; i < bodies.size(); i++) {
        assertEquals(
            404, Web.get(machine.api(), "/v1/files/broken/" + i).statusCode(), bodies.get(i));
      }
    }
  }
}
