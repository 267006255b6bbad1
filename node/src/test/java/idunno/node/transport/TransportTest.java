package idunno.node.transport;

import static idunno.node.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Address;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransportTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final BlockingQueue<Address> lostLinks = new LinkedBlockingQueue<>();
  private final BlockingQueue<PeerInfo> lostPeers = new LinkedBlockingQueue<>();
  private final CountDownLatch neverAnswered = new CountDownLatch(1);
  private final AtomicInteger hung = new AtomicInteger();

  @AfterEach
  void closeAll() throws Exception {
    neverAnswered.countDown();
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
  }

  /** Says who asks, gives the header back, and each byte of the body plus one. */
  private Response handle(Request request, PeerInfo from) throws Exception {
    String text = new String(request.header(), UTF_8);
    if (text.equals("refuse")) {
      throw new IOException("no such thing on n1");
    }
    if (text.equals("fail")) {
      throw new IllegalStateException();
    }
    if (text.equals("hang")) {
      hung.incrementAndGet();
      neverAnswered.await();
    }
    ByteBuffer body = null;
    if (request.body() != null) {
      body = ByteBuffer.allocate(request.body().remaining());
      while (body.hasRemaining()) {
        body.put((byte) (request.body().get() + 1));
      }
      body.flip();
    }
    return Response.of((from.name() + ":" + text).getBytes(UTF_8), body);
  }

  private TransportServer server(int port, String cluster, Limits limits) throws IOException {
    TransportServer server =
        TransportServer.open(
            HOST, port, () -> new Hello(cluster, "n1"), this::handle, lostPeers::add, limits);
    toClose.add(server);
    return server;
  }

  private TransportServer server() throws IOException {
    return server(0, "c1", Limits.DEFAULT);
  }

  private Caller caller(String cluster, Limits limits) {
    Caller caller = new Caller(() -> new Hello(cluster, "n2"), lostLinks::add, limits);
    toClose.add(caller);
    return caller;
  }

  private Caller caller() {
    return caller("c1", Limits.DEFAULT);
  }

  private static Response call(Caller caller, Address address, String header) throws CallFailed {
    return caller.call(address, header.getBytes(UTF_8), null, LONG);
  }

  private static String text(Response response) {
    return new String(response.header(), UTF_8);
  }

  private static Limits limits(int maxConnections, long idleMs) {
    return new Limits(1000, 1000, maxConnections, 2, 10_000, 10_000, idleMs);
  }

  @Test
  void anAnswersBodyMayLieInSeveralFiles(@TempDir Path folder) throws Exception {
    byte[] bytes = new byte[600_000];
    new Random(5).nextBytes(bytes);
    Path file = Files.write(folder.resolve("file"), bytes);
    List<FileChannel> opened = new ArrayList<>();
    TransportServer server =
        TransportServer.open(
            HOST,
            0,
            () -> new Hello("c1", "n1"),
            (request, from) -> {
              List<Body.InFile> parts = new ArrayList<>();
              for (int[] stretch : new int[][] {{5, 300_000}, {0, 0}, {599_999, 1}, {0, 10}}) {
                FileChannel channel = FileChannel.open(file);
                opened.add(channel);
                parts.add(new Body.InFile(channel, stretch[0], stretch[1]));
              }
              return new Response(new byte[0], new Body.InFiles(parts));
            },
            lostPeers::add,
            Limits.DEFAULT);
    toClose.add(server);
    ByteBuffer wanted = ByteBuffer.allocate(300_011);
    wanted.put(bytes, 5, 300_000).put(bytes, 599_999, 1).put(bytes, 0, 10).flip();
    Caller caller = caller();
    for (int i = 0; i < 3; i++) {
      assertEquals(wanted, call(caller, server.address(), "").bytes());
    }
    for (FileChannel channel : List.copyOf(opened).subList(0, 8)) {
      assertFalse(channel.isOpen(), "what was sent is closed");
    }
  }

  @Test
  void aCallAndItsBodyGoThereAndBack() throws Exception {
    Address address = server().address();
    Caller caller = caller();
    Response bare = call(caller, address, "");
    assertEquals("n2:", text(bare));
    assertNull(bare.body());
    for (int bytes : new int[] {0, 1, 300_000, 9_000_000}) {
      byte[] sent = new byte[bytes];
      new Random(bytes).nextBytes(sent);
      ByteBuffer body = ByteBuffer.wrap(sent);
      String header = "h".repeat(bytes / 10);
      Response response = caller.call(address, header.getBytes(UTF_8), body, LONG);
      assertEquals("n2:" + header, text(response));
      assertEquals(bytes, body.remaining(), "the caller's buffer is left as it was");
      ByteBuffer back = response.bytes();
      assertNotNull(back);
      assertEquals(bytes, back.remaining());
      for (byte b : sent) {
        assertEquals((byte) (b + 1), back.get());
      }
    }
  }

  @Test
  void manyCallsAtOnceEachGetTheirOwnAnswer() throws Exception {
    TransportServer server = server();
    Caller caller = caller();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        String header = "call " + i;
        answers.add(threads.submit(() -> text(call(caller, server.address(), header))));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertEquals("n2:call " + i, answers.get(i).get());
      }
    }
    assertTrue(
        server.connections() <= Limits.DEFAULT.maxPerPeer(), "found " + server.connections());
  }

  @Test
  void aCallThatFindsAllConnectionsBusyWaitsUntilItsDeadlineAndIsNotSent() throws Exception {
    Address address = server().address();
    Caller caller = caller("c1", limits(10, 60_000));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Response>> hanging = new ArrayList<>();
      for (int i = 0; i < limits(10, 60_000).maxPerPeer(); i++) {
        hanging.add(threads.submit(() -> call(caller, address, "hang")));
      }
      eventually(() -> hung.get() == hanging.size(), () -> "the calls to be under way");
      var e =
          assertThrows(
              PeerUnreachable.class,
              () -> caller.call(address, new byte[0], null, Duration.ofMillis(200)));
      assertTrue(e.toString().contains("busy"), e.toString());
      neverAnswered.countDown();
      for (Future<Response> call : hanging) {
        assertEquals("n2:hang", text(call.get()));
      }
    }
  }

  @Test
  void anErrorOfTheHandlerIsARefusalAndTheConnectionLivesOn() throws Exception {
    TransportServer server = server();
    Caller caller = caller();
    var refused = assertThrows(CallRefused.class, () -> call(caller, server.address(), "refuse"));
    assertEquals("no such thing on n1", refused.reason());
    var failed = assertThrows(CallRefused.class, () -> call(caller, server.address(), "fail"));
    assertEquals("IllegalStateException", failed.reason());
    assertEquals("n2:x", text(call(caller, server.address(), "x")));
    assertEquals(1, server.connections());
  }

  @Test
  void nobodyListeningIsRefusedAndSafeToRepeat() throws Exception {
    TransportServer server = server();
    server.close();
    Caller caller = caller();
    var e = assertThrows(PeerUnreachable.class, () -> call(caller, server.address(), "x"));
    assertTrue(e.refused());
    assertTrue(e.toString().contains(server.address().toString()), e.toString());
    Address nowhere = new Address("no-such-host.invalid", 1);
    assertFalse(assertThrows(PeerUnreachable.class, () -> call(caller, nowhere, "x")).refused());
  }

  @Test
  void aPeerThatNeverGreetsIsUnreachableWhenTimeIsUp() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Address address = new Address(HOST, mute.getLocalPort());
      Caller caller = caller();
      var e =
          assertThrows(
              PeerUnreachable.class,
              () -> caller.call(address, new byte[0], null, Duration.ofMillis(200)));
      assertFalse(e.refused());
      assertTrue(e.toString().contains("200 ms"), e.toString());
    }
  }

  @Test
  void noAnswerInTimeIsAnUnknownOutcome() throws Exception {
    Address address = server().address();
    Caller caller = caller();
    byte[] hang = "hang".getBytes(UTF_8);
    assertThrows(
        CallOutcomeUnknown.class, () -> caller.call(address, hang, null, Duration.ofMillis(200)));
    assertEquals("n2:x", text(call(caller, address, "x")), "the next call has its own connection");
    assertEquals(0, lostLinks.size(), "this end closed it");
  }

  @Test
  void aPeerThatDiesInACallIsAnUnknownOutcomeAndAHint() throws Exception {
    TransportServer server = server();
    Caller caller = caller();
    call(caller, server.address(), "x");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call = threads.submit(() -> call(caller, server.address(), "hang"));
      eventually(() -> hung.get() == 1, () -> "the call to be under way");
      server.close();
      var e = assertThrows(ExecutionException.class, call::get);
      assertInstanceOf(CallOutcomeUnknown.class, e.getCause());
    }
    assertEquals(server.address(), lostLinks.poll(60, TimeUnit.SECONDS));
  }

  @Test
  void anIdleLinkNoticesADeathAndTheNextCallReachesTheRestartedPeer() throws Exception {
    TransportServer server = server();
    Caller caller = caller();
    call(caller, server.address(), "x");
    server.close();
    assertEquals(server.address(), lostLinks.poll(60, TimeUnit.SECONDS));
    server(server.address().port(), "c1", Limits.DEFAULT);
    assertEquals("n2:y", text(call(caller, server.address(), "y")));
  }

  @Test
  void idleLinksAreClosedWithAGoodbye() throws Exception {
    TransportServer server = server();
    Caller caller = caller("c1", limits(10, 50));
    call(caller, server.address(), "x");
    eventually(() -> server.connections() == 0, () -> "the idle link to be closed");
    assertEquals("n2:y", text(call(caller, server.address(), "y")));
    caller.close();
    eventually(() -> server.connections() == 0, () -> "the caller's links to be closed");
    assertNull(lostPeers.poll());
    assertNull(lostLinks.poll());
  }

  @Test
  void nodesOfAnotherClusterAreTurnedAwayAndThoseOfNoneAreNot() throws Exception {
    TransportServer server = server();
    Caller stranger = caller("c2", Limits.DEFAULT);
    var e = assertThrows(PeerUnreachable.class, () -> call(stranger, server.address(), "x"));
    assertTrue(e.toString().contains("c1") && e.toString().contains("c2"), e.toString());
    assertEquals(
        "n2:x", text(call(caller(Hello.NO_CLUSTER, Limits.DEFAULT), server.address(), "x")));
  }

  @Test
  void aNodeThatJoinsStatesItsClusterOnNewConnections() throws Exception {
    List<String> clusters = new ArrayList<>();
    TransportServer server =
        TransportServer.open(
            HOST,
            0,
            () -> new Hello("c1", "n1"),
            (request, from) -> {
              clusters.add(from.hello().clusterId());
              return new Response(new byte[0], null);
            },
            lostPeers::add,
            Limits.DEFAULT);
    toClose.add(server);
    String[] cluster = {Hello.NO_CLUSTER};
    Caller caller = new Caller(() -> new Hello(cluster[0], "n2"), lostLinks::add, Limits.DEFAULT);
    toClose.add(caller);
    call(caller, server.address(), "");
    cluster[0] = "c1";
    call(caller, server.address(), "");
    assertEquals(List.of("", "c1"), clusters);
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeItIsSent() throws Exception {
    Address address = server(0, "c1", limits(10, 60_000)).address();
    Caller caller = caller("c1", limits(10, 60_000));
    @Nullable ByteBuffer none = null;
    assertThrows(
        IllegalArgumentException.class, () -> caller.call(address, new byte[1001], none, LONG));
    assertThrows(
        IllegalArgumentException.class,
        () -> caller.call(address, new byte[1], ByteBuffer.allocate(1001), LONG));
    byte[] full = "x".repeat(1000).getBytes(UTF_8);
    var e = assertThrows(CallRefused.class, () -> caller.call(address, full, none, LONG));
    assertTrue(e.reason().contains("1003"), "the answer has the name before it: " + e.reason());
  }

  @Test
  void aClosedCallerCallsNobody() throws Exception {
    TransportServer server = server();
    Caller caller = caller();
    caller.close();
    assertThrows(CallFailed.class, () -> call(caller, server.address(), "x"));
    eventually(() -> server.connections() == 0, () -> "its connection to be closed");
  }

  @Test
  void theFirstFreePortIsTaken() throws Exception {
    TransportServer taken = server();
    int first = taken.address().port();
    TransportServer next =
        FirstFreePort.bind(first, 1, 100, port -> server(port, "c1", Limits.DEFAULT));
    assertTrue(next.address().port() > first);
    BindException none =
        assertThrows(
            BindException.class,
            () -> FirstFreePort.bind(first, 1, 1, port -> server(port, "c1", Limits.DEFAULT)));
    assertTrue(none.toString().contains(Integer.toString(first)), none.toString());
  }
}
