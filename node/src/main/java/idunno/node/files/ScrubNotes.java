package idunno.node.files;

import idunno.core.files.ChunkId;
import idunno.core.files.Scrub.Round;
import idunno.node.codec.BadMessage;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a scrubber remembers over a restart: where it is. Losing it costs a round from the
 * beginning, so it isn't forced to the disk, and whatever can't be read of it is ignored.
 *
 * @param sinceMs when scrubbing began on this disk, milliseconds since 1970
 * @param running the round that is under way
 * @param position the last chunk that it has read
 * @param last the last round that went to its end
 */
record ScrubNotes(
    long sinceMs, Optional<Round> running, Optional<ChunkId> position, Optional<Round> last) {
  private static final int MAX_BYTES = 1 << 16;

  static ScrubNotes fresh(long nowMs) {
    return new ScrubNotes(nowMs, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The number of the round that is under way, or of the next one. */
  long number() {
    return running.map(Round::number).orElseGet(() -> last.map(Round::number).orElse(0L) + 1);
  }

  /** When the last round began; before the first, when scrubbing did. */
  long lastBeganMs() {
    return last.map(Round::startedMs).orElse(sinceMs);
  }

  ScrubNotes begin(long nowMs) {
    return new ScrubNotes(
        sinceMs, Optional.of(Round.begin(number(), nowMs)), Optional.empty(), last);
  }

  ScrubNotes at(ChunkId chunk, Round round) {
    return new ScrubNotes(sinceMs, Optional.of(round), Optional.of(chunk), last);
  }

  ScrubNotes end(Round round) {
    return new ScrubNotes(sinceMs, Optional.empty(), Optional.empty(), Optional.of(round));
  }

  /**
   * Reads the notes of the last life.
   *
   * @return none if there are none
   * @throws IOException if what is there are no notes; say so, and begin anew
   */
  static Optional<ScrubNotes> read(Path file, long nowMs) throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      ScrubNotes notes = Codec.json().decode(bytes, ScrubNotes.class);
      if (notes == null
          || notes.running() == null
          || notes.position() == null
          || notes.last() == null) {
        throw new IOException(file + ": expected all of a scrubber's notes, found some");
      }
      if (notes.sinceMs() > nowMs || notes.lastBeganMs() > nowMs) {
        // The next round would wait until then.
        throw new IOException(file + ": expected times before now, found one that is to come");
      }
      return Optional.of(notes);
    } catch (BadMessage | IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(temporary, Codec.json().encode(this));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }
}
