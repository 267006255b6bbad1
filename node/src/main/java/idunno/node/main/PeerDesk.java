package idunno.node.main;

import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Scope;
import idunno.core.files.ChunkId;
import idunno.core.files.StoredChunk;
import idunno.node.chunks.ChunkStore;
import idunno.node.codec.Codec;
import idunno.node.coordination.CoordinatorLoop;
import idunno.node.logs.LogGrep;
import idunno.node.transfer.Replicas;
import idunno.node.transport.Body;
import idunno.node.transport.Handler;
import idunno.node.transport.PeerInfo;
import idunno.node.transport.Request;
import idunno.node.transport.Response;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import idunno.node.wire.Peers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers what other nodes ask of this one. */
final class PeerDesk implements Handler {
  private static final Duration FETCH_WITHIN = Duration.ofSeconds(20);

  private final Codec codec = Codec.cbor();
  private final ChunkStore chunks;
  private final OwnChunks own;
  private final Lookups lookups;
  private final PackedPuts puts;
  private final DiskDuty disk;
  private final ChunkChain chain;
  private final Path logFolder;
  private final Peers peers;
  private final Electorate electorate;
  private final CoordinatorLoop coordinator;
  private final Warmer warmer;

  PeerDesk(
      ChunkStore chunks,
      OwnChunks own,
      Lookups lookups,
      PackedPuts puts,
      DiskDuty disk,
      ChunkChain chain,
      Path logFolder,
      Peers peers,
      Electorate electorate,
      CoordinatorLoop coordinator,
      Warmer warmer) {
    this.chunks = chunks;
    this.own = own;
    this.lookups = lookups;
    this.puts = puts;
    this.disk = disk;
    this.chain = chain;
    this.logFolder = logFolder;
    this.peers = peers;
    this.electorate = electorate;
    this.coordinator = coordinator;
    this.warmer = warmer;
  }

  @Override
  public Response handle(Request request, PeerInfo from) throws Exception {
    PeerRequest asked = codec.decodeComplete(request.header(), PeerRequest.class);
    return switch (asked) {
      case PeerRequest.ReadChunk read -> read(read);
      case PeerRequest.ReadFiles read -> lookups.read(read);
      default -> plain(answer(asked, request.body()));
    };
  }

  private Response plain(PeerReply reply) {
    return new Response(codec.encode(reply), null);
  }

  private PeerReply answer(PeerRequest request, @Nullable ByteBuffer body) throws Exception {
    return switch (request) {
      case PeerRequest.AddVoter add -> {
        electorate.add(add.node(), add.voterId(), add.consensus());
        yield new PeerReply.Done();
      }
      case PeerRequest.RemoveVoter remove -> {
        electorate.remove(remove.voterId());
        yield new PeerReply.Done();
      }
      case PeerRequest.AskTerm ask -> new PeerReply.Term(electorate.term(ask.replica()));
      case PeerRequest.AskLogEnd ask -> electorate.logEnd(ask.replica());
      case PeerRequest.WorkerBeat beat -> beat(beat);
      case PeerRequest.AskReport ask -> report(ask.scope());
      case PeerRequest.EvenOut ask -> evenOut(ask);
      case PeerRequest.AskVoting ignored -> voting();
      case PeerRequest.WriteChunk write -> write(write, body);
      case PeerRequest.PutFiles put -> puts.put(put, body);
      case PeerRequest.ReadChunk _, PeerRequest.ReadFiles _ ->
          throw new IllegalStateException(request + " is answered with bytes");
      case PeerRequest.CheckChunk check -> {
        own.suspect(check.chunk());
        yield new PeerReply.Done();
      }
      case PeerRequest.KeepChunks keep -> keep(keep);
      case PeerRequest.FetchChunk fetch -> fetch(fetch);
      case PeerRequest.AskDisk ignored -> new PeerReply.Disk(disk.report());
      case PeerRequest.StartScrub ignored ->
          new PeerReply.ScrubStarted(disk.scrubber().startRound());
      case PeerRequest.AskHeld ignored -> held();
      case PeerRequest.Grep grep -> grep(grep);
      case PeerRequest.Warm warm -> new PeerReply.Warmed(warmer.warm(warm.model()));
      case PeerRequest.AskWarm ignored -> new PeerReply.WarmList(warmer.held());
    };
  }

