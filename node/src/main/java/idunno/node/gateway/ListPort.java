package idunno.node.gateway;

import idunno.core.base.NodeName;
import idunno.core.files.FileName;
import idunno.node.api.ListViews.HoldView;
import idunno.node.api.ListViews.ListView;
import idunno.node.api.ListViews.Shape;
import idunno.node.api.ListViews.StatView;
import idunno.node.api.ListViews.UseView;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The listings of the file store, as the gateway needs them: each tells what this node's own state
 * says, line by line. Every method may throw {@link Unavailable} and {@link NotFound}.
 */
public interface ListPort {
  /** Takes lines as they come. */
  @FunctionalInterface
  interface Sink<T> {
    /** Takes one. */
    void take(T line) throws IOException;
  }

  /** Which files to list. */
  sealed interface Which {
    /** A word as users type it: a file, a folder or a pattern; empty for all. */
    record Word(String word) implements Which {}

    /** The file of that name. */
    record File(FileName name) implements Which {}

    /** What is in a folder, if anything; all files without one. */
    record Folder(Optional<FileName> name) implements Which {}
  }

  /** Waits until this node's state holds all that anybody was told of before. */
  void confirm() throws IOException, InterruptedException;

  /** How old this node's state may be; empty if it was never confirmed since the start. */
  OptionalLong staleMs() throws IOException;

  /** Lists files. */
  void list(Which which, Shape shape, Sink<ListView> sink) throws IOException;

  /** Adds up what files take, for each folder and in all. */
  void use(String word, Sink<UseView> sink) throws IOException;

  /** Everything of a file. */
  void stat(FileName name, Sink<StatView> sink) throws IOException;

  /** What a node holds now; this one, if none is named. */
  void held(Optional<NodeName> node, Sink<HoldView> sink) throws IOException, InterruptedException;
}
