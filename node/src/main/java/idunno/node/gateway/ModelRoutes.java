package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.Views.BatchSizeAsk;
import idunno.node.api.Views.DoneView;
import idunno.node.api.Views.TrainAsk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The routes of models. */
final class ModelRoutes {
  private final ModelsPort models;

  ModelRoutes(ModelsPort models) {
    this.models = models;
  }

  /** {@code /v1/models[/MODEL[/batch-size]]}, where MODEL is a name or {@code NAME@REVISION}. */
  void models(Exchange exchange, List<String> rest) throws IOException, InterruptedException {
    if (rest.isEmpty()) {
      boolean all = exchange.parameter("all").filter(Boolean::parseBoolean).isPresent();
      exchange.answer(200, models.models(all));
      return;
    }
    ModelRef model = ModelRef.parse(rest.getFirst());
    if (rest.size() == 1) {
      switch (exchange.method()) {
        case "GET" -> exchange.answer(200, models.model(model));
        case "DELETE" -> exchange.answer(200, models.removeModel(exchange.requestId(), model));
        default -> {
          exchange.expect("POST");
          exchange.answer(200, models.addModel(exchange.requestId(), nameAlone(model)));
        }
      }
    } else if (rest.get(1).equals("batch-size")) {
      exchange.expect("POST");
      ModelName name = nameAlone(model);
      int queries = exchange.json(BatchSizeAsk.class).queries();
      models.setBatchSize(exchange.requestId(), name, queries);
      exchange.answer(
          200, new DoneView("batches of new jobs of " + name + " have " + queries + " queries"));
    } else {
      throw new NotFound("models: expected batch-size, found " + Checks.quote(rest.get(1)));
    }
  }

  private static ModelName nameAlone(ModelRef model) {
    if (model.revision().isPresent()) {
      throw new IllegalArgumentException(
          "expected a model's name without a revision, found " + model);
    }
    return model.name();
  }

  /** {@code /v1/train}. */
  void train(Exchange exchange) throws IOException, InterruptedException {
    List<ModelRef> wanted =
        exchange.json(TrainAsk.class).models().stream().map(ModelRef::parse).toList();
    OutputStream out = exchange.lines();
    models.train(
        wanted,
        trained -> {
          try {
            Exchange.line(out, trained);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
