package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.membership.Member;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.core.models.SmokeTest;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.Views.ModelAddedView;
import idunno.node.api.Views.ModelFileView;
import idunno.node.api.Views.ModelMemoryView;
import idunno.node.api.Views.ModelOnNodeView;
import idunno.node.api.Views.ModelRemovedView;
import idunno.node.api.Views.ModelShowView;
import idunno.node.api.Views.ModelView;
import idunno.node.api.Views.ModelsView;
import idunno.node.api.Views.QuantizeAsk;
import idunno.node.api.Views.QuantizeView;
import idunno.node.api.Views.TrainedView;
import idunno.node.gateway.ModelsPort;
import idunno.node.gateway.NotFound;
import idunno.node.gateway.Refused;
import idunno.node.gateway.Unavailable;
import idunno.node.inference.UnfitModel;
import idunno.node.inference.WarmModel;
import idunno.node.replica.Proposer;
import idunno.node.wire.PeerReply;
import idunno.node.wire.PeerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** The commands of models, done by this node. */
final class ModelsOps implements ModelsPort {
  private static final Duration WARM_WITHIN = Duration.ofMinutes(5);
  private static final Duration TELL_WITHIN = Duration.ofSeconds(5);

  private final NodeProcess process;
  private final Quantizing quantizing;

  ModelsOps(NodeProcess process) {
    this.process = process;
    this.quantizing = new Quantizing(process);
  }

  @Override
  public ModelsView models(boolean everyRevision) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    return new ModelsView(
        node.state()
            .read(
                s ->
                    (everyRevision ? s.models().all() : s.models().latest())
                        .stream().map(ModelsOps::view).toList()));
  }

  private static ModelView view(Model model) {
    long bytes = model.files().values().stream().mapToLong(FileVersion::length).sum();
    return new ModelView(
        model.key(), model.card(), model.smoke(), model.batchSize(), bytes, model.addedMs());
  }

  @Override
  public ModelShowView model(ModelRef ref) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    Model model = find(node, ref);
    List<Integer> revisions =
        node.state()
            .read(
                s ->
                    s.models().revisions(ref.name()).stream()
                        .map(each -> each.key().revision())
                        .toList());
    List<ModelFileView> files = new ArrayList<>();
    for (Map.Entry<String, FileVersion> part : model.files().entrySet()) {
      files.add(
          new ModelFileView(
              Model.folder(ref.name()).resolve(part.getKey()),
              part.getValue().number(),
              part.getValue().length()));
    }
    return new ModelShowView(view(model), files, revisions, standings(node, model.key()));
  }

  private static Model find(Node node, ModelRef ref) throws NotFound {
    return node.state()
        .read(s -> s.models().find(ref))
        .orElseThrow(() -> new NotFound("no model " + ref + "; 'model ls' lists them"));
  }

  /** All workers are asked at once: one that is frozen costs no more than its own answer. */
  private static List<ModelOnNodeView> standings(Node node, ModelKey key)
      throws InterruptedException {
    List<Callable<ModelOnNodeView>> asks = new ArrayList<>();
    for (Member worker : workers(node)) {
      asks.add(() -> standing(node, worker, key));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<ModelOnNodeView> standings = new ArrayList<>();
      for (Future<ModelOnNodeView> answer : threads.invokeAll(asks)) {
        standings.add(answer.resultNow());
      }
      return standings;
    }
  }

  private static ModelOnNodeView standing(Node node, Member worker, ModelKey key) {
    try {
      PeerReply.WarmList warm =
          node.peers()
              .expect(
                  worker.place().peer(),
                  new PeerRequest.AskWarm(),
                  PeerReply.WarmList.class,
                  TELL_WITHIN);
      Optional<ModelMemoryView> here =
          warm.models().stream()
              .filter(one -> one.model().equals(key))
              .findFirst()
              .map(
                  one ->
                      new ModelMemoryView(one.loadMs(), one.bytes(), one.shared(), one.device()));
      return new ModelOnNodeView(worker.name(), here.isPresent(), here, Optional.empty());
    } catch (IOException e) {
      return new ModelOnNodeView(
          worker.name(), false, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public ModelAddedView addModel(RequestId id, ModelName name)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    long startedNanos = System.nanoTime();
    NavigableMap<String, FileVersion> files = ModelParts.newest(node.files(), name);
    Tried tried = check(node, name, files);
    long checkMs = (System.nanoTime() - startedNanos) / 1_000_000;
    NavigableMap<String, Integer> versions = new TreeMap<>();
    files.forEach((part, version) -> versions.put(part, version.number()));
    Command add =
        new Command.AddModel(name, tried.card(), tried.smoke(), versions, process.clockMs());
    Reply.ModelAdded added = Outcomes.submit(node, id, add, Reply.ModelAdded.class);
    return new ModelAddedView(added.model(), checkMs);
  }

  private record Tried(ModelCard card, SmokeTest smoke) {}

  /** Loads the model from the store and runs it, before anybody is told that it is there. */
  private Tried check(Node node, ModelName name, Map<String, FileVersion> files)
      throws IOException {
    Path scratch = Files.createTempDirectory(process.data(), "check-");
    try {
      ModelParts.fetch(node.files(), files, scratch);
      try (WarmModel model = WarmModel.open(scratch)) {
        return new Tried(model.card(), model.smoke());
      }
    } catch (UnfitModel e) {
      throw new Refused("model " + name + ": " + e.getMessage());
    } finally {
      Warmer.delete(scratch);
    }
  }

  @Override
  public ModelRemovedView removeModel(RequestId id, ModelRef model)
      throws IOException, InterruptedException {
    Command remove = new Command.RemoveModel(model);
    return new ModelRemovedView(
        Outcomes.submit(process.node(), id, remove, Reply.ModelRemoved.class).models());
  }

  @Override
  public void setBatchSize(RequestId id, ModelName name, int queries)
      throws IOException, InterruptedException {
    Outcomes.submit(process.node(), id, new Command.SetBatchSize(name, queries), Reply.Done.class);
  }

  @Override
  public void train(List<ModelRef> models, Consumer<TrainedView> sink)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    List<ModelKey> keys = new ArrayList<>();
    for (ModelRef ref : models) {
      keys.add(find(node, ref).key());
    }
    if (keys.isEmpty()) {
      keys.addAll(node.state().read(s -> s.models().latest().stream().map(Model::key).toList()));
    }
    if (keys.isEmpty()) {
      throw new NotFound("there is no model to warm; 'model add' brings one");
    }
    List<Member> workers = workers(node);
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

  @Override
  public void quantize(RequestId id, ModelRef ref, QuantizeAsk ask, Consumer<QuantizeView> sink)
      throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    Model model = find(node, ref);
    sink.accept(quantizing.run(model, ask, this::put, name -> addModel(ownId(), name).key(), sink));
  }

  private void put(FileName name, InputStream in) throws IOException, InterruptedException {
    try {
      process.node().files().put(ownId(), name, in);
    } catch (Proposer.OutcomeUnknown e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  /** For a request that this node makes itself, and does not repeat. */
  private static RequestId ownId() {
    return new RequestId(UUID.randomUUID().toString(), 0);
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

  private static List<Member> workers(Node node) {
    return node.state()
        .read(
            s ->
                s.members().alive().stream().filter(member -> member.place().slots() > 0).toList());
  }
}
