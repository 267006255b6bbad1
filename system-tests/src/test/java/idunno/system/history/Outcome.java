package idunno.system.history;

/** What a client was told. */
public sealed interface Outcome {
  /** A put made the version of that number. */
  record Stored(int version) implements Outcome {}

  /** A conditional put was refused: another version, or none (0), was the latest. */
  record Conflict(int found) implements Outcome {}

  /** A get was given that version with that content. */
  record Found(int version, long content) implements Outcome {}

  /** There was no such file to get or delete. */
  record Absent() implements Outcome {}

  /** A delete made so many versions invisible, one or more. */
  record Deleted(int versions) implements Outcome {}

  /** It was not done, and never will be. */
  record Failed(String why) implements Outcome {}

  /** No answer: it may have been done, may be done at any later time, or never. */
  record Unknown(String why) implements Outcome {}
}
