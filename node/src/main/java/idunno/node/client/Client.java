package idunno.node.client;

import idunno.core.base.Address;
import idunno.core.base.NodeName;
import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Report;
import idunno.core.files.FileName;
import idunno.core.jobs.JobId;
import idunno.core.membership.MemberState;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.FsckView;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A cluster, called from outside through any of its nodes.
 *
 * <p>Every call blocks until it is answered, may be made from any thread, and throws {@link
 * Refused} where a node says no, {@link NoAnswer} where none answers in time, {@link Corrupt} where
 * bytes arrive wrong, {@link LocalFailure} where this machine's disk fails, and {@link
 * java.io.InterruptedIOException} where its thread is interrupted. A node that dies is replaced by
 * the next; a change is repeated under one id, so that it is made once.
 */
public final class Client implements AutoCloseable {
  private static final long LEARN_EVERY_MS = 30_000;
  private static final long LEAVE_MS = 300_000;
  private static final long LOAD_MS = 300_000;
  private static final long QUANTIZE_MS = 3_600_000;

  private final Calls calls;
  private final Transfers transfers;
  private final Routes routes;
  private final AtomicLong learnedNanos;

  private Client(Calls calls, Routes routes, AtomicLong learnedNanos) {
    this.calls = calls;
    this.routes = routes;
    this.transfers = new Transfers(calls);
    this.learnedNanos = learnedNanos;
  }

  /**
   * A client that starts with the first of these addresses. It connects at its first call.
   *
   * @param apis addresses of the API of nodes of one cluster, one or more
   * @param http makes the connections
   */
  public static Client connect(List<Address> apis, HttpClient http) {
    Calls calls = new Calls(new Endpoints(apis), http, Patience.USUAL);
    return new Client(calls, new Routes(calls), new AtomicLong(Long.MIN_VALUE));
  }

  /** The same client, its connections and ids shared, with another patience. */
  public Client with(Patience patience) {
    return new Client(calls.with(patience), routes, learnedNanos);
  }

  /** The node that was named first among those that answer. */
  public Views.SelfView self() throws IOException {
    return calls.ask(read("/v1/self").toThisNode(), decoded(Views.SelfView.class));
  }

  /** Every member of the group. */
  public Views.MembersView members() throws IOException {
    Views.MembersView members = get("/v1/members", Views.MembersView.class);
    learn(
        members.members().stream()
            .filter(member -> member.state() == MemberState.ALIVE)
            .map(Views.MemberView::api)
            .toList());
    return members;
  }

  /** The coordinator and its standbys. */
  public Views.MasterView master() throws IOException {
    return get("/v1/master", Views.MasterView.class);
  }

  /** What the coordinator knows now: jobs, what runs where, how long it takes. */
  public Report report() throws IOException {
    return report("/v1/report");
  }

  /** The same, of one job alone; of none if it isn't there. */
  public Report report(JobId job) throws IOException {
    return report("/v1/report" + Ask.query("job", job.toString()));
  }

  /** What it knows, with the distributions of all jobs' times. */
  public Report histograms() throws IOException {
    return report("/v1/report?detail=histograms");
  }

  /** The same, with every batch that was committed. */
  public Report history() throws IOException {
    return report("/v1/report?detail=batches");
  }

  /** That of one job alone; of none if it isn't there. */
  public Report history(JobId job) throws IOException {
    return report("/v1/report" + Ask.query("detail", "batches", "job", job.toString()));
  }

  private Report report(String path) throws IOException {
    Report report = get(path, Report.class);
    learn(
        report.members().stream()
            .filter(member -> member.state() == MemberState.ALIVE)
            .map(member -> member.place().api())
            .toList());
    return report;
  }

  /**
   * Has the disks evened out; {@link #balance()} says how it goes.
   *
   * @param withinPoints how many percentage points from the mean use a disk may be
   */
  public Balance balance(double withinPoints) throws IOException {
    Views.BalanceAsk ask = new Views.BalanceAsk(withinPoints);
    return change("POST", "/v1/balance", Optional.of(ask), Balance.class);
  }

  /** How evening out the disks stands. */
  public Balance balance() throws IOException {
    return get("/v1/balance", Balance.class);
  }

