package idunno.node.gateway;

import idunno.core.base.NodeName;
import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.node.api.Views.FilesView;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.PutView;
import idunno.node.api.Views.StoreView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The file store, as the gateway needs it. Every method may throw {@link Unavailable}, {@link
 * NotFound} or {@link Refused}, and {@link IOException} where something else went wrong.
 */
public interface FilesPort {
  /** A file of a folder upload: its name in the folder, and its bytes. */
  record Part(String name, InputStream in) {}

  /**
   * Uploads a file.
   *
   * @param onlyOver the number of the latest version that must be there, 0 for none; empty where
   *     any may be
   * @throws Conflict if another one is there
   */
  PutView put(RequestId id, FileName name, Optional<Integer> onlyOver, InputStream in)
      throws IOException, InterruptedException;

  /** Uploads a folder; each part's stream is read to its end before the next is asked for. */
  FolderPutView putFolder(RequestId id, FileName folder, Iterator<Part> parts)
      throws IOException, InterruptedException;

  /** The versions of a file, oldest first, as acknowledged before the call. */
  List<FileVersion> versions(FileName name) throws IOException, InterruptedException;

  /** Writes a version's bytes. */
  void copy(FileVersion version, OutputStream out) throws IOException;

  /** One file with all its versions and who holds them. */
  FilesView list(FileName name) throws IOException, InterruptedException;

  /** The files in a folder, or all. */
  FilesView listFolder(Optional<FileName> folder) throws IOException, InterruptedException;

  /** What a node holds; this one, if none is named. */
  StoreView store(Optional<NodeName> node) throws IOException, InterruptedException;
}
