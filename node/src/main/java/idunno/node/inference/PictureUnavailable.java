package idunno.node.inference;

import java.io.IOException;

/**
 * A picture that could not be fetched now, though it may well be there: a node went away, a
 * connection broke. Says nothing of the picture itself, so no result may be recorded; the caller
 * may run the batch again.
 */
public final class PictureUnavailable extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which picture of the batch.
   *
   * @param position its place in the batch, counted from 0
   * @param cause what the source said
   */
  public PictureUnavailable(int position, IOException cause) {
    super("picture " + position + " of the batch could not be fetched: " + cause, cause);
  }
}
