package idunno.system.history;

import java.util.OptionalInt;

/** What a client asked of one name. */
public sealed interface Action {
  /**
   * Makes a new version.
   *
   * @param content which bytes, as a number that no other put of the history has; 0 or more
   * @param onlyOver the number of the latest version that must be there, 0 for no file at all;
   *     empty for a put without a condition
   */
  record Put(long content, OptionalInt onlyOver) implements Action {
    /** A put without a condition. */
    public Put(long content) {
      this(content, OptionalInt.empty());
    }
  }

  /** Reads the latest version. */
  record Get() implements Action {}

  /** Deletes all versions. */
  record Delete() implements Action {}
}
