package idunno.core.membership;

import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Who is and was in the group, one entry a name. Changed only by the state machine. */
public final class MemberTable {
  private final NavigableMap<NodeName, Member> members = new TreeMap<>();

  /** Those alive; nothing after a change, until somebody asks again: many ask between changes. */
  private @Nullable List<Member> alive;

  /** Admits a node under its next incarnation and returns it. */
  public Member admit(NodeName name, Member.Place place, long atMs) {
    Member old = members.get(name);
    long incarnation = old == null ? 1 : old.id().incarnation() + 1;
    Member member = new Member(new NodeId(name, incarnation), place, MemberState.ALIVE, atMs);
    members.put(name, member);
    alive = null;
    return member;
  }

  /**
   * Puts a member in another state. Nothing is changed for an incarnation that is not the latest of
   * its name, or that is in that state or has left.
   *
   * @return whether something was changed
   */
  public boolean put(NodeId id, MemberState state, long atMs) {
    Member member = members.get(id.name());
    if (member == null
        || !member.id().equals(id)
        || member.state() == state
        || member.state() == MemberState.LEFT) {
      return false;
    }
    members.put(id.name(), member.in(state, atMs));
    alive = null;
    return true;
  }

  /** The member of that name. */
  public Optional<Member> get(NodeName name) {
    return Optional.ofNullable(members.get(name));
  }

  /** Whether that very life of the node is alive. */
  public boolean isAlive(NodeId id) {
    Member member = members.get(id.name());
    return member != null && member.id().equals(id) && member.state() == MemberState.ALIVE;
  }

  /** All members, by name. */
  public Collection<Member> all() {
    return Collections.unmodifiableCollection(members.values());
  }

  /** The members that are alive, by name. */
  public List<Member> alive() {
    List<Member> known = alive;
    if (known == null) {
      known = members.values().stream().filter(m -> m.state() == MemberState.ALIVE).toList();
      alive = known;
    }
    return known;
  }

  /** The names of the members that are alive. */
  public NavigableSet<NodeName> aliveNames() {
    NavigableSet<NodeName> names = new TreeSet<>();
    alive().forEach(member -> names.add(member.name()));
    return names;
  }

  /** The table that a list of members was taken of. */
  public static MemberTable of(List<Member> recorded) {
    MemberTable table = new MemberTable();
    recorded.forEach(member -> table.members.put(member.name(), member));
    return table;
  }
}
