package idunno.node.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.Candidate;
import idunno.core.files.DiskRoom;
import idunno.core.files.FileName;
import idunno.node.api.DataViews;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import idunno.node.transport.Hello;
import idunno.node.transport.Http;
import idunno.node.transport.Limits;
import idunno.node.transport.PeerInfo;
import idunno.node.transport.Request;
import idunno.node.transport.Response;
import idunno.node.transport.TransportServer;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short files, put by one call to a node, or by several where that one fails. */
@Timeout(60)
final class PackedUploadTest {
  private static final NodeName NODE = new NodeName("n1");

  @TempDir Path folder;
  private final Codec codec = Codec.cbor();
  private final List<RequestId> put = Collections.synchronizedList(new ArrayList<>());
  private boolean answers = true;
  private FakeApi api;
  private TransportServer node;
  private Client client;

  @BeforeEach
  void open() throws IOException {
    Hello hello = new Hello("cluster", NODE.value());
    node = TransportServer.open("127.0.0.1", 0, () -> hello, this::handle, _ -> {}, Limits.DEFAULT);
    Candidate candidate = new Candidate(NODE, "", new DiskRoom(0, 1L << 30, true));
    api =
        new FakeApi()
            .knowing(
                new DataViews.NodesView(
                    "cluster", List.of(new DataViews.NodeAt(candidate, node.address()))))
            .answering(
                exchange -> FakeApi.json(exchange, new DataViews.CommittedView(List.of(7), 1)));
    client = Client.connect(List.of(new Address("127.0.0.1", api.address().port())), Http.client());
  }

  @AfterEach
  void close() {
    client.close();
    node.close();
    api.close();
  }

  /** Does what a node does, but that the answer to a put may be lost on the way. */
  private Response handle(Request request, PeerInfo from) throws IOException {
    PeerReply reply =
        switch (codec.decode(request.header(), PeerRequest.class)) {
          case PeerRequest.KeepChunks _ -> new PeerReply.Missing(List.of());
          case PeerRequest.WriteChunk _ -> new PeerReply.ChunkHeld(List.of(NODE), List.of());
          case PeerRequest.PutFiles files -> {
            put.add(files.id());
            if (!answers) {
              throw new IOException("it is known elsewhere");
            }
            yield new PeerReply.FilesPut(List.of(3), 1, Optional.of(NODE));
          }
          case PeerRequest other -> throw new IOException("unexpected: " + other);
        };
    return new Response(codec.encode(reply), null);
  }

  private Views.PutView putOne() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.write(file, "hello".getBytes(StandardCharsets.UTF_8));
    return client.put(file, new FileName("a"), ByteProgress.SILENT);
  }

  @Test
  void aShortFileTakesOneCall() throws IOException {
    assertEquals(3, putOne().version());
    assertEquals(1, put.size());
    assertTrue(
        api.asked().stream().noneMatch(asked -> asked.method().equals("POST")),
        api.asked().toString());
  }

  /** It may have been done: only under its own id can it be asked again, and be done once. */
  @Test
  void aPutWhoseOutcomeIsUnknownIsAskedAgainByTheApiUnderItsOwnId() throws IOException {
    answers = false;
    assertEquals(7, putOne().version());
    FakeApi.Asked commit = api.asked().getLast();
    assertEquals("/v1/commits", commit.target());
    assertEquals(List.of(new RequestId(commit.client(), Long.parseLong(commit.sequence()))), put);
  }
}
