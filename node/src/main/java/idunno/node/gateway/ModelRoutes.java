package idunno.node.gateway;

import idunno.core.base.Checks;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.Views.BatchSizeAsk;
import idunno.node.api.Views.DoneView;
import idunno.node.api.Views.QuantizeAsk;
import idunno.node.api.Views.TrainAsk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;

/** The routes of models. */
final class ModelRoutes {
  private final ModelsPort models;

  ModelRoutes(ModelsPort models) {
    this.models = models;
  }

  /**
   * {@code /v1/models[/MODEL[/batch-size|quantize]]}, where MODEL is a name or {@code
   * NAME@REVISION}.
   */
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
    } else if (rest.get(1).equals("quantize")) {
      exchange.expect("POST");
      QuantizeAsk ask = exchange.json(QuantizeAsk.class);
      Consumer<Object> lines = lines(exchange);
      models.quantize(exchange.requestId(), model, ask, lines::accept);
    } else {
      throw new NotFound(
          "models: expected batch-size or quantize, found " + Checks.quote(rest.get(1)));
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
    Consumer<Object> lines = lines(exchange);
    models.train(wanted, lines::accept);
  }

  /**
   * A line of the answer for each value; the first one begins it, so an error before it is told.
   */
  private static Consumer<Object> lines(Exchange exchange) {
    OutputStream out = new LateLines(exchange);
    return value -> {
      try {
        Exchange.line(out, value);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
