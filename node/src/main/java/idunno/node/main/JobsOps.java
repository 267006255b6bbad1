package idunno.node.main;

import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.membership.Member;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.Views.JobAsk;
import idunno.node.api.Views.ModelAddedView;
import idunno.node.api.Views.ModelView;
import idunno.node.api.Views.ModelsView;
import idunno.node.api.Views.TrainedView;
import idunno.node.gateway.JobsPort;
import idunno.node.gateway.NotFound;
import idunno.node.gateway.Refused;
import idunno.node.inference.UnfitModel;
import idunno.node.inference.WarmModel;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** The commands of models and jobs, done by this node. */
final class JobsOps implements JobsPort {
  private static final Duration WARM_WITHIN = Duration.ofMinutes(5);

  private final NodeProcess process;

  JobsOps(NodeProcess process) {
    this.process = process;
  }

  @Override
  public ModelsView models() throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    return new ModelsView(
        node.state().read(s -> s.models().latest().stream().map(JobsOps::view).toList()));
  }

  private static ModelView view(Model model) {
    long bytes = model.files().values().stream().mapToLong(FileVersion::length).sum();
    return new ModelView(model.key(), model.card(), model.batchSize(), bytes, model.addedMs());
  }

  @Override
  public ModelAddedView addModel(RequestId id, ModelName name)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    long startedNanos = System.nanoTime();
    ModelCard card = check(node, name);
    long checkMs = (System.nanoTime() - startedNanos) / 1_000_000;
    Command add = new Command.AddModel(name, card, process.clockMs());
    Reply.ModelAdded added = Outcomes.submit(node, id, add, Reply.ModelAdded.class);
    return new ModelAddedView(added.model(), checkMs);
  }

  /** Loads the model from the store and runs it once, before anybody is told that it is there. */
  private ModelCard check(Node node, ModelName name) throws IOException {
    Path scratch = Files.createTempDirectory(process.data(), "check-");
    try {
      for (String part :
          List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
        FileName file = Model.folder(name).resolve(part);
        FileVersion version =
            node.files()
                .find(file, Optional.empty())
                .orElseThrow(
                    () ->
                        new NotFound(
                            "model " + name + ": expected " + file + " in the store, found none"));
        try (OutputStream out = Files.newOutputStream(scratch.resolve(part))) {
          node.files().copy(version, out);
        }
      }
      try (WarmModel model = WarmModel.open(scratch)) {
        return model.card();
      }
    } catch (UnfitModel e) {
      throw new Refused("model " + name + ": " + e.getMessage());
    } finally {
      Warmer.delete(scratch);
    }
  }

  @Override
  public void setBatchSize(RequestId id, ModelName name, int queries)
      throws IOException, InterruptedException {
    Outcomes.submit(process.node(), id, new Command.SetBatchSize(name, queries), Reply.Done.class);
  }

  @Override
  public void train(List<ModelName> models, Consumer<TrainedView> sink)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    List<ModelKey> keys = new ArrayList<>();
    for (ModelName name : models) {
      keys.add(
          node.state()
              .read(s -> s.models().latest(name))
              .orElseThrow(() -> new NotFound("no model " + name + "; 'model ls' lists them"))
              .key());
    }
    if (keys.isEmpty()) {
      keys.addAll(node.state().read(s -> s.models().latest().stream().map(Model::key).toList()));
    }
    if (keys.isEmpty()) {
      throw new NotFound("there is no model to warm; 'model add' brings one");
    }
    List<Member> workers =
        node.state()
            .read(
                s ->
                    s.members().alive().stream()
                        .filter(member -> member.place().slots() > 0)
                        .toList());
    BlockingQueue<TrainedView> trained = new LinkedBlockingQueue<>();
    for (Member worker : workers) {
      Thread.ofVirtual()
          .name("train-" + worker.name())
          .start(() -> keys.forEach(key -> trained.add(warm(node, worker, key))));
    }
    for (int i = 0; i < workers.size() * keys.size(); i++) {
      sink.accept(trained.take());
    }
  }

  private static TrainedView warm(Node node, Member worker, ModelKey key) {
    try {
      PeerReply.Warmed warmed =
          node.peers()
              .expect(
                  worker.place().peer(),
                  new PeerRequest.Warm(key),
                  PeerReply.Warmed.class,
                  WARM_WITHIN);
      return new TrainedView(worker.name(), key, true, warmed.loadMs(), Optional.empty());
    } catch (IOException e) {
      return new TrainedView(
          worker.name(), key, false, 0, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public JobSpec submit(RequestId id, JobAsk ask) throws IOException, InterruptedException {
    Command submit =
        new Command.SubmitJob(
            new ModelName(ask.model()),
            ask.dataset().map(FileName::new),
            new Range(ask.start(), ask.end()),
            ask.batchSize(),
            ask.weight().orElse(1),
            process.clockMs());
    return Outcomes.submit(process.node(), id, submit, Reply.Submitted.class).job();
  }

  @Override
  public void cancel(RequestId id, JobId job) throws IOException, InterruptedException {
    Outcomes.submit(
        process.node(), id, new Command.CancelJob(job, process.clockMs()), Reply.Done.class);
  }

  @Override
  public void results(JobId job, OutputStream out) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    node.results().write(job, out);
  }
}
