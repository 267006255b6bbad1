package idunno.node.gateway;

import idunno.core.coordinator.Report;
import idunno.core.coordinator.Scope;
import idunno.core.grep.GrepQuery;
import idunno.node.api.Views.GrepView;
import idunno.node.api.Views.MasterView;
import idunno.node.api.Views.MembersView;
import idunno.node.api.Views.SelfView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * The group, as the gateway needs it. Every method may throw {@link Unavailable}, and {@link
 * IOException} where something else went wrong.
 */
public interface GroupPort {
  /** This node. */
  SelfView self();

  /** All members. */
  MembersView members() throws IOException, InterruptedException;

  /** The coordinator and its standbys. */
  MasterView master() throws IOException, InterruptedException;

  /** What the coordinator knows, of these jobs. */
  Report report(Scope scope) throws IOException, InterruptedException;

  /**
   * Has the coordinator even out the disks; {@link #report} says how it goes.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  void balance(double withinPoints) throws IOException, InterruptedException;

  /** Greps the logs of all members; each item as it comes, from one thread at a time. */
  void grep(GrepQuery query, Consumer<GrepView> sink) throws IOException, InterruptedException;

  /** Leaves the group; returns when the others know it. */
  void leave() throws IOException, InterruptedException;

  /** Joins the group of one of the seeds, or the one that it left last if there are none. */
  void join(List<String> seeds) throws IOException, InterruptedException;
}