  /**
   * Asks the logs of all members.
   *
   * @param pattern a regular expression in RE2's syntax
   * @param limit how many lines to send at most; the counts are of all. Empty: all lines
   * @param sink takes lines, counts and silences as they come
   */
  public void grep(String pattern, OptionalLong limit, Consumer<Views.GrepView> sink)
      throws IOException {
    String most = limit.isPresent() ? Long.toString(limit.getAsLong()) : "";
    calls.stream(
        Ask.read("/v1/grep" + Ask.query("pattern", pattern, "limit", most), LOAD_MS),
        line -> {
          sink.accept(decode(line, Views.GrepView.class));
          return true;
        });
  }

  /** Uploads one file. Answers when the new version is durable on enough nodes. */
  public Views.PutView put(Path local, FileName name, ByteProgress progress) throws IOException {
    return put(local, name, Optional.empty(), progress);
  }

  /**
   * Uploads one file, on a condition.
   *
   * @param onlyOver the number of the latest version that must be there, 0 for "no such file"
   * @throws Refused that {@link Refused#isConflict} if another one is there
   */
  public Views.PutView put(
      Path local, FileName name, Optional<Integer> onlyOver, ByteProgress progress)
      throws IOException {
    prepareChange();
    Optional<Routes.Direct> direct = routes.direct();
    return direct.isPresent()
        ? direct.get().uploads().put(local, name, onlyOver, progress)
        : transfers.put(local, name, onlyOver, progress);
  }

  /** Uploads all files below a folder, in one request. */
  public Views.FolderPutView putFolder(Path folder, FileName into, ByteProgress progress)
      throws IOException {
    prepareChange();
    Optional<Routes.Direct> direct = routes.direct();
    return direct.isPresent()
        ? direct.get().uploads().putFolder(folder, into, progress)
        : transfers.putFolder(folder, into, progress);
  }

  /**
   * Downloads one version, the latest if none is named, over whatever is at {@code local}; that is
   * left as it is unless all bytes arrive and are right.
   */
  public Fetched get(FileName name, OptionalInt version, Path local, ByteProgress progress)
      throws IOException {
    Optional<Routes.Direct> direct = routes.direct();
    return direct.isPresent()
        ? direct.get().downloads().get(name, version, local, progress)
        : transfers.get(name, version, local, progress);
  }

  /**
   * Writes a stretch of one version, the latest if none is named.
   *
   * @param from the first byte, from 0
   * @param to the byte behind the last; beyond the end means the end
   * @return the version's number
   * @throws IOException also if the stretch begins beyond the end; some of it may be written when
   *     another error is thrown
   */
  public int copy(FileName name, OptionalInt version, long from, long to, OutputStream out)
      throws IOException {
    Optional<Routes.Direct> direct = routes.direct();
    return direct.isPresent()
        ? direct.get().downloads().copy(name, version, from, to, out)
        : transfers.copy(name, version, from, to, out);
  }

  /** Downloads the last versions into one file, newest first, with a delimiter before each. */
  public Fetched versions(FileName name, int last, Path local, ByteProgress progress)
      throws IOException {
    return transfers.versions(name, last, local, progress);
  }

  /** Deletes a file with all its versions; it can be had back for as long as is usual, a day. */
  public Views.DeletedView delete(FileName name) throws IOException {
    return delete(name, OptionalLong.empty());
  }

  /**
   * Deletes a file with all its versions.
   *
   * @param keepMs how long it can be had back; 0 gives its space back at once, and that of earlier
   *     deletes of it; empty for as long as is usual
   */
  public Views.DeletedView delete(FileName name, OptionalLong keepMs) throws IOException {
    String keep = keepMs.isPresent() ? Long.toString(keepMs.getAsLong()) : "";
    String path = Ask.path("/v1/files/", name.value()) + Ask.query("keepMs", keep);
    return change("DELETE", path, Optional.empty(), Views.DeletedView.class);
  }

  /** Brings back what the last delete of a file took away. */
  public Views.UndeletedView undelete(FileName name) throws IOException {
    String path = Ask.path("/v1/undelete/", name.value());
    return change("POST", path, Optional.empty(), Views.UndeletedView.class);
  }

  /** The deleted files that can be had back: of one name, of a folder, or all. */
  public void deleted(Optional<FileName> in, Consumer<Views.DeletedFileView> sink)
      throws IOException {
    String path = "/v1/deleted" + Ask.query("in", in.map(FileName::value).orElse(""));
    calls.stream(
        read(path),
        line -> {
          sink.accept(decode(line, Views.DeletedFileView.class));
          return true;
        });
  }

