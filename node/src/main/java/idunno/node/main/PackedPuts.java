package idunno.node.main;

import idunno.core.files.Placement;
import idunno.core.files.StoredChunk;
import idunno.core.membership.Member;
import idunno.node.files.FileStore;
import idunno.node.replica.Proposer;
import idunno.node.transfer.Replicas;
import idunno.node.wire.PeerReply.FilesPut;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Short files that share a chunk, held and committed by one call. Nobody is asked again whether the
 * chunk is there, since it was written a moment ago.
 */
final class PackedPuts {
  private final ChunkChain chain;
  private final Places places;
  private final FileStore files;
  private final Compass compass;

  PackedPuts(ChunkChain chain, Places places, FileStore files, Compass compass) {
    this.chain = chain;
    this.places = places;
    this.files = files;
    this.compass = compass;
  }

  /**
   * Puts them.
   *
   * @throws IOException if that didn't succeed at once, for whatever reason. It may have been done
   *     nevertheless; the same request by the API finds out, or does it
   */
  FilesPut put(PeerRequest.PutFiles ask, @Nullable ByteBuffer bytes)
      throws IOException, InterruptedException {
    if (bytes == null || !bytes.hasRemaining()) {
      throw new IOException("chunk " + ask.chunk() + ": expected its bytes, found none");
    }
    int length = bytes.remaining();
    Replicas.Written written = chain.write(ask.chunk(), bytes, ask.sums(), true, ask.onward());
    int wanted = Math.min(Placement.COPIES, places.get().size());
    if (wanted == 0 || written.by().size() < wanted) {
      throw new IOException(
          "chunk %s: expected %d nodes to hold it, found %d (%s)"
              .formatted(
                  ask.chunk(), wanted, written.by().size(), String.join("; ", written.failures())));
    }
    StoredChunk chunk =
        new StoredChunk(ask.chunk(), length, ask.sums().whole(length), written.by());
    try {
      FileStore.Put put = files.commitHeld(ask.id(), ask.files(), List.of(chunk));
      return new FilesPut(put.versions(), put.replicas(), compass.coordinator().map(Member::name));
    } catch (FileStore.Conflict | FileStore.Refused | Proposer.OutcomeUnknown e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
