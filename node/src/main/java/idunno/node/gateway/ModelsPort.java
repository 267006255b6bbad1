package idunno.node.gateway;

import idunno.core.base.RequestId;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.Views.ModelAddedView;
import idunno.node.api.Views.ModelRemovedView;
import idunno.node.api.Views.ModelShowView;
import idunno.node.api.Views.ModelsView;
import idunno.node.api.Views.QuantizeAsk;
import idunno.node.api.Views.QuantizeView;
import idunno.node.api.Views.TrainedView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Models, as the gateway needs them. Every method may throw {@link Unavailable}, {@link NotFound}
 * or {@link Refused}, and {@link IOException} where something else went wrong.
 */
public interface ModelsPort {
  /**
   * All models.
   *
   * @param everyRevision every revision of each instead of the latest
   */
  ModelsView models(boolean everyRevision) throws IOException, InterruptedException;

  /** Everything that is known of one model, and which nodes have it warm. */
  ModelShowView model(ModelRef model) throws IOException, InterruptedException;

  /** Checks the model whose files are in its folder by running it, and adds it. */
  ModelAddedView addModel(RequestId id, ModelName name) throws IOException, InterruptedException;

  /** Removes a revision, or all, with its files. */
  ModelRemovedView removeModel(RequestId id, ModelRef model)
      throws IOException, InterruptedException;

  /** Sets how many queries a batch of the model's new jobs has. */
  void setBatchSize(RequestId id, ModelName name, int queries)
      throws IOException, InterruptedException;

  /**
   * Warms models on all workers; each outcome as it comes, from one thread at a time.
   *
   * @param models which; none: the latest revision of each that the cluster has
   */
  void train(List<ModelRef> models, Consumer<TrainedView> sink)
      throws IOException, InterruptedException;

  /** Makes a model in 8 bits of another; each step as it is taken, the outcome last. */
  void quantize(RequestId id, ModelRef model, QuantizeAsk ask, Consumer<QuantizeView> sink)
      throws IOException, InterruptedException;
}
