package idunno.core.simulation;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;
import idunno.core.files.Extent;
import idunno.core.files.FileName;
import idunno.core.files.NewFile;
import idunno.core.files.StoredChunk;
import idunno.core.jobs.BatchResult;
import idunno.core.models.Model;
import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import idunno.core.state.Command;
import idunno.core.state.SampleCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What the store holds when a run begins: models, datasets, and chunks that need replicas. */
final class Store {
  /** The bytes of each. */
  static final int CHUNK_BYTES = 100;

  private static final int CHUNKS = 40;

  private Store() {}

  static void fill(SimulatedLog log, Scenario scenario, Random random) {
    long sequence = 0;
    for (JobPlan job : scenario.jobs()) {
      List<NewFile> files = new ArrayList<>();
      FileName folder = Model.folder(job.model());
      for (String part :
          List.of(ModelCard.NETWORK_FILE, ModelCard.LABELS_FILE, ModelCard.CARD_FILE)) {
        files.add(empty(folder.resolve(part)));
      }
      for (int file = 0; file < job.files(); file++) {
        files.add(empty(job.file(file)));
      }
      log.prepare(
          ++sequence, new Command.CommitFiles(files, List.of(), Optional.of(job.dataset()), 0));
      log.prepare(++sequence, SampleCluster.addModel(job.model(), card(job), 1, 0));
    }
    List<NodeName> names = new ArrayList<>();
    scenario.machines().forEach(machine -> names.add(machine.name()));
    for (int i = 0; i < CHUNKS; i++) {
      Collections.shuffle(names, random);
      ChunkId id = new ChunkId(String.format("%08x", i));
      log.prepare(
          ++sequence,
          new Command.CommitFiles(
              List.of(
                  new NewFile(
                      new FileName("archive/" + i),
                      CHUNK_BYTES,
                      0,
                      List.of(new Extent(id, 0, CHUNK_BYTES, 0)))),
              List.of(new StoredChunk(id, CHUNK_BYTES, 0, names.subList(0, 4))),
              Optional.empty(),
              0));
    }
  }

  private static NewFile empty(FileName name) {
    return new NewFile(name, 0, 0, List.of());
  }

  private static ModelCard card(JobPlan job) {
    return new ModelCard(
        job.model().value(),
        "simulated",
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
        new ModelCard.Output(1_000, 0, ModelCard.Scores.PROBABILITIES));
  }

  /** A command as a line of the transcript, long lists left out. */
  static String inShort(Command command) {
    return switch (command) {
      case Command.CompleteBatches complete ->
          "CompleteBatches"
              + complete.results().stream().map(BatchResult::key).toList()
              + complete.results().stream().map(BatchResult::node).toList();
      case Command.CommitFiles commit -> "CommitFiles of " + commit.files().size();
      case Command.AdmitMember _,
          Command.FailMember _,
          Command.ReleaseMember _,
          Command.FileChange _,
          Command.AddReplica _,
          Command.DropReplica _,
          Command.ShedReplica _,
          Command.AddModel _,
          Command.RemoveModel _,
          Command.SetBatchSize _,
          Command.JobChange _,
          Command.GiveUp _ ->
          command.toString();
    };
  }
}
