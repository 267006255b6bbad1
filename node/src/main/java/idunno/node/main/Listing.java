package idunno.node.main;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.core.files.FileTable;
import idunno.core.files.FileVersion;
import idunno.core.files.Selection;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Shape;
import idunno.node.gateway.ListPort;
import idunno.node.gateway.NotFound;
import idunno.node.replica.ReplicatedState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/** One listing on its way: what has been found and not yet passed on, and the sums so far. */
final class Listing {
  private static final int VERSIONS_AT_ONCE = 500;

  private final ReplicatedState state;
  private final Selection selection;
  private final Shape shape;
  private final boolean mustBeThere;
  private final ListPort.Sink<ListView> sink;
  private final List<ListView> lines = new ArrayList<>();
  private final List<Whole> whole = new ArrayList<>();
  private @Nullable FileName folder;
  private long folderFiles;
  private long folderBytes;
  private long files;
  private long bytes;

  /** A file whose versions are all told, which may be many. */
  private record Whole(FileName name, List<FileVersion> versions) {}

  /**
   * A listing yet to be made.
   *
   * @param mustBeThere whether it is an error that nothing is selected
   */
  Listing(
      ReplicatedState state,
      Selection selection,
      Shape shape,
      boolean mustBeThere,
      ListPort.Sink<ListView> sink) {
    this.state = state;
    this.selection = selection;
    this.shape = shape;
    this.mustBeThere = mustBeThere;
    this.sink = sink;
  }

  /**
   * Makes it.
   *
   * @throws NotFound if nothing is selected that must be there
   */
  void run() throws IOException {
    sink.take(new ListView.Found(ListOps.meaning(selection), selection.base()));
    NameWalk.each(state, selection, this::look, this::pass);
    endFolder();
    pass();
    if (files == 0 && mustBeThere) {
      throw new NotFound("no file of the store is selected by what was asked for");
    }
    sink.take(new ListView.Total(files, bytes));
  }

  private long look(FileTable table, NavigableSet<NodeName> alive, FileName name, int fit) {
    List<FileVersion> versions = table.versions(name);
    FileVersion latest = versions.getLast();
    files++;
    bytes += latest.length();
    if (folder != null && !name.isIn(folder)) {
      endFolder();
    }
    if (shape == Shape.LEVEL && selection instanceof Selection.OneFile) {
      whole.add(new Whole(name, versions));
      return versions.size();
    }
    switch (shape) {
      case TOTAL -> {
        return 0;
      }
      case VERSIONS -> whole.add(new Whole(name, versions));
      case DEEP -> lines.add(file(table, alive, name, versions));
      case LEVEL -> {
        if (fit == name.value().length()) {
          lines.add(file(table, alive, name, versions));
        } else {
          inFolder(name, fit, latest);
          return 0;
        }
      }
    }
    return versions.size() + (long) latest.extents().size();
  }

  private static ListView file(
      FileTable table, NavigableSet<NodeName> alive, FileName name, List<FileVersion> versions) {
    return new ListView.File(
        name, versions.size(), FileStat.view(versions.getLast(), table, alive));
  }

  private void inFolder(FileName name, int fit, FileVersion latest) {
    if (folder == null) {
      folder = new FileName(name.value().substring(0, fit));
      folderFiles = 0;
      folderBytes = 0;
    }
    folderFiles++;
    folderBytes += latest.length();
  }

  private void endFolder() {
    if (folder != null) {
      lines.add(new ListView.Folder(folder, folderFiles, folderBytes));
      folder = null;
    }
  }

  private void pass() throws IOException {
    ListOps.pass(lines, sink);
    for (Whole one : whole) {
      for (int from = 0; from < one.versions().size(); from += VERSIONS_AT_ONCE) {
        int end = Math.min(from + VERSIONS_AT_ONCE, one.versions().size());
        List<FileVersion> lot = one.versions().subList(from, end);
        List<ListView> told =
            state.read(
                s -> {
                  NavigableSet<NodeName> alive = s.members().aliveNames();
                  return lot.stream()
                      .<ListView>map(
                          version ->
                              new ListView.Version(
                                  one.name(), FileStat.view(version, s.files(), alive)))
                      .toList();
                });
        for (ListView line : told) {
          sink.take(line);
        }
      }
    }
    whole.clear();
  }
}
