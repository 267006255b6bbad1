package idunno.node.main;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.base.RequestId;
import idunno.core.files.Crc32c;
import idunno.core.files.FileName;
import idunno.core.files.FileVersion;
import idunno.core.jobs.BatchKey;
import idunno.core.jobs.BatchResult;
import idunno.core.jobs.Conditions;
import idunno.core.jobs.Guess;
import idunno.core.jobs.JobId;
import idunno.core.jobs.JobState;
import idunno.core.jobs.Progress;
import idunno.core.jobs.QueryResult;
import idunno.core.jobs.Timing;
import idunno.core.membership.Member;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.core.models.Preprocessing;
import idunno.core.models.SmokeTest;
import idunno.core.state.ClusterState;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.files.FileStore;
import idunno.node.gateway.NotFound;
import idunno.node.replica.Proposer;
import idunno.node.replica.ReplicatedState;
import idunno.node.transfer.FakeReplicas;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Results on their way to the store: the same bytes, however they come there. */
final class ResultsTest {
  private static final int QUERIES = 23;
  private static final int BATCH = 4;
  private static final int BATCHES = 6;
  private static final ModelName MODEL = new ModelName("tiny");
  private static final FileName PHOTOS = new FileName("photos");

  private final ReplicatedState state =
      new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
  private final Proposer proposer = new Proposer((entry, timeout) -> state.apply(entry));
  private final FakeReplicas replicas = new FakeReplicas(4);
  private final FileStore files = new FileStore(state, proposer, replicas, () -> 1);
  private final Results results = new Results(state, files, proposer, () -> 1);
  private final AtomicLong requests = new AtomicLong();
  private NodeId n1 = new NodeId(new NodeName("n1"), 1);

  @BeforeEach
  void bringAModelAndPictures() throws Exception {
    Address address = new Address("n1", 7000);
    Member.Place place = new Member.Place("disk", address, address, address, 1, "");
    n1 =
        assertInstanceOf(
                Reply.Admitted.class, submit(new Command.AdmitMember(new NodeName("n1"), place, 1)))
            .node();
    TreeMap<String, Integer> versions = new TreeMap<>();
    for (String part :
        List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
      put(Model.folder(MODEL).resolve(part), "cat\ndog\nowl\n");
      versions.put(part, 1);
    }
    submit(
        new Command.AddModel(
            MODEL, card(), new SmokeTest(900, 40_000, 280_000, 8, 1 << 20, 1), versions, 1));
    for (int i = 0; i < QUERIES; i++) {
      put(photo(i), "picture " + i);
    }
  }

  @AfterEach
  void close() {
    proposer.close();
  }

  private static ModelCard card() {
    return new ModelCard(
        MODEL.value(),
        "made in a test",
        "nowhere",
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
        new ModelCard.Output(3, 0, ModelCard.Scores.LOGITS));
  }

  private static FileName photo(int number) {
    return PHOTOS.resolve("%03d.jpg".formatted(number));
  }

  private void put(FileName name, String text) throws Exception {
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    files.put(new RequestId("test", requests.incrementAndGet()), name, in);
  }

  private Reply submit(Command command) throws Exception {
    return proposer.submit(command, Duration.ofSeconds(10));
  }

  private JobId begin(Optional<Integer> maxFailures) throws Exception {
    Command submit =
        new Command.SubmitJob(
            ModelRef.latest(MODEL),
            Optional.of(PHOTOS),
            new Range(0, QUERIES - 1),
            Optional.of(BATCH),
            1,
            new Conditions(Optional.empty(), maxFailures),
            1);
    return assertInstanceOf(Reply.Submitted.class, submit(submit)).job().id();
  }

  /** Completes a batch; of those queries in it that are named the pictures are broken. */
  private void complete(JobId job, int batch, Long... broken) throws Exception {
    List<QueryResult> answers = new ArrayList<>();
    state
        .read(
            s -> s.jobs().get(job).orElseThrow().cut().queriesOf(batch).numbers().boxed().toList())
        .forEach(
            query ->
                answers.add(
                    List.of(broken).contains(query)
                        ? new QueryResult.Failed("broken")
                        : new QueryResult.Classified(
                            List.of(new Guess((int) (query % 3), (int) (1_000 + query))))));
    BatchResult result =
        new BatchResult(
            new BatchKey(job, batch),
            n1,
            1,
            2,
            answers,
            Collections.nCopies(answers.size(), new Timing(0, 1, 1, 1)));
    submit(new Command.CompleteBatches(List.of(result), 1));
  }

  private String soFar(JobId job, long from) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    results.write(job, from, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<Long> queriesOf(String lines) {
    return lines.lines().map(line -> Long.parseLong(line.split("[:,]", 3)[1])).toList();
  }

  private String fileOf(JobId job) throws IOException {
    FileVersion version = latest(job);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    files.copy(version, out);
    assertEquals(version.crc32c(), Crc32c.of(ByteBuffer.wrap(out.toByteArray())));
    return out.toString(StandardCharsets.UTF_8);
  }

  private FileVersion latest(JobId job) {
    FileName name = state.read(s -> s.jobs().get(job).orElseThrow().spec().resultFile());
    return files.find(name, Optional.empty()).orElseThrow();
  }

  private JobState stateOf(JobId job) {
    return state.read(s -> s.jobs().get(job).map(Progress::state)).orElseThrow();
  }

  private String undisturbed() throws Exception {
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES; batch++) {
      complete(job, batch, 9L);
    }
    results.publish(job);
    assertEquals(JobState.DONE, stateOf(job));
    return fileOf(job);
  }

