package idunno.node.client;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.ListViews.HoldView;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Shape;
import idunno.node.api.ListViews.StatView;
import idunno.node.api.ListViews.UseView;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The listings of the file store, taken line by line as they come. An answer that breaks off in the
 * middle is a {@link NoAnswer}: what was taken by then is true, and not all.
 */
public final class Lists {
  private static final long SILENT_MS = 60_000;

  private final Calls calls;

  Lists(Calls calls) {
    this.calls = calls;
  }

  /** Takes lines as they come. */
  @FunctionalInterface
  public interface Sink<T> {
    /** Takes one. */
    void take(T line) throws IOException;
  }

  /**
   * The files that a word means.
   *
   * @param word a file, a folder, or a pattern; with a slash at its end a folder; empty for all
   */
  public void list(String word, Shape shape, Sink<ListView> sink) throws IOException {
    list(sink, "path", word, shape);
  }

  private void list(Sink<ListView> sink, String by, String value, Shape shape) throws IOException {
    String path = "/v1/list" + Ask.query(by, value, "shape", shape.name().toLowerCase(Locale.ROOT));
    lines(Ask.read(path, calls.patience().attemptMs()), ListView.class, ListView.Total.class, sink);
  }

  /** What the files that a word means take, for each folder and in all. */
  public void use(String word, Sink<UseView> sink) throws IOException {
    lines(
        Ask.read("/v1/du" + Ask.query("path", word), SILENT_MS),
        UseView.class,
        UseView.Total.class,
        sink);
  }

  /** Everything of one file. */
  public void stat(FileName name, Sink<StatView> sink) throws IOException {
    String path = "/v1/stat" + Ask.query("name", name.value());
    lines(Ask.read(path, calls.patience().attemptMs()), StatView.class, StatView.Total.class, sink);
  }

  /** What a node holds; the one that was named first, if none is given. */
  public void held(Optional<NodeName> node, Sink<HoldView> sink) throws IOException {
    String path = "/v1/store" + Ask.query("node", node.map(NodeName::value).orElse(""));
    Ask ask = Ask.read(path, SILENT_MS);
    lines(node.isEmpty() ? ask.toThisNode() : ask, HoldView.class, HoldView.Total.class, sink);
  }

  /** One file with all its versions; empty if there is none of that name. */
  Optional<Views.FileView> file(FileName name) throws IOException {
    try {
      return gathered("name", name.value()).stream().findFirst();
    } catch (Refused e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** All versions of all files in a folder. */
  List<Views.FileView> files(Optional<FileName> folder) throws IOException {
    return gathered("folder", folder.map(FileName::value).orElse(""));
  }

  private List<Views.FileView> gathered(String by, String value) throws IOException {
    List<Views.FileView> files = new ArrayList<>();
    List<Views.VersionView> versions = new ArrayList<>();
    List<FileName> current = new ArrayList<>();
    list(
        line -> {
          if (line instanceof ListView.Version(FileName name, Views.VersionView version)) {
            if (!current.equals(List.of(name))) {
              end(current, versions, files);
              current.add(name);
            }
            versions.add(version);
          }
        },
        by,
        value,
        Shape.VERSIONS);
    end(current, versions, files);
    return files;
  }

  private static void end(
      List<FileName> current, List<Views.VersionView> versions, List<Views.FileView> files) {
    current.forEach(name -> files.add(new Views.FileView(name, List.copyOf(versions))));
    current.clear();
    versions.clear();
  }

  /** What a node holds whole, gathered. */
  Views.StoreView store(Optional<NodeName> node) throws IOException {
    List<HoldView.Disk> disk = new ArrayList<>();
    List<Views.HeldView> files = new ArrayList<>();
    held(
        node,
        line -> {
          switch (line) {
            case HoldView.Disk one -> disk.add(one);
            case HoldView.Holding one -> {
              if (!one.partly()) {
                files.add(new Views.HeldView(one.name(), one.version(), one.length()));
              }
            }
            case HoldView.Total _ -> {}
          }
        });
    HoldView.Disk of = disk.getFirst();
    return new Views.StoreView(of.node(), of.usedBytes(), of.freeBytes(), files);
  }

  /** An answer that has no sum at its end was cut, however well its connection was closed. */
  private <T> void lines(Ask ask, Class<T> type, Class<? extends T> sum, Sink<T> sink)
      throws IOException {
    boolean[] ended = new boolean[1];
    calls.stream(
        ask,
        text -> {
          T line = Codec.json().decode(text.getBytes(StandardCharsets.UTF_8), type);
          ended[0] = sum.isInstance(line);
          sink.take(line);
          return true;
        });
    if (!ended[0]) {
      throw new NoAnswer(
          "the answer broke off before its end; ask again", false, new EOFException());
    }
  }
}
