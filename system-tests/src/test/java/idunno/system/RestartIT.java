package idunno.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.files.FileName;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobState;
import idunno.core.models.ModelName;
import idunno.node.client.ByteProgress;
import idunno.node.demo.LocalCluster.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A power cut for all, and a node that was away for long. */
class RestartIT {
  @RegisterExtension
  static final Cluster CLUSTER = new Cluster(3, "--slots", "1", "--snapshot-every", "50");

  private static final Work WORK = new Work(CLUSTER);

  @Test
  void afterAPowerCutForAllNodesNothingIsLostAndARunningJobGoesOn() throws Exception {
    WORK.addModel("heavy", new Network(10));
    WORK.addPictures("pictures", 300);
    WORK.warm();
    JobSpec finished = WORK.submit(Work.ask("heavy", "pictures", 300, 4, 1));
    byte[] results = WORK.awaitDone(finished.id());
    CLUSTER.client().setBatchSize(new ModelName("heavy"), 17);
    JobSpec running = WORK.submit(Work.ask("heavy", "pictures", 300, 4, 1));
    long before = WORK.awaitBegun(running.id(), 60).finished();

    for (Machine machine : CLUSTER.machines()) {
      machine.signal("KILL");
    }
    for (Machine machine : CLUSTER.machines()) {
      machine.kill();
    }
    CLUSTER.mend();

    assertTrue(WORK.job(running.id()).finished() >= before, "what was counted stays counted");
    assertArrayEquals(results, WORK.awaitDone(running.id()));
    assertEquals(JobState.DONE, WORK.job(finished.id()).state());
    assertArrayEquals(results, WORK.file(finished.resultFile()));
    assertEquals(17, CLUSTER.client().models().models().getFirst().batchSize());
    Path pictures = CLUSTER.scratch().resolve("pictures");
    for (int i = 0; i < 300; i += 30) {
      String name = "%05d.png".formatted(i);
      assertArrayEquals(
          Files.readAllBytes(pictures.resolve(name)), WORK.file(new FileName("pictures/" + name)));
    }
    WORK.awaitDone(WORK.submit(Work.ask("heavy", "pictures", 20, 4, 1)).id());
  }

  @Test
  void aNodeThatWasAwayForLongCatchesUpByASnapshot() throws Exception {
    Machine away = CLUSTER.worker();
    away.kill();
    Path folder = Files.createDirectories(CLUSTER.scratch().resolve("folder"));
    for (int i = 0; i < 2_000; i++) {
      String name = "%04d-%s".formatted(i, "long-name".repeat(12));
      Files.writeString(folder.resolve(name), "text " + i);
    }
    Machine other = CLUSTER.running().getFirst();
    Set<String> had = logFiles(other);
    // Whole files of the log are dropped behind a snapshot: fill some, then let a snapshot come.
    for (int i = 0; i < 20; i++) {
      CLUSTER.client().putFolder(folder, new FileName("big/" + i), ByteProgress.SILENT);
    }
    Path local = CLUSTER.scratch().resolve("small");
    for (int i = 0; i < 120; i++) {
      Files.writeString(local, "small " + i);
      CLUSTER.client().put(local, new FileName("small/" + i), ByteProgress.SILENT);
    }
    Eventually.see(
        "the log that the node had is dropped elsewhere: " + had,
        Cluster.SOON,
        () -> logFiles(other),
        now -> now.stream().noneMatch(name -> name.startsWith("log_0-")) && !now.equals(had));
    assertFalse(away.isRunning());

    away.restart();
    CLUSTER.mend();
    for (int i = 0; i < 120; i += 10) {
      var answer = Web.get(away.api(), "/v1/files/small/" + i);
      assertEquals("small " + i, new String(answer.body(), StandardCharsets.UTF_8));
    }
    assertEquals(
        40_000,
        CLUSTER.client(away).files(java.util.Optional.of(new FileName("big"))).files().size());
    // It votes again: with one of the others gone, the two that are left go on.
    other.kill();
    Files.writeString(local, "by two");
    CLUSTER.client().put(local, new FileName("by-two"), ByteProgress.SILENT);
    assertEquals(
        "by two",
        new String(Web.get(away.api(), "/v1/files/by-two").body(), StandardCharsets.UTF_8));
  }

  private static Set<String> logFiles(Machine machine) throws IOException {
    try (Stream<Path> all = Files.walk(machine.data().resolve("consensus"))) {
      Set<String> names = new TreeSet<>();
      all.map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("log_"))
          .forEach(names::add);
      return names;
    }
  }
}