  @Test
  void theFileIsTheSameBytesHoweverItsPartsWereCutAndSharesTheirs() throws Exception {
    String expected = undisturbed();
    for (List<Integer> ends : List.of(List.of(1), List.of(5), List.of(2, 3), List.of(1, 2, 4, 5))) {
      JobId job = begin(Optional.empty());
      int begin = 0;
      for (int batch = 0; batch < BATCHES; batch++) {
        complete(job, batch, 9L);
        if (ends.contains(batch + 1)) {
          results.publishPart(job, begin, batch + 1);
          begin = batch + 1;
          assertEquals(
              List.of(), state.read(s -> s.jobs().get(job).orElseThrow().batchesWithResults()));
          String lines = soFar(job, 0);
          assertTrue(expected.startsWith(lines), lines);
          assertEquals((long) begin * BATCH, lines.lines().count());
        }
      }
      List<String> chunks =
          state.read(
              s ->
                  s.jobs().get(job).orElseThrow().written().stream()
                      .flatMap(part -> part.version().extents().stream())
                      .map(extent -> extent.chunk().toString())
                      .toList());
      results.publish(job);
      assertEquals(expected, fileOf(job));
      assertEquals(expected, soFar(job, 0));
      assertEquals(
          chunks,
          latest(job).extents().stream()
              .map(extent -> extent.chunk().toString())
              .limit(ends.size())
              .toList());
      assertEquals(ends.size() + 1, latest(job).extents().size());
      assertEquals(
          List.of(), state.read(s -> s.files().namesIn(new FileName("results/job-" + job))));
    }
  }

  @Test
  void fromAnyQueryOnTheLinesOfPartsAndStateComeInOrder() throws Exception {
    String expected = undisturbed();
    JobId job = begin(Optional.empty());
    assertEquals("", soFar(job, 0));
    for (int batch : List.of(0, 1, 2, 4)) {
      complete(job, batch, 9L);
    }
    results.publishPart(job, 0, 1);
    results.publishPart(job, 1, 2);
    List<Long> finished = new ArrayList<>(queriesOf(expected));
    finished.removeIf(query -> query / BATCH == 3 || query / BATCH == 5);
    for (long from = 0; from <= QUERIES; from++) {
      long first = from;
      assertEquals(
          finished.stream().filter(query -> query >= first).toList(),
          queriesOf(soFar(job, from)),
          "from " + from);
    }
  }

  /** Does something when the first line has been written. */
  private static final class Interrupted extends ByteArrayOutputStream {
    private interface Deed {
      void run() throws Exception;
    }

    private final Deed deed;
    private boolean done;

