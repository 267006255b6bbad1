package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.files.DeletedFile;
import idunno.core.files.FileName;
import idunno.node.api.Views.CopiedView;
import idunno.node.api.Views.DeletedView;
import idunno.node.api.Views.KeptView;
import idunno.node.api.Views.LimitsView;
import idunno.node.api.Views.MovedView;
import idunno.node.api.Views.UndeletedView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What changes files without bringing bytes, as the gateway needs it. Every method may throw {@link
 * Unavailable}, {@link NotFound} or {@link Refused}.
 */
public interface VersionsPort {
  /**
   * Deletes a file with all its versions.
   *
   * @param keepMs how long it can be had back; 0 gives its space back at once
   */
  DeletedView delete(RequestId id, FileName name, long keepMs)
      throws IOException, InterruptedException;

  /** Brings back what the last delete of a file took away. */
  UndeletedView undelete(RequestId id, FileName name) throws IOException, InterruptedException;

  /** The deleted files that can be had back: one name's, those in a folder, or all. */
  List<DeletedFile> deleted(Optional<FileName> nameOrFolder)
      throws IOException, InterruptedException;

  /**
   * Sets how many versions the files of a folder, or one file, keep.
   *
   * @param versions 1 or more; 0 takes back the limit of that very name
   */
  KeptView keep(RequestId id, FileName folder, int versions)
      throws IOException, InterruptedException;

  /** How many versions are kept where. */
  LimitsView limits() throws IOException, InterruptedException;

  /** Gives a file or a folder another name. */
  MovedView move(RequestId id, FileName from, FileName to) throws IOException, InterruptedException;

  /**
   * Copies a file or a folder.
   *
   * @param version the latest, if none is named
   */
  CopiedView copy(RequestId id, FileName from, Optional<Integer> version, FileName to)
      throws IOException, InterruptedException;
}