  /** How many versions are kept where. */
  public Views.LimitsView limits() throws IOException {
    return get("/v1/limits", Views.LimitsView.class);
  }

  /** Sets how many versions the files of a folder, or one file, keep; 0 takes that back. */
  public Views.KeptView keep(FileName folder, int versions) throws IOException {
    String path =
        Ask.path("/v1/limits/", folder.value()) + Ask.query("keep", Integer.toString(versions));
    return change("POST", path, Optional.empty(), Views.KeptView.class);
  }

  /** Gives a file or a folder a name that is free. */
  public Views.MovedView move(FileName from, FileName to) throws IOException {
    String path = "/v1/move" + Ask.query("from", from.value(), "to", to.value());
    return change("POST", path, Optional.empty(), Views.MovedView.class);
  }

  /** Copies a version of a file, the latest if none is named, or the latest ones of a folder. */
  public Views.CopiedView copy(FileName from, OptionalInt version, FileName to) throws IOException {
    String number = version.isPresent() ? Integer.toString(version.getAsInt()) : "";
    String path = "/v1/copy" + Ask.query("from", from.value(), "to", to.value(), "version", number);
    return change("POST", path, Optional.empty(), Views.CopiedView.class);
  }

  /** One file with all its versions; empty if there is none of that name. */
  public Optional<Views.FileView> file(FileName name) throws IOException {
    return lists().file(name);
  }

  /**
   * The files in a folder, at any depth, with all their versions; all files, if no folder is named.
   * It gathers them all: {@link #lists} tells them one by one.
   */
  public Views.FilesView files(Optional<FileName> folder) throws IOException {
    return new Views.FilesView(lists().files(folder));
  }

  /** What a node holds whole, gathered; the one that was named first, if none is given. */
  public Views.StoreView store(Optional<NodeName> node) throws IOException {
    return lists().store(node);
  }

  /** The listings of the file store, as they come. */
  public Lists lists() {
    return new Lists(calls);
  }

  /**
   * The same client, which takes what the node that was named first knows by itself: it answers
   * without a coordinator or a majority, and may answer from the past.
   */
  public Client stale() {
    Calls stale = calls.stale();
    return new Client(stale, new Routes(stale), learnedNanos);
  }

  /**
   * How old the last answer of a {@link #stale} client may be, in milliseconds; empty if that isn't
   * known, since its node has not been in touch with a majority since it started.
   */
  public OptionalLong staleMs() {
    return calls.staleMs();
  }

  /**
   * Looks at the health of the whole store.
   *
   * @param all whether all versions with trouble are passed on, however many; else the first
   *     hundred
   * @param sink takes the verdict, the versions with trouble, and the nodes, as they come
   */
  public void fsck(boolean all, Consumer<FsckView> sink) throws IOException {
    calls.stream(Ask.read("/v1/fsck" + (all ? "?all=true" : ""), LOAD_MS), fsckLines(sink));
  }

  /** Has every node read all of its replicas again, from now on. */
  public void startScrub(Consumer<FsckView> sink) throws IOException {
    calls.stream(Ask.change("POST", "/v1/scrub", Body.NONE, LOAD_MS), fsckLines(sink));
  }

  /** Every node's disk, and how far it is with scrubbing. */
  public void disks(Consumer<FsckView> sink) throws IOException {
    calls.stream(read("/v1/scrub"), fsckLines(sink));
  }

  private static Lines.Sink fsckLines(Consumer<FsckView> sink) {
    return line -> {
      sink.accept(decode(line, FsckView.class));
      return true;
    };
  }

  /** The latest revision of every model. */
  public Views.ModelsView models() throws IOException {
    return models(false);
  }

  /**
   * All models.
   *
   * @param everyRevision every revision of each instead of the latest
   */
  public Views.ModelsView models(boolean everyRevision) throws IOException {
    return get("/v1/models" + (everyRevision ? "?all=true" : ""), Views.ModelsView.class);
  }

  /** Everything that is known of one model, and which nodes have it warm. */
  public Views.ModelShowView model(ModelRef model) throws IOException {
    return get(Ask.path("/v1/models/", model.toString()), Views.ModelShowView.class);
  }

  /** Removes a revision of a model, or all, with its files. */
  public Views.ModelRemovedView removeModel(ModelRef model) throws IOException {
    String path = Ask.path("/v1/models/", model.toString());
    return change("DELETE", path, Optional.empty(), Views.ModelRemovedView.class);
  }

