package idunno.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.jobs.Phase;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.core.state.Request;
import idunno.node.codec.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ReplicatedStateTest {
  private static final int NAMES = 50_050;

  private final ReplicatedState state =
      new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
  private long requests;

  private List<Reply> apply(List<Command> commands) {
    List<Request> all = new ArrayList<>();
    commands.forEach(one -> all.add(new Request(new RequestId("test", ++requests), one)));
    byte[] outcome = state.apply(Codec.cbor().encode(new Entry(all)));
    return Codec.cbor().decode(outcome, Entry.Outcome.class).replies();
  }

  private static NewFile empty(String name) {
    return new NewFile(new FileName(name), 0, 0, List.of());
  }

  private static Command commit(List<NewFile> files) {
    return new Command.CommitFiles(files, List.of(), Optional.empty(), 5);
  }

  @Test
  void allThatIsKnownOfVersionsGoesThroughASnapshot() throws IOException {
    // More names come and go than are remembered one by one.
    List<NewFile> many = new ArrayList<>();
    List<Command> deletes = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      many.add(empty("logs/" + i));
      deletes.add(new Command.DeleteFile(new FileName("logs/" + i), 0, 5));
    }
    apply(List.of(commit(many)));
    apply(deletes);
    FileName kept = new FileName("kept");
    List<Reply> replies =
        apply(
            List.of(
                commit(List.of(empty("kept"), empty("deleted"))),
                commit(List.of(empty("kept").onlyOver(Optional.of(7)))),
                new Command.KeepVersions(kept, 3),
                new Command.DeleteFile(new FileName("deleted"), 1_000, 5),
                new Command.CopyFile(kept, Optional.of(1), new FileName("copy"), 6),
                new Command.MoveFile(new FileName("copy"), new FileName("moved"))));
    assertEquals(new Reply.Conflict(kept, 7, 1), replies.get(1));
    assertEquals(new Reply.Copied(1, 0, Optional.of(1)), replies.get(4));

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    state.writeSnapshot(out);
    ReplicatedState restored =
        new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
    restored.readSnapshot(new ByteArrayInputStream(out.toByteArray()));
    assertEquals(
        state.read(ClusterState::snapshot).files(), restored.read(ClusterState::snapshot).files());
  }

  @Test
  void whoRunsBatchesIsToldWhenAJobComesOrGoesAndNotOfEachBatch() {
    AtomicInteger told = new AtomicInteger();
    ReplicatedState listened =
        new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, told::incrementAndGet);
    List<Command> commands =
        List.of(
            new Command.CompleteBatches(List.of(), 5),
            new Command.EnterPhase(Phase.TRAINING),
            commit(List.of(empty("picture"))));
    for (Command command : commands) {
      Request request = new Request(new RequestId("test", ++requests), command);
      listened.apply(Codec.cbor().encode(new Entry(List.of(request))));
    }
    assertEquals(1, told.get());
  }
}