    Interrupted(Deed deed) {
      this.deed = deed;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      super.write(bytes);
      if (!done) {
        done = true;
        try {
          deed.run();
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }

  @Test
  void aPartThatIsCommittedWhileSomebodyReadsLosesAndDoublesNoLine() throws Exception {
    String expected = undisturbed();
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES - 1; batch++) {
      complete(job, batch, 9L);
    }
    Interrupted reader = new Interrupted(() -> results.publishPart(job, 0, BATCHES - 1));
    results.write(job, 0, reader);
    assertEquals(
        expected.lines().limit((BATCHES - 1L) * BATCH).toList(),
        reader.toString(StandardCharsets.UTF_8).lines().toList());

    Interrupted last =
        new Interrupted(
            () -> {
              complete(job, BATCHES - 1);
              results.publish(job);
            });
    results.write(job, 0, last);
    String seen = last.toString(StandardCharsets.UTF_8);
    assertTrue(expected.startsWith(seen), seen);
  }

  @Test
  void aJobThatEndsWhileSomebodyReadsItsStateIsReadToTheEnd() throws Exception {
    String expected = undisturbed();
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES - 1; batch++) {
      complete(job, batch, 9L);
    }
    Interrupted reader =
        new Interrupted(
            () -> {
              complete(job, BATCHES - 1);
              results.publish(job);
            });
    results.write(job, 0, reader);
    assertEquals(expected, reader.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatAnotherCoordinatorPublishesMeanwhileIsPublishedOnceAndNoFailure() throws Exception {
    String expected = undamaged();
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES; batch++) {
      complete(job, batch);
    }
    Results slow = new Results(state, files, proposer, () -> 1);
    // It has the first batch, and looks up the labels.
    replicas.beforeNextRead(() -> assertDoesNotThrow(() -> results.publish(job)));
    slow.publish(job);
    assertEquals(JobState.DONE, stateOf(job));
    assertEquals(1, latest(job).number());
    assertEquals(expected, fileOf(job));
  }

  @Test
  void theSamePartWrittenTwiceIsOnePart() throws Exception {
    JobId job = begin(Optional.empty());
    complete(job, 0);
    results.publishPart(job, 0, 1);
    results.publishPart(job, 0, 1);
    assertThrows(IOException.class, () -> results.publishPart(job, 1, 2), "nothing is finished");
    assertEquals(1, (int) state.read(s -> s.jobs().get(job).orElseThrow().written().size()));
  }

  @Test
  void whatIsRunAgainReplacesItsLinesAndLeavesAllOthers() throws Exception {
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES; batch++) {
      complete(job, batch, 1L, 9L, 22L);
    }
    results.publish(job);
    List<String> before = fileOf(job).lines().toList();
    submit(new Command.DeleteFile(photo(22), 0, 1));
    assertEquals(new Reply.Retried(2, 1), submit(new Command.RetryFailed(job, 1)));
    List<String> meanwhile = soFar(job, 0).lines().toList();
    assertEquals(before.subList(0, 22), meanwhile.subList(0, 22));
    assertEquals(QUERIES, meanwhile.size());

    complete(job, BATCHES, 9L);
    List<String> expected = new ArrayList<>(before);
    expected.set(
        1,
        "{\"query\":1,\"file\":\"photos/001.jpg\",\"status\":\"ok\","
            + "\"top\":[{\"classIndex\":1,\"label\":\"dog\",\"score\":0.1001}]}");
    expected.set(
        22,
        "{\"query\":22,\"file\":\"photos/022.jpg\",\"status\":\"failed\","
            + "\"reason\":\"missing: photos/022.jpg was deleted\"}");
    assertEquals(expected, soFar(job, 0).lines().toList());
    assertEquals(expected.subList(7, QUERIES), soFar(job, 7).lines().toList());
    results.publish(job);
    assertEquals(expected, fileOf(job).lines().toList());
    assertEquals(2, latest(job).number());
    assertEquals(2, (long) state.read(s -> s.jobs().get(job).orElseThrow().failures()));

    put(photo(22), "back");
    assertEquals(new Reply.Retried(2, 0), submit(new Command.RetryFailed(job, 1)));
    complete(job, BATCHES + 1);
    results.publish(job);
    assertEquals(undamaged(), fileOf(job));
    assertEquals(3, latest(job).number());
  }

  private String undamaged() throws Exception {
    JobId job = begin(Optional.empty());
    for (int batch = 0; batch < BATCHES; batch++) {
      complete(job, batch);
    }
    results.publish(job);
    return fileOf(job);
  }

  @Test
  void aJobThatWasGivenUpEndsWithTheFileThatItWouldHaveHad() throws Exception {
    String expected = undamaged();
    JobId job = begin(Optional.of(1));
    complete(job, 0, 2L);
    complete(job, 1);
    results.publishPart(job, 0, 2);
    complete(job, 3);
    complete(job, 2, 9L);
    assertEquals(JobState.FAILED, stateOf(job));
    assertEquals(16, soFar(job, 0).lines().count());

    assertEquals(new Reply.Retried(9, 0), submit(new Command.RetryFailed(job, 1)));
    assertEquals(16, soFar(job, 0).lines().count());
    complete(job, 6);
    results.publishPart(job, 6, 7);
    complete(job, 7);
    assertEquals(
        queriesOf(expected).subList(0, 22),
        queriesOf(soFar(job, 0)),
        "the last one is not run yet");
    complete(job, 8);
    assertEquals(expected, soFar(job, 0));
    results.publish(job);
    assertEquals(expected, fileOf(job));
  }

  @Test
  void aSnapshotAmidARetryIsReadBackWhole() throws Exception {
    JobId job = begin(Optional.of(1));
    complete(job, 0, 2L);
    results.publishPart(job, 0, 1);
    complete(job, 1, 5L);
    submit(new Command.DeleteFile(photo(5), 0, 1));
    assertEquals(new Reply.Retried(16, 1), submit(new Command.RetryFailed(job, 1)));
    complete(job, BATCHES);
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    state.writeSnapshot(snapshot);
    ReplicatedState other = new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
    other.readSnapshot(new ByteArrayInputStream(snapshot.toByteArray()));
    assertEquals(
        state.read(ClusterState::snapshot).jobs(), other.read(ClusterState::snapshot).jobs());
    assertEquals(
        soFar(job, 0).lines().count(),
        (long) other.read(s -> s.jobs().get(job).orElseThrow().finished()));
  }

  @Test
  void deletedPartsOfACancelledJobAreSaidToBeDeleted() throws Exception {
    JobId job = begin(Optional.empty());
    complete(job, 0);
    results.publishPart(job, 0, 1);
    complete(job, 2);
    submit(new Command.CancelJob(job, 1));
    assertEquals(8, soFar(job, 0).lines().count());
    FileName part = new FileName("results/job-" + job + "/part-00001.jsonl");
    submit(new Command.DeleteFile(part, 0, 1));
    NotFound gone = assertThrows(NotFound.class, () -> soFar(job, 0));
    assertEquals(part + ": the results were deleted", gone.getMessage());
  }
}
