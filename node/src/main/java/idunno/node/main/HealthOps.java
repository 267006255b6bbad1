package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.Health;
import idunno.core.files.Health.Trouble;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.api.FsckView;
import idunno.node.gateway.HealthPort;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Looks at the store's health, for the gateway. */
final class HealthOps implements HealthPort {
  private static final Duration DISK_WITHIN = Duration.ofSeconds(5);

  /** So many files are looked at before the state may go on. */
  private static final int STEP_FILES = 2_000;

  /** So many versions with trouble are listed where not all are asked for. */
  private static final int LISTED = 100;

  private final NodeProcess process;

  HealthOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public void fsck(boolean all, Consumer<FsckView> sink) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    Walk walk = new Walk(node, node.state().read(s -> s.members().aliveNames()));
    List<Trouble> listed = new ArrayList<>();
    walk.over(
        trouble -> {
          if (listed.size() < LISTED) {
            listed.add(trouble);
          }
        });
    Health.Chunks chunks = node.state().read(s -> Health.of(s.files().chunks(), walk.alive));
    sink.accept(
        new FsckView.Verdict(
            chunks.verdict(), walk.files, walk.versions, walk.bytes, walk.troubled, chunks));
    if (all && walk.troubled > listed.size()) {
      // Again from the beginning: to remember them all would take as much memory as there are.
      new Walk(node, walk.alive).over(trouble -> sink.accept(viewOf(trouble)));
    } else {
      listed.forEach(trouble -> sink.accept(viewOf(trouble)));
      if (walk.troubled > listed.size()) {
        sink.accept(new FsckView.More(walk.troubled - listed.size()));
      }
    }
    disks(sink);
  }

  private static FsckView viewOf(Trouble trouble) {
    return new FsckView.Troubled(
        trouble.name(),
        trouble.version(),
        trouble.verdict(),
        trouble.replicas(),
        trouble.missing());
  }

  /** Goes through all files in steps, so that a large store doesn't stand still meanwhile. */
  private static final class Walk {
    private final Node node;
    private final NavigableSet<NodeName> alive;
    private long files;
    private long versions;
    private long bytes;
    private long troubled;

    Walk(Node node, NavigableSet<NodeName> alive) {
      this.node = node;
      this.alive = alive;
    }

    void over(Consumer<Trouble> sink) {
      Optional<FileName> after = Optional.empty();
      while (true) {
        Optional<FileName> from = after;
        List<Trouble> found = new ArrayList<>();
        after = node.state().read(s -> step(s.files(), from, found));
        found.forEach(sink);
        if (after.isEmpty()) {
          return;
        }
      }
    }

    /** Looks at some files; {@return the last of them, if there may be more} */
    private Optional<FileName> step(
        FileTable table, Optional<FileName> after, List<Trouble> found) {
      List<FileName> names = table.namesAfter(after, STEP_FILES);
      for (FileName name : names) {
        files++;
        for (FileVersion version : table.versions(name)) {
          versions++;
          bytes += version.length();
          Optional<Trouble> trouble = Health.of(name, version, table::chunk, alive);
          if (trouble.isPresent()) {
            troubled++;
            found.add(trouble.get());
          }
        }
      }
      return names.size() < STEP_FILES ? Optional.empty() : Optional.of(names.getLast());
    }
  }

  @Override
  public void startScrub(Consumer<FsckView> sink) throws IOException, InterruptedException {
    Node node = process.node();
    askAll(
        node,
        sink,
        member ->
            new FsckView.ScrubBegun(
                member.name(),
                node.peers()
                    .expect(
                        member.place().peer(),
                        new PeerRequest.StartScrub(),
                        PeerReply.ScrubStarted.class,
                        DISK_WITHIN)
                    .round()));
  }

  @Override
  public void disks(Consumer<FsckView> sink) throws IOException, InterruptedException {
    Node node = process.node();
    askAll(
        node,
        sink,
        member ->
            new FsckView.NodeDisk(
                member.name(),
                node.peers()
                    .expect(
                        member.place().peer(),
                        new PeerRequest.AskDisk(),
                        PeerReply.Disk.class,
                        DISK_WITHIN)
                    .report()));
  }

  private interface Question {
    FsckView ask(Member member) throws IOException;
  }

  /** Asks all members at once; those that are known to be gone are only named. */
  private static void askAll(Node node, Consumer<FsckView> sink, Question question)
      throws InterruptedException {
    List<Member> members =
        node.state()
            .read(
                s ->
                    s.members().all().stream()
                        .filter(member -> member.state() != MemberState.LEFT)
                        .toList());
    BlockingQueue<FsckView> answers = new LinkedBlockingQueue<>();
    for (Member member : members) {
      Thread.ofVirtual()
          .name("ask-disk-" + member.name())
          .start(() -> answers.add(answer(member, question)));
    }
    for (int i = 0; i < members.size(); i++) {
      sink.accept(answers.take());
    }
  }

  private static FsckView answer(Member member, Question question) {
    if (member.state() == MemberState.FAILED) {
      String state = member.state().name().toLowerCase(Locale.ROOT);
      return new FsckView.Silence(member.name(), "it has " + state);
    }
    try {
      return question.ask(member);
    } catch (IOException e) {
      return new FsckView.Silence(member.name(), String.valueOf(e.getMessage()));
    }
  }
}
