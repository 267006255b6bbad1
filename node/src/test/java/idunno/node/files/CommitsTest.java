package idunno.node.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import idunno.node.transfer.FakeReplicas;
import idunno.node.transfer.Holders;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several tries of one request: all of them are told the same. */
class CommitsTest {
  private static final FileName NAME = new FileName("x");
  private static final RequestId ID = new RequestId(UUID.randomUUID().toString(), 1);

  private final ReplicatedState state =
      new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
  private final Proposer proposer = new Proposer((entry, timeout) -> state.apply(entry));
  private final Commits commits = new Commits(proposer, () -> 1);

  @AfterEach
  void close() {
    proposer.close();
  }

  private List<Integer> commit() throws Exception {
    NewFile file = new NewFile(NAME, 0, 0, List.of());
    return commits.commit(ID, List.of(file), List.of(), Optional.empty());
  }

  /** A try whose chunk nobody has. */
  private List<StoredChunk> inVain() throws Exception {
    ChunkId id = new ChunkId(UUID.randomUUID().toString());
    List<StoredChunk> lost = List.of(new StoredChunk(id, 1, 1, List.of(FakeReplicas.node(1))));
    return commits.prepared(ID, () -> new Holders(new FakeReplicas(4)).confirm(lost));
  }

  @Test
  void aTryThatFailsBeforeItsCommitEndsTheRequest() throws Exception {
    IOException failed = assertThrows(IOException.class, this::inVain);
    assertTrue(failed.toString().contains("nothing was committed"), failed.toString());
    IOException late = assertThrows(IOException.class, this::commit);
    assertTrue(late.toString().contains("nothing was committed"), late.toString());
    assertEquals(List.of(), state.read(s -> s.files().versions(NAME)));
  }

  @Test
  void aTryThatFailsAfterAnotherWasCommittedDoesNotSayThatNothingWas() throws Exception {
    assertEquals(List.of(1), commit());
    Proposer.OutcomeUnknown failed = assertThrows(Proposer.OutcomeUnknown.class, this::inVain);
    assertTrue(failed.toString().contains("an earlier try"), failed.toString());
    assertEquals(List.of(1), commit());
  }
}
