package idunno.node.replica;

import idunno.core.state.Reply;
import idunno.core.state.Request;
import java.util.List;

/**
 * What stands in the log: several requests together, since an entry costs the same however many it
 * holds.
 *
 * @param requests what is applied, in order
 */
record Entry(List<Request> requests) {
  /**
   * What an entry came to.
   *
   * @param replies one a request, in order
   */
  record Outcome(List<Reply> replies) {}
}
