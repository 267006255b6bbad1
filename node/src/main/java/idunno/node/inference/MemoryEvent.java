package idunno.node.inference;

/** What happened to a node's models in memory, for its log. */
public sealed interface MemoryEvent {
  /** A model was loaded. */
  record Warmed(WarmModels.Held model) implements MemoryEvent {}

  /**
   * A model was given up, to be loaded again when it is needed.
   *
   * @param model the model, used longest ago of those that no batch was using
   * @param heldBytes what all models took with it
   * @param limitBytes what they may
   */
  record Evicted(WarmModels.Held model, long heldBytes, long limitBytes) implements MemoryEvent {}

  /**
   * The models take more than they may, and each of them is in use or was just asked for.
   *
   * @param heldBytes what they take, or will when the one that is being loaded is
   * @param limitBytes what they may
   */
  record OverLimit(long heldBytes, long limitBytes) implements MemoryEvent {}
}
