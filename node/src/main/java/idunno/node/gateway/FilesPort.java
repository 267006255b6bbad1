package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.node.api.Views.FolderPutView;
import idunno.node.api.Views.PutView;
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

  /** The versions of a file, oldest first, as this node's own state has them. */
  List<FileVersion> versions(FileName name) throws IOException;

  /** Writes a version's bytes, from one offset up to another. */
  void copy(FileVersion version, long from, long to, OutputStream out) throws IOException;
}
