package idunno.node.transport;

import static idunno.node.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.base.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever comes in on the port, the next honest call is answered. */
class HostilePeerTest {
  private static final String HOST = "127.0.0.1";
  private static final Limits LIMITS = new Limits(1000, 100_000, 8, 2, 300, 300, 30_000);
  private static final int SOCKET_TIMEOUT_MS = 60_000;

  private final AtomicInteger handled = new AtomicInteger();
  private final BlockingQueue<PeerInfo> lost = new LinkedBlockingQueue<>();
  private TransportServer server;

  @BeforeEach
  void open() throws IOException {
    server =
        TransportServer.open(
            HOST,
            0,
            () -> new Hello("c1", "n1"),
            (request, from) -> {
              handled.incrementAndGet();
              return Response.of(request.header(), request.body());
            },
            lost::add,
            LIMITS);
  }

  @AfterEach
  void theServerStillAnswers() throws Exception {
    awaitNoConnections();
    int before = handled.get();
    try (Caller caller = new Caller(() -> new Hello("c1", "n2"), address -> {}, LIMITS)) {
      caller.call(server.address(), new byte[1], null, Duration.ofSeconds(60));
    }
    assertEquals(before + 1, handled.get());
    server.close();
  }

  private void awaitNoConnections() throws InterruptedException {
    eventually(
        () -> server.connections() == 0, () -> "no open connection, found " + server.connections());
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().port());
    socket.setSoTimeout(SOCKET_TIMEOUT_MS);
    return socket;
  }

  private Socket greet(String name) throws IOException {
    Socket socket = connect();
    socket.getOutputStream().write(new Hello("c1", name).toBytes().array());
    return socket;
  }

  /** Reads until the server closes; a reset counts as that. */
  private static void awaitClose(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (java.net.SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      // reset
    }
  }

  private static byte[] frame(int kind, int headerBytes, int bodyBytes, int more) {
    return ByteBuffer.allocate(9 + more)
        .put((byte) kind)
        .putInt(headerBytes)
        .putInt(bodyBytes)
        .array();
  }

  @Test
  void randomBytesCloseTheirOwnConnectionOnly() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      byte[] garbage = new byte[1 + random.nextInt(5000)];
      random.nextBytes(garbage);
      try (Socket socket = connect()) {
        socket.getOutputStream().write(garbage);
        awaitClose(socket);
      } catch (java.net.SocketException e) {
        // closed while we still wrote
      }
    }
    try (Socket browser = connect()) {
      browser.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
      awaitClose(browser);
    }
    assertEquals(0, handled.get());
    assertNull(lost.poll(), "a stranger is no peer");
  }

  @Test
  void impossibleFramesCloseTheConnectionAndCallNobody() throws IOException {
    List<byte[]> frames =
        List.of(
            frame('C', Integer.MAX_VALUE, -1, 0),
            frame('C', -1, -1, 0),
            frame('C', 1001, -1, 2000),
            frame('C', 0, Integer.MAX_VALUE, 0),
            frame('C', 0, 100_001, 0),
            frame('C', 0, Integer.MIN_VALUE, 0),
            frame('R', 0, -1, 0),
            frame('E', 0, -1, 0),
            frame('x', 0, -1, 0),
            frame(0, 0, 0, 0));
    for (byte[] frame : frames) {
      try (Socket socket = greet("evil")) {
        socket.getOutputStream().write(frame);
        awaitClose(socket);
      }
    }
    assertEquals(0, handled.get());
  }

  @Test
  void greetingsThatAreNoneAreClosed() throws IOException {
    byte[] good = new Hello("c1", "n9").toBytes().array();
    byte[] otherVersion = good.clone();
    otherVersion[9] = 2;
    byte[] longText = good.clone();
    longText[10] = 0x7f;
    byte[] badText = good.clone();
    badText[12] = (byte) 0xff;
    byte[] otherCluster = new Hello("c9", "n9").toBytes().array();
    for (byte[] greeting : List.of(otherVersion, longText, badText, otherCluster)) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(greeting);
        awaitClose(socket);
      }
    }
    assertNull(lost.poll());
  }

  @Test
  void whoSaysNothingOrTricklesIsClosedWhenItsTimeIsUp() throws Exception {
    List<Socket> slow = new ArrayList<>();
    slow.add(connect());
    Socket halfGreeting = connect();
    halfGreeting.getOutputStream().write(new Hello("c1", "n9").toBytes().array(), 0, 10);
    slow.add(halfGreeting);
    Socket halfFrame = greet("n9");
    halfFrame.getOutputStream().write(frame('C', 100, 50_000, 1000));
    slow.add(halfFrame);
    for (Socket socket : slow) {
      awaitClose(socket);
      socket.close();
    }
    assertEquals(0, handled.get());
  }

  @Test
  void whoNeverReadsItsAnswerIsClosed() throws Exception {
    try (Socket socket = greet("n9")) {
      byte[] call = frame('C', 0, 100_000, 100_000);
      assertThrows(
          java.net.SocketException.class,
          () -> {
            while (true) {
              socket.getOutputStream().write(call);
            }
          });
    }
  }

  @Test
  void aPeerWhoseConnectionBreaksIsNamedAndOneThatSaysGoodbyeIsNot() throws Exception {
    try (Socket polite = greet("polite")) {
      polite.getOutputStream().write(frame('G', 0, -1, 0));
      awaitClose(polite);
    }
    try (Socket dying = greet("dying")) {
      dying.getOutputStream().write(frame('C', 0, -1, 0));
      dying.getInputStream().readNBytes(new Hello("c1", "n1").toBytes().remaining() + 9);
    }
    PeerInfo named = lost.poll(60, TimeUnit.SECONDS);
    assertEquals("dying", named == null ? null : named.name());
    assertNull(lost.poll());
    assertEquals(1, handled.get());
  }

  @Test
  void moreConnectionsThanTheBoundAreClosedAtOnce() throws Exception {
    List<Socket> held = new ArrayList<>();
    for (int i = 0; i < LIMITS.maxConnections(); i++) {
      Socket socket = greet("n" + i);
      assertFalse(socket.getInputStream().readNBytes(8).length < 8, "greeted back");
      held.add(socket);
    }
    try (Socket tooMany = connect()) {
      awaitClose(tooMany);
    }
    assertEquals(LIMITS.maxConnections(), server.connections());
    for (Socket socket : held) {
      socket.close();
    }
  }

  @Test
  void aCallerIsNoMoreGullibleThanAServer() throws Exception {
    byte[] hello = new Hello("c1", "evil").toBytes().array();
    for (byte[] answer :
        List.of(
            frame('R', Integer.MAX_VALUE, 0, 0),
            frame('C', 0, -1, 0),
            frame('R', 10, 100_000, 500),
            "garbage, garbage".getBytes(UTF_8))) {
      try (ServerSocket evil = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
          Caller caller = new Caller(() -> new Hello("c1", "n2"), address -> {}, LIMITS)) {
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Socket socket = evil.accept()) {
                    socket.getOutputStream().write(hello);
                    socket.getInputStream().readNBytes(hello.length);
                    socket.getOutputStream().write(answer);
                    socket.getInputStream().readAllBytes();
                  } catch (IOException e) {
                    // The test sees its own end of it.
                  }
                });
        Address address = new Address(HOST, evil.getLocalPort());
        assertThrows(
            CallFailed.class,
            () -> caller.call(address, new byte[1], null, Duration.ofSeconds(60)));
      }
    }
  }
}
