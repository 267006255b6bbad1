package idunno.node.main;

import idunno.core.files.Candidate;
import idunno.core.files.DiskRooms;
import idunno.node.replica.ReplicatedState;
import java.util.List;
import java.util.function.Supplier;

/** Where a chunk could be placed now: the members that are alive, their zones and their disks. */
final class Places implements Supplier<List<Candidate>> {
  private final ReplicatedState state;
  private final Supplier<DiskRooms> rooms;

  /**
   * Looks at the state for members.
   *
   * @param rooms what is known of the nodes' disks
   */
  Places(ReplicatedState state, Supplier<DiskRooms> rooms) {
    this.state = state;
    this.rooms = rooms;
  }

  @Override
  public List<Candidate> get() {
    DiskRooms known = rooms.get();
    return state.read(s -> known.candidates(s.members().alive()));
  }
}
