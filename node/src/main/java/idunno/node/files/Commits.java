package idunno.node.files;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.replica.Proposer;
import idunno.node.transfer.TooFewReplicas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;

/** New versions of files, on their way into the log; or the word that they won't come. */
final class Commits {
  private static final Duration WITHIN = Duration.ofSeconds(30);

  /** So many files are committed by one command; an entry of the log stays well under its bound. */
  static final int FILES_PER_COMMIT = 2_000;

  private final Proposer proposer;
  private final LongSupplier clockMs;

  Commits(Proposer proposer, LongSupplier clockMs) {
    this.proposer = proposer;
    this.clockMs = clockMs;
  }

  /** What is done before a commit. */
  interface Preparing<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * Does what comes before a request's commit. Where too few nodes can be had for it, the request
   * is given up by the log before that is said: an earlier try of it, through another node, may
   * have been committed, or may still be on its way.
   *
   * @throws IOException if too few nodes can be had; nothing is visible then, nor ever will be
   * @throws Proposer.OutcomeUnknown if an earlier try was committed, or may be
   */
  <T> T prepared(RequestId id, Preparing<T> preparing)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    try {
      return preparing.run();
    } catch (TooFewReplicas e) {
      switch (proposer.submit(id, new Command.GiveUp(), WITHIN)) {
        case Reply.GivenUp _ -> throw e.andNothingWasCommitted();
        case Reply.Conflict conflict -> throw new FileStore.Conflict(conflict);
        case Reply.Refused refused -> throw new FileStore.Refused(refused.reason());
        default ->
            throw new Proposer.OutcomeUnknown(
                e.getMessage()
                    + "; but an earlier try of the same request was committed:"
                    + " look what is there before asking again",
                e);
      }
    }
  }

  /**
   * Makes files visible, in groups of up to 2,000.
   *
   * @return the new versions' numbers, in the order of the files
   */
  List<Integer> commit(
      RequestId id, List<NewFile> files, List<StoredChunk> chunks, Optional<FileName> folder)
      throws IOException, InterruptedException, Proposer.OutcomeUnknown {
    List<Integer> versions = new ArrayList<>();
    for (int from = 0; from < files.size(); from += FILES_PER_COMMIT) {
      List<NewFile> group = files.subList(from, Math.min(files.size(), from + FILES_PER_COMMIT));
      Command commit =
          new Command.CommitFiles(group, chunksOf(group, chunks), folder, clockMs.getAsLong());
      switch (proposer.submit(ofGroup(id, from / FILES_PER_COMMIT), commit, WITHIN)) {
        case Reply.Committed committed -> versions.addAll(committed.numbers());
        case Reply.Conflict conflict -> throw new FileStore.Conflict(conflict);
        case Reply.Refused refused -> throw new FileStore.Refused(refused.reason());
        case Reply.GivenUp _ ->
            throw new IOException(
                "another try of this request was given up;"
                    + " nothing was committed, so the same put can be repeated");
        case Reply other -> throw new IllegalStateException("a commit was answered by " + other);
      }
    }
    return versions;
  }

  /**
   * The id of one of the commands of a request. Those behind the first get a session of their own:
   * the client's next sequence belongs to its next request.
   */
  private static RequestId ofGroup(RequestId id, int group) {
    if (group == 0) {
      return id;
    }
    String session = id.client() + "/" + id.sequence();
    return new RequestId(
        UUID.nameUUIDFromBytes(session.getBytes(StandardCharsets.UTF_8)).toString(), group);
  }

  private static List<StoredChunk> chunksOf(List<NewFile> files, List<StoredChunk> chunks) {
    NavigableSet<String> wanted = new TreeSet<>();
    files.forEach(file -> file.extents().forEach(extent -> wanted.add(extent.chunk().value())));
    return chunks.stream().filter(chunk -> wanted.contains(chunk.id().value())).toList();
  }
}