  private PeerReply beat(PeerRequest.WorkerBeat beat) throws InterruptedException {
    try {
      return new PeerReply.BeatAnswered(coordinator.beat(beat.beat()));
    } catch (CoordinatorLoop.NotCoordinator e) {
      return new PeerReply.NotCoordinator();
    }
  }

  private PeerReply report(Scope scope) throws InterruptedException {
    try {
      return new PeerReply.Reported(coordinator.report(scope));
    } catch (CoordinatorLoop.NotCoordinator e) {
      return new PeerReply.NotCoordinator();
    }
  }

  private PeerReply evenOut(PeerRequest.EvenOut ask) {
    Balance.check(ask.withinPoints());
    try {
      coordinator.balance(ask.withinPoints());
      return new PeerReply.Done();
    } catch (CoordinatorLoop.NotCoordinator e) {
      return new PeerReply.NotCoordinator();
    }
  }

  private PeerReply voting() {
    return coordinator.leads() ? electorate.voting() : new PeerReply.NotCoordinator();
  }

  private PeerReply write(PeerRequest.WriteChunk write, @Nullable ByteBuffer body)
      throws IOException {
    if (body == null) {
      throw new IOException("chunk " + write.chunk() + ": expected its bytes, found none");
    }
    Replicas.Written written =
        chain.write(write.chunk(), body, write.sums(), write.cached(), write.onward());
    return new PeerReply.ChunkHeld(written.by(), written.failures());
  }

  private Response read(PeerRequest.ReadChunk read) throws IOException {
    try {
      ChunkStore.Part part = own.part(read.chunk(), read.offset(), read.length());
      return new Response(
          codec.encode(new PeerReply.Done()),
          new Body.InFile(part.file(), part.offset(), part.length()));
    } catch (NoSuchFileException e) {
      return plain(new PeerReply.NoSuchChunk(read.chunk(), "not on this disk"));
    }
  }

  private PeerReply keep(PeerRequest.KeepChunks keep) throws IOException {
    return new PeerReply.Missing(
        disk.keep(
            keep.chunks().stream()
                .map(sum -> new StoredChunk(sum.id(), sum.length(), sum.crc32c(), List.of()))
                .toList()));
  }

  private PeerReply fetch(PeerRequest.FetchChunk fetch) throws IOException {
    Peers.Answer answer =
        peers.ask(
            fetch.from(),
            new PeerRequest.ReadChunk(fetch.chunk(), 0, fetch.length()),
            null,
            FETCH_WITHIN);
    ByteBuffer bytes = answer.body();
    if (!(answer.reply() instanceof PeerReply.Done) || bytes == null) {
      throw new IOException(
          "chunk " + fetch.chunk() + " from " + fetch.from() + ": it answered " + answer.reply());
    }
    disk.makeWay(fetch.chunk());
    chunks.write(fetch.chunk().value(), bytes, fetch.crc32c());
    return new PeerReply.Done();
  }

  private PeerReply held() throws IOException {
    List<ChunkId> ids = chunks.list().stream().map(held -> new ChunkId(held.id())).toList();
    return new PeerReply.Held(ids, chunks.usedBytes(), chunks.freeBytes());
  }

  private PeerReply grep(PeerRequest.Grep grep) throws IOException {
    long startedNanos = System.nanoTime();
    LogGrep.Found found = LogGrep.run(logFolder, grep.query());
    List<PeerReply.Line> lines =
        found.lines().stream().map(line -> new PeerReply.Line(line.number(), line.text())).toList();
    return new PeerReply.Grepped(
        lines, found.matches(), found.scanned(), (System.nanoTime() - startedNanos) / 1_000_000);
  }
}
