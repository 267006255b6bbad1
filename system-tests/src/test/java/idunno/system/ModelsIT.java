package idunno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import idunno.core.files.FileName;
import idunno.core.jobs.JobSpec;
import idunno.core.models.Model;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.models.ModelRef;
import idunno.node.api.ResultLine;
import idunno.node.api.Views.ModelOnNodeView;
import idunno.node.api.Views.QuantizeAsk;
import idunno.node.api.Views.QuantizeView;
import idunno.node.client.ByteProgress;
import idunno.node.client.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Models on three nodes: revisions, what is refused, and models in 8 bits. */
class ModelsIT {
  @RegisterExtension static final Cluster CLUSTER = new Cluster(3, "--slots", "1");

  private static final Work WORK = new Work(CLUSTER);

  @BeforeAll
  static void bringPictures() throws IOException {
    WORK.addPictures("pictures", 80);
  }

  @Test
  void aRevisionRunsUnderItsNameUntilItIsRemoved() throws Exception {
    WORK.addModel("twice", new Network(2));
    WORK.addModel("twice", new Network(3));
    assertEquals(2, WORK.submit(Work.ask("twice", "pictures", 4, 4, 1)).model().revision());
    JobSpec old = WORK.submit(Work.ask("twice@1", "pictures", 80, 4, 1));
    assertEquals(1, old.model().revision());
    CLUSTER.client().removeModel(ModelRef.parse("twice@1"));
    // The job that began on it ends on it.
    assertEquals(
        80, Work.lines(new String(WORK.awaitDone(old.id()), StandardCharsets.UTF_8)).size());
    Refused gone =
        assertThrows(Refused.class, () -> WORK.submit(Work.ask("twice@1", "pictures", 4, 4, 1)));
    assertTrue(String.valueOf(gone.getMessage()).contains("no model twice@1"), gone::toString);
    CLUSTER.client().removeModel(ModelRef.parse("twice"));
    assertEquals(
        List.of(),
        CLUSTER.client().files(Optional.of(new FileName("models/twice"))).files(),
        "its files are gone");
  }

  @Test
  void aModelIsReadyOnANodeOnlyOnceThatNodeHasWarmedIt() throws Exception {
    WORK.addModel("shown", new Network(2));
    ModelRef shown = ModelRef.parse("shown");
    assertFalse(CLUSTER.client().model(shown).nodes().stream().anyMatch(ModelOnNodeView::ready));
    CLUSTER.client().train(List.of(shown), trained -> assertTrue(trained.warm()));
    List<ModelOnNodeView> nodes = CLUSTER.client().model(shown).nodes();
    assertEquals(3, nodes.size());
    assertTrue(nodes.stream().allMatch(ModelOnNodeView::ready), nodes::toString);
  }

  @Test
  void aNetworkThatPointsOutOfItsFileIsRefusedAndNothingIsRead() throws Exception {
    Path folder = new Network(2).write(CLUSTER.scratch().resolve("outside"), "outside");
    Path network = folder.resolve("model.onnx");
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(network)).toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .clearRawData()
        .clearFloatData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue("../../etc/passwd"));
    Files.write(network, model.build().toByteArray());
    refused("outside", folder, "store the weights in the file itself");
  }

  @Test
  void aTensorOfFourGigabytesInAFileOfAKilobyteIsRefused() throws Exception {
    Path folder = new Network(1).write(CLUSTER.scratch().resolve("huge"), "huge");
    Path network = folder.resolve("model.onnx");
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(network)).toBuilder();
    TensorProto.Builder tensor = model.getGraphBuilder().getInitializerBuilder(0);
    tensor.clearDims().addDims(1 << 15).addDims(1 << 15).clearRawData().clearFloatData();
    Files.write(network, model.build().toByteArray());
    refused("huge", folder, "found data for");
  }

  /** Puts a model's files by hand, past all checks of the command, and has a node try them. */
  private static void refused(String name, Path folder, String because) throws Exception {
    for (String part : List.of("model.onnx", "labels.txt", "model.json")) {
      CLUSTER
          .client()
          .put(
              folder.resolve(part),
              Model.folder(new ModelName(name)).resolve(part),
              ByteProgress.SILENT);
    }
    Refused no = assertThrows(Refused.class, () -> CLUSTER.client().addModel(new ModelName(name)));
    assertTrue(String.valueOf(no.getMessage()).contains(because), no::toString);
    assertEquals(3, CLUSTER.running().size(), "no node fell");
  }

  @Test
  void aPictureThatUnpacksToAGigabyteIsAFailureOfItsQueryAlone() throws Exception {
    WORK.addModel("bombed", new Network(2));
    Path folder = Pictures.write(CLUSTER.scratch().resolve("bombs"), 6);
    Files.write(folder.resolve("00002.png"), bomb());
    CLUSTER.client().putFolder(folder, new FileName("bombs"), ByteProgress.SILENT);
    JobSpec job = WORK.submit(Work.ask("bombed", "bombs", 6, 6, 1));
    List<ResultLine> lines =
        Work.lines(new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8));
    assertEquals(
        List.of("ok", "ok", "failed", "ok", "ok", "ok"),
        lines.stream().map(ResultLine::status).toList());
  }

  /** A PNG of 60,000 x 60,000 pixels, all of them zeros, in some kilobytes. */
  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header = new byte[13];
    java.nio.ByteBuffer.wrap(header).putInt(60_000).putInt(60_000).put((byte) 8).put((byte) 2);
    chunk(png, "IHDR", header);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        deflate.write(zeros);
      }
    }
    chunk(png, "IDAT", packed.toByteArray());
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    png.writeBytes(java.nio.ByteBuffer.allocate(4).putInt(data.length).array());
    png.writeBytes(name);
    png.writeBytes(data);
    png.writeBytes(java.nio.ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }

  @Test
  void aModelInEightBitsIsMadeComparedAndAddedBesideTheFloatOne() throws Exception {
    WORK.addModel("exact", new Network(4));
    List<QuantizeView> told = new ArrayList<>();
    CLUSTER
        .client()
        .quantize(
            ModelRef.parse("exact"),
            new QuantizeAsk("pictures", 30, 50, "exact-int8", true),
            told::add);
    QuantizeView.Outcome outcome = (QuantizeView.Outcome) told.getLast();
    assertEquals(new ModelKey(new ModelName("exact-int8"), 1), outcome.added().orElseThrow());
    assertEquals(30, outcome.calibration());
    assertEquals(50, outcome.heldOut());
    assertTrue(outcome.layers() >= 4, outcome::toString);
    assertTrue(outcome.bytesAfter() < outcome.bytesBefore() / 2, outcome::toString);
    assertTrue(told.size() > 2, "it tells how far it is");
    JobSpec job = WORK.submit(Work.ask("exact-int8", "pictures", 10, 4, 1));
    assertEquals(
        10, Work.lines(new String(WORK.awaitDone(job.id()), StandardCharsets.UTF_8)).size());
  }
}
