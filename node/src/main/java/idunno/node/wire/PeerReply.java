package idunno.node.wire;

import idunno.core.base.NodeName;
import idunno.core.coordinator.Report;
import idunno.core.files.ChunkId;
import idunno.core.files.DiskReport;
import idunno.core.files.FileVersion;
import idunno.core.files.StoredChunk;
import idunno.core.models.ModelKey;
import idunno.core.worker.Beat;
import java.util.List;
import java.util.Optional;

/** What a node answers to a {@link PeerRequest}. */
public sealed interface PeerReply {
  /** Done, or the answer is in the body. */
  record Done() implements PeerReply {}

  /** The highest term that a replica has seen. */
  record Term(long term) implements PeerReply {}

  /**
   * The last entry of a replica's log.
   *
   * @param term the term in which it was made; 0 in an empty log
   * @param index its place in the log; -1 in an empty one
   */
  record LogEnd(long term, long index) implements PeerReply {}

  /**
   * Where files lie, in the order of the question; the bytes of some are in the body.
   *
   * @param coordinator whom this node takes for the coordinator, which answers soonest
   */
  record FilesRead(List<FileRead> files, Optional<NodeName> coordinator) implements PeerReply {
    /** Keeps its own copy of the list. */
    public FilesRead {
      files = List.copyOf(files);
    }
  }

  /**
   * Files are visible.
   *
   * @param versions their new versions' numbers, in the order of the request
   * @param replicas how many nodes hold them
   * @param coordinator whom this node takes for the coordinator
   */
  record FilesPut(List<Integer> versions, int replicas, Optional<NodeName> coordinator)
      implements PeerReply {
    /** Keeps its own copy of the list. */
    public FilesPut {
      versions = List.copyOf(versions);
    }
  }

  /**
   * Where a file's latest version lies.
   *
   * @param version absent if there is no such file
   * @param chunks the chunks of its extents and who holds them, each once
   * @param sent whether its bytes are in the body
   */
  record FileRead(Optional<FileVersion> version, List<StoredChunk> chunks, boolean sent) {
    /** Keeps its own copy of the list. */
    public FileRead {
      chunks = List.copyOf(chunks);
    }

    /** How many bytes of the body are its. */
    public long bodyBytes() {
      return sent ? version.map(FileVersion::length).orElse(0L) : 0;
    }
  }

  /** This node is not the coordinator; whoever asked looks again for who is. */
  record NotCoordinator() implements PeerReply {}

  /** The answer to a beat. */
  record BeatAnswered(Beat.Answer answer) implements PeerReply {}

  /** What the coordinator knows. */
  record Reported(Report report) implements PeerReply {}

  /**
   * How the coordinator's log stands.
   *
   * @param term the term of its election
   * @param entries how many entries are committed
   * @param voters the replicas that vote
   */
  record Voting(long term, long entries, List<Voter> voters) implements PeerReply {}

  /**
   * A replica that votes.
   *
   * @param replica its id
   * @param behind how many entries it isn't known to have; -1 for the coordinator's own
   */
  record Voter(String replica, long behind) {}

  /**
   * What a node holds.
   *
   * @param chunks the chunks on its disk
   * @param usedBytes bytes that they take
   * @param freeBytes bytes that are free on that disk
   */
  record Held(List<ChunkId> chunks, long usedBytes, long freeBytes) implements PeerReply {}

  /** How a node's disk stands. */
  record Disk(DiskReport report) implements PeerReply {}

  /** The number of the round that a node's scrubber has begun. */
  record ScrubStarted(long round) implements PeerReply {}

  /**
   * The lines of a log that match.
   *
   * @param lines the first of them, as many as were asked for at most
   * @param matches how many match in all
   * @param scanned how many lines there are
   */
  record Grepped(List<Line> lines, long matches, long scanned, long tookMs) implements PeerReply {}

  /** One line and its number, counted from 1. */
  record Line(long number, String text) {}

  /** A model is warm. */
  record Warmed(long loadMs) implements PeerReply {}

  /** The models that are in a node's memory. */
  record WarmList(List<WarmOne> models) implements PeerReply {}

  /**
   * A model in a node's memory.
   *
   * @param loadMs how long fetching, loading and the first runs took
   * @param bytes what it takes there
   * @param shared whether other nodes of that machine share its weights
   * @param device what runs it, such as {@code cpu}
   */
  record WarmOne(ModelKey model, long loadMs, long bytes, boolean shared, String device) {}

  /**
   * Who holds a chunk now, of those that it was passed along.
   *
   * @param by those that have it durably
   * @param failures what happened at the others, in words
   */
  record ChunkHeld(List<NodeName> by, List<String> failures) implements PeerReply {}

  /** Of the chunks that were asked for, those that are not here. */
  record Missing(List<ChunkId> chunks) implements PeerReply {}

  /** The chunk, or that part of it, is not here; another replica may have it. */
  record NoSuchChunk(ChunkId chunk, String reason) implements PeerReply {}
}
