package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.Selection;
import idunno.core.state.ClusterState;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Goes through the names of a selection in lots: within a lot the state holds still, between two it
 * may change, so that a long listing holds up nobody and takes no more memory than a lot.
 */
final class NameWalk {
  /** What is looked at in one lot: names, versions and extents together. */
  private static final long LOT = 20_000;

  private NameWalk() {}

  /** Looks at a selected file while the state holds still. */
  @FunctionalInterface
  interface Look {
    /**
     * Looks; what it keeps must be values.
     *
     * @param alive the nodes that are alive
     * @param fit as {@link Selection#fit} has it
     * @return how much it has looked at beside the name itself
     */
    long at(FileTable files, NavigableSet<NodeName> alive, FileName name, int fit);
  }

  /** Passes on what a lot has brought, while the state may change. */
  @FunctionalInterface
  interface Between {
    /** Passes it on. */
    void lots() throws IOException;
  }

  private record Lot(Optional<FileName> last, boolean ended) {}

  static void each(ReplicatedState state, Selection selection, Look look, Between between)
      throws IOException {
    Lot lot = new Lot(Optional.empty(), false);
    while (!lot.ended()) {
      Optional<FileName> after = lot.last();
      lot = state.read(s -> next(s, selection, after, look));
      between.lots();
    }
  }

  private static Lot next(
      ClusterState state, Selection selection, Optional<FileName> after, Look look) {
    FileTable files = state.files();
    NavigableSet<NodeName> alive = state.members().aliveNames();
    Collection<FileName> names =
        after.isPresent()
            ? files.namesFrom(after.get(), false)
            : selection.begins(files).map(first -> files.namesFrom(first, true)).orElse(List.of());
    long looked = 0;
    for (FileName name : names) {
      if (selection.isPast(name)) {
        break;
      }
      int fit = selection.fit(name);
      looked += 1 + (fit < 0 ? 0 : look.at(files, alive, name, fit));
      if (looked >= LOT) {
        return new Lot(Optional.of(name), false);
      }
    }
    return new Lot(Optional.empty(), true);
  }
}