  /** Adds the model whose files lie in its folder of the store; a node tries it first. */
  public Views.ModelAddedView addModel(ModelName name) throws IOException {
    prepareChange();
    return calls.ask(
        Ask.change("POST", Ask.path("/v1/models/", name.value()), Body.NONE, LOAD_MS),
        decoded(Views.ModelAddedView.class));
  }

  /** Makes a model in 8 bits of another; the outcome is the last that is passed on. */
  public void quantize(ModelRef model, Views.QuantizeAsk ask, Consumer<Views.QuantizeView> sink)
      throws IOException {
    prepareChange();
    String path = Ask.path("/v1/models/", model.toString()) + "/quantize";
    calls.stream(
        Ask.change("POST", path, Body.bytes(Codec.json().encode(ask)), QUANTIZE_MS),
        line -> {
          sink.accept(decode(line, Views.QuantizeView.class));
          return true;
        });
  }

  /** Sets how many queries a batch of a model's new jobs has. */
  public Views.DoneView setBatchSize(ModelName name, int queries) throws IOException {
    String path = Ask.path("/v1/models/", name.value()) + "/batch-size";
    return change("POST", path, Optional.of(new Views.BatchSizeAsk(queries)), Views.DoneView.class);
  }

  /** Loads and warms models on all machines; all models, if none is named. */
  public void train(List<ModelRef> models, Consumer<Views.TrainedView> sink) throws IOException {
    prepareChange();
    Object ask = new Views.TrainAsk(models.stream().map(ModelRef::toString).toList());
    calls.stream(
        Ask.change("POST", "/v1/train", Body.bytes(Codec.json().encode(ask)), LOAD_MS),
        line -> {
          sink.accept(decode(line, Views.TrainedView.class));
          return true;
        });
  }

  /** Jobs, and how they share the machines. */
  public Jobs jobs() {
    return new Jobs(this, calls);
  }

  /** Makes the node that was named leave its group; answers when it has left. */
  public Views.DoneView leave() throws IOException {
    self();
    return calls.ask(
        Ask.change("POST", "/v1/leave", Body.NONE, LEAVE_MS).toThisNode(),
        decoded(Views.DoneView.class));
  }

  /** Makes the node that was named join the group of any of these nodes. */
  public Views.SelfView join(List<Address> seeds) throws IOException {
    self();
    Object ask = new Views.JoinAsk(seeds.stream().map(Address::toString).toList());
    return calls.ask(
        Ask.change("POST", "/v1/join", Body.bytes(Codec.json().encode(ask)), LEAVE_MS).toThisNode(),
        decoded(Views.SelfView.class));
  }

  /** Ends the connections to the nodes that hold bytes; they are made anew when needed. */
  @Override
  public void close() {
    routes.close();
  }

  private Ask read(String path) {
    return Ask.read(path, calls.patience().attemptMs());
  }

  private <T> T get(String path, Class<T> type) throws IOException {
    return calls.ask(read(path), decoded(type));
  }

  <T> T change(String method, String path, Optional<Object> body, Class<T> type)
      throws IOException {
    prepareChange();
    Body bytes = body.map(value -> Body.bytes(Codec.json().encode(value))).orElse(Body.NONE);
    return calls.ask(Ask.change(method, path, bytes, calls.patience().attemptMs()), decoded(type));
  }

  private static <T> Calls.Answer<T> decoded(Class<T> type) {
    return (response, in) -> Whole.decode(in, type);
  }

  private static <T> T decode(String line, Class<T> type) {
    return Codec.json().decode(line.getBytes(StandardCharsets.UTF_8), type);
  }

  private void learn(List<Address> alive) {
    calls.endpoints().learn(alive);
    learnedNanos.set(System.nanoTime());
  }

  /**
   * Before a change, a client should know where else to turn: the node that it asks may die with
   * the reply. It costs one short read every half minute; that it fails is no error.
   */
  private void prepareChange() throws IOException {
    long learned = learnedNanos.get();
    boolean fresh =
        learned != Long.MIN_VALUE
            && System.nanoTime() - learned < TimeUnit.MILLISECONDS.toNanos(LEARN_EVERY_MS);
    if (!fresh) {
      try {
        with(Patience.NONE).members();
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        // The change itself will say what is wrong.
      }
    }
  }
}
