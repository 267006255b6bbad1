package idunno.core.state;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What a client does with files: drawn at random, and made smaller when it fails. */
sealed interface FileOperation {
  /**
   * Puts files in one go.
   *
   * @param condition of the first of them: 0 none, 1 one that holds, 2 one that most often doesn't
   */
  record Put(List<String> names, int condition) implements FileOperation {}

  /** Deletes; with 0 at once, else to be kept for so long. */
  record Delete(String name, int keepMs) implements FileOperation {}

  /** Undoes a delete. */
  record Undelete(String name) implements FileOperation {}

  /** Time passes, and the coordinator reclaims what is due. */
  record Reclaim(int afterMs) implements FileOperation {}

  /** Limits versions. */
  record Keep(String folder, int versions) implements FileOperation {}

  /** Moves. */
  record Move(String from, String to) implements FileOperation {}

  /** Copies; version 0 is the latest. */
  record Copy(String from, int version, String to) implements FileOperation {}

  /** A job begins over a folder. */
  record Begin(String folder) implements FileOperation {}

  /** The longest running job is cancelled. */
  record End() implements FileOperation {}

  /** The state goes through a snapshot. */
  record Restore() implements FileOperation {}

  /** Any of them, over a handful of names that are files, folders, or both. */
  static Arbitrary<FileOperation> any() {
    Arbitrary<String> names =
        Arbitraries.of("a", "b", "f/a", "f/b", "f/g/a", "f/g/b", "f-x", "f/g", "h/a");
    Arbitrary<String> places = Arbitraries.of("f", "f/g", "h", "h/f", "a", "f/a", "f/g/a");
    Arbitrary<String> all = Arbitraries.oneOf(names, places);
    return Arbitraries.frequencyOf(
        Tuple.of(
            8,
            Combinators.combine(
                    names.list().ofMinSize(1).ofMaxSize(3), Arbitraries.integers().between(0, 2))
                .as(Put::new)),
        Tuple.of(4, Combinators.combine(names, Arbitraries.of(0, 5, 50, 1_000)).as(Delete::new)),
        Tuple.of(3, names.map(Undelete::new)),
        Tuple.of(1, Arbitraries.integers().between(0, 100).map(Reclaim::new)),
        Tuple.of(
            2, Combinators.combine(places, Arbitraries.integers().between(0, 3)).as(Keep::new)),
        Tuple.of(4, Combinators.combine(all, all).as(Move::new)),
        Tuple.of(
            4, Combinators.combine(all, Arbitraries.integers().between(0, 4), all).as(Copy::new)),
        Tuple.of(1, places.map(Begin::new)),
        Tuple.of(1, Arbitraries.just(new End())),
        Tuple.of(1, Arbitraries.just(new Restore())));
  }
}
