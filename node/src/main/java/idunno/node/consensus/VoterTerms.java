package idunno.node.consensus;

import java.io.IOException;

/**
 * Asks other voters for their term, past Ratis: a short call costs a twentieth of a message of the
 * log.
 */
@FunctionalInterface
public interface VoterTerms {
  /** Nobody can be asked; Ratis's messages serve. */
  VoterTerms UNKNOWN =
      voter -> {
        throw new IOException("nobody to ask for the term of " + voter);
      };

  /**
   * The highest term that a voter has seen, at a moment after this was called.
   *
   * @param voter the voter's id: who took its address over meanwhile must not answer for it
   * @throws IOException if there is no answer soon
   */
  long termOf(String voter) throws IOException;
}
