package idunno.core.membership;

/** What the membership list says of a member. A failed one and a left one are never the same. */
public enum MemberState {
  ALIVE,
  /** Not heard of for a while; its work stays with it until it is declared failed. */
  SUSPECT,
  /** Declared dead by the coordinator: it did not say goodbye. */
  FAILED,
  /** Said goodbye; its work was handed back and its replicas are enough elsewhere. */
  LEFT
}
