package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.node.api.DataViews;
import java.io.IOException;

/**
 * What clients need that move bytes themselves, as the gateway needs it. Every method may throw
 * {@link Unavailable} and {@link Refused}, and {@link IOException} where something else went wrong.
 */
public interface DataPort {
  /** The nodes that can hold chunks. */
  DataViews.NodesView nodes() throws IOException;

  /** Where files lie, as far as this node's state is. */
  DataViews.ContentsView contents(DataViews.ContentsAsk ask) throws IOException;

  /** Makes files visible whose bytes are durable. */
  DataViews.CommittedView commit(RequestId id, DataViews.CommitAsk ask)
      throws IOException, InterruptedException;
}
