package idunno.core.state;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Guess;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.membership.Member;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.core.models.Preprocessing;
import idunno.core.models.SmokeTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A cluster's state to test with, filled in few words. Every call is applied at once. */
public final class SampleCluster {
  /** The one model. */
  public static final ModelName MODEL = new ModelName("resnet50");

  /** The one dataset. */
  public static final FileName PHOTOS = new FileName("photos");

  /** When everything happens that says nothing else. */
  public static final long AT_MS = 1_000;

  private final ClusterState state = new ClusterState();
  private long requests;
  private int chunks;

  /** The state. */
  public ClusterState state() {
    return state;
  }

  /** Applies a command as a request of its own. */
  public Reply apply(Command command) {
    return state.apply(new Request(new RequestId("sample", ++requests), command));
  }

  /** Where a node is reached. */
  public static Member.Place place(String name, int slots) {
    Address address = new Address(name, 7000);
    return new Member.Place("disk-" + name, address, address, address, slots, "");
  }

  private static final SmokeTest SMOKE = new SmokeTest(900, 40_000, 280_000, 8, 110L << 20, 25_000);

  /** Admits a node with that many slots. */
  public NodeId admit(String name, int slots) {
    Reply reply = apply(new Command.AdmitMember(new NodeName(name), place(name, slots), AT_MS));
    return ((Reply.Admitted) reply).node();
  }

  /** A chunk of 100 bytes that was never seen before, held by those nodes. */
  public StoredChunk newChunk(String... nodes) {
    return new StoredChunk(
        new ChunkId(String.format("%08x", ++chunks)),
        100,
        0,
        List.of(nodes).stream().map(NodeName::new).toList());
  }

  /** A file that is the first ten bytes of a chunk. */
  public static NewFile fileIn(FileName name, StoredChunk chunk) {
    return new NewFile(name, 10, 0, List.of(new Extent(chunk.id(), 0, 10, 0)));
  }

  /** Puts a file in a chunk of its own. */
  public StoredChunk put(FileName name, String... nodes) {
    StoredChunk chunk = newChunk(nodes);
    apply(
        new Command.CommitFiles(
            List.of(fileIn(name, chunk)), List.of(chunk), Optional.empty(), AT_MS));
    return chunk;
  }

  /** Puts that many empty pictures in the dataset. */
  public SampleCluster withPhotos(int count) {
    List<NewFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(new NewFile(PHOTOS.resolve(String.format("%05d.jpg", i)), 0, 0, List.of()));
    }
    apply(new Command.CommitFiles(files, List.of(), Optional.of(PHOTOS), AT_MS));
    return this;
  }

  /** Adds the model, or its next revision. */
  public SampleCluster withModel() {
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      put(Model.folder(MODEL).resolve(part), "n1");
    }
    int version =
        state.files().latest(Model.folder(MODEL).resolve("model.json")).orElseThrow().number();
    apply(addModel(MODEL, card(), version, AT_MS));
    return this;
  }

  /** The command that makes one version of each of a model's files a revision. */
  public static Command.AddModel addModel(ModelName name, ModelCard card, int version, long atMs) {
    TreeMap<String, Integer> versions = new TreeMap<>();
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      versions.put(part, version);
    }
    return new Command.AddModel(name, card, SMOKE, versions, atMs);
  }

  /** What the model says of itself. */
  public static ModelCard card() {
    return new ModelCard(
        MODEL.value(),
        "ResNet-50",
        "a test",
        "none",
        new Preprocessing(
            224,
            224,
            Preprocessing.Resize.SHORTER_SIDE,
            256,
            Preprocessing.Channels.RGB,
            Preprocessing.Layout.NCHW,
            1f,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f)),
        new ModelCard.Output(1_000, 0, ModelCard.Scores.LOGITS));
  }

  /** The command that submits a job of the dataset's first queries. */
  public static Command.SubmitJob job(int queries, int batchSize, int weight) {
    return new Command.SubmitJob(
        ModelRef.latest(MODEL),
        Optional.of(PHOTOS),
        new Range(0, queries - 1),
        Optional.of(batchSize),
        weight,
        AT_MS);
  }

  /** Submits a job of the dataset's first queries. */
  public JobSpec submit(int queries, int batchSize, int weight) {
    return ((Reply.Submitted) apply(job(queries, batchSize, weight))).job();
  }

  /** Submits such a job, under conditions. */
  public JobSpec submit(int queries, int batchSize, Conditions conditions) {
    Reply reply =
        apply(
            new Command.SubmitJob(
                ModelRef.latest(MODEL),
                Optional.of(PHOTOS),
                new Range(0, queries - 1),
                Optional.of(batchSize),
                1,
                conditions,
                AT_MS));
    return ((Reply.Submitted) reply).job();
  }

  /** A worker's result of one batch: each query has a class of its own. */
  public BatchResult result(BatchKey batch, NodeId by) {
    int queries = state.jobs().get(batch.job()).orElseThrow().cut().sizeOf(batch.number());
    List<QueryResult> results = new ArrayList<>();
    for (int i = 0; i < queries; i++) {
      results.add(new QueryResult.Classified(List.of(new Guess(batch.number() + i, 9_000))));
    }
    return new BatchResult(
        batch,
        by,
        AT_MS,
        AT_MS + 10,
        results,
        Collections.nCopies(queries, new Timing(4, 1, 2, 3)));
  }

  /** Completes one batch. */
  public Reply complete(JobId job, int batch, NodeId by) {
    return apply(new Command.CompleteBatches(List.of(result(new BatchKey(job, batch), by)), AT_MS));
  }
}
