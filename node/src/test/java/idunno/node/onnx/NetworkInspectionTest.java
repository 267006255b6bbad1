package idunno.node.onnx;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NetworkInspectionTest {
  @TempDir Path folder;

  private void refused(String because, Foreign network) throws IOException {
    Path file = network.write(folder);
    says(assertThrows(RefusedNetwork.class, () -> NetworkInspection.check(file)), because);
    assertTrue(NetworkInspection.isLikely(file));
  }

  private static Foreign network() {
    return Foreign.classifier(1);
  }

  private static TensorProto.Builder tensor(DataType type, Long... sides) {
    return TensorProto.newBuilder()
        .setName("t")
        .setDataType(type.getNumber())
        .addAllDims(List.of(sides));
  }

  @Test
  void aSoundNetworkPasses() throws IOException {
    Path file = network().write(folder);
    NetworkInspection.check(file);
    assertTrue(NetworkInspection.isLikely(file));
  }

  @Test
  void weightsInAnotherFileAreRefused() throws IOException {
    String advice = "tensor t: its data is in another file; store the weights in the file itself";
    StringStringEntryProto location =
        StringStringEntryProto.newBuilder().setKey("location").setValue("../../etc/passwd").build();
    for (TensorProto.Builder hostile :
        List.of(
            tensor(DataType.FLOAT, 2L).addExternalData(location),
            tensor(DataType.FLOAT, 2L).setDataLocation(TensorProto.DataLocation.EXTERNAL),
            tensor(DataType.FLOAT, 2L).addFloatData(1).addFloatData(2).addExternalData(location))) {
      Foreign network = network();
      network.graph.addInitializer(hostile);
      refused(advice, network);
      refused(
          advice,
          network()
              .node(
                  "Constant",
                  "c",
                  List.of(),
                  AttributeProto.newBuilder().setName("value").setT(hostile).build()));
      refused(
          advice,
          network()
              .node(
                  "If",
                  "c",
                  List.of("b"),
                  AttributeProto.newBuilder()
                      .setName("then_branch")
                      .setG(GraphProto.newBuilder().addInitializer(hostile))
                      .build()));
    }
  }

  @Test
  void aTensorOfMoreBytesThanTheFileHasIsRefused() throws IOException {
    Foreign raw = network();
    raw.graph.addInitializer(
        tensor(DataType.FLOAT, 1024L, 1024L, 1024L).setRawData(ByteString.copyFrom(new byte[900])));
    refused("tensor t: shape [1024, 1024, 1024] needs 1073741824 values of 32 bits", raw);
    Foreign typed = network();
    typed.graph.addInitializer(tensor(DataType.FLOAT, 1L << 30).addFloatData(1));
    refused("found data for 1 at most", typed);
    Foreign none = network();
    none.graph.addInitializer(tensor(DataType.INT8, 1L << 32));
    refused("found data for 0 at most", none);
    Foreign whole = network();
    whole.graph.addInitializer(tensor(DataType.INT64, 9L).addInt64Data(1).addInt64Data(2));
    refused("needs 9 values of 64 bits", whole);
  }

  @Test
  void sidesBelowZeroOrBeyondCountingAreRefused() throws IOException {
    Foreign negative = network();
    negative.graph.addInitializer(tensor(DataType.FLOAT, -1L, -4L).addFloatData(1));
    refused("expected no negative side, found [-1, -4]", negative);
    Foreign overflow = network();
    overflow.graph.addInitializer(tensor(DataType.FLOAT, 1L << 32, 1L << 32, 2L).addFloatData(1));
    refused("expected a shape that can be counted", overflow);
    Foreign rank = network();
    Long[] ones = new Long[100];
    Arrays.fill(ones, 1L);
    rank.graph.addInitializer(tensor(DataType.FLOAT, ones).addFloatData(1));
    refused("more than 32 sides", rank);
  }

  @Test
  void aConstantThatIsThereTwiceIsRefused() throws IOException {
    // Protobuf makes one of two: sides of both, so neither alone says what will be loaded.
    byte[] value =
        AttributeProto.newBuilder()
            .setName("value")
            .setT(tensor(DataType.FLOAT, 1L).addFloatData(1))
            .build()
            .toByteArray();
    byte[] twice = new byte[2 * value.length];
    System.arraycopy(value, 0, twice, 0, value.length);
    System.arraycopy(value, 0, twice, value.length, value.length);
    refused(
        "a constant is there twice", raw(delimited(1, nodeBytes("Constant", delimited(5, twice)))));
    byte[] tensor = tensor(DataType.FLOAT, 1L).build().toByteArray();
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(tensor);
    both.writeBytes(delimited(9, new byte[4]));
    both.writeBytes(delimited(9, new byte[4]));
    refused("its data is there twice", raw(delimited(5, both.toByteArray())));
  }

  private static byte[] nodeBytes(String op, byte[] rest) throws IOException {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    node.writeBytes(NodeProto.newBuilder().setOpType(op).addOutput("o").build().toByteArray());
    node.writeBytes(rest);
    return node.toByteArray();
  }

  private static byte[] delimited(int field, byte[] bytes) throws IOException {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(to);
    out.writeByteArray(field, bytes);
    out.flush();
    return to.toByteArray();
  }

  /** A network with parts in its graph that no class would write. */
  private static Foreign raw(byte[] parts) throws IOException {
    Foreign network = network();
    UnknownFieldSet.Builder unknown = UnknownFieldSet.newBuilder();
    unknown.mergeFrom(parts);
    network.graph.setUnknownFields(unknown.build());
    return network;
  }

  @Test
  void operatorsOfOtherDomainsAndFunctionsAreRefused() throws IOException {
    Foreign custom = network();
    custom.graph.addNode(NodeProto.newBuilder().setOpType("PyOp").setDomain("my.ops"));
    refused("expected ONNX's own operators, found one of domain my.ops", custom);
    Foreign function = network();
    function.model.addFunctions(FunctionProto.newBuilder().setName("f"));
    refused("functions of its own", function);
    Foreign training = network();
    training.model.addTrainingInfo(TrainingInfoProto.newBuilder());
    refused("training information", training);
    Foreign sparse = network();
    sparse.graph.addSparseInitializer(SparseTensorProto.newBuilder().addDims(1L << 40));
    refused("a sparse tensor", sparse);
    for (String loop : List.of("Loop", "Scan")) {
      refused("found a loop", network().node(loop, "l", "x"));
    }
  }

  @Test
  void graphsWithinGraphsEndSomewhere() throws IOException {
    NetworkInspection.check(nested(4).write(folder));
    refused("expected graphs nested at most 4 deep", nested(5));
    refused("expected graphs nested at most 4 deep", nested(40));
  }

  private static Foreign nested(int depth) {
    GraphProto.Builder graph = GraphProto.newBuilder();
    for (int i = 1; i < depth; i++) {
      NodeProto.Builder branch =
          NodeProto.newBuilder()
              .setOpType("If")
              .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(graph));
      graph = GraphProto.newBuilder().addNode(branch);
    }
    AttributeProto then = AttributeProto.newBuilder().setName("then_branch").setG(graph).build();
    return network().node("If", "i", List.of("x"), then);
  }

  @Test
  void absurdCountsAreRefused() throws IOException {
    Foreign nodes = network();
    NodeProto relu = NodeProto.newBuilder().setOpType("Relu").build();
    for (int i = 0; i < 50_001; i++) {
      nodes.graph.addNode(relu);
    }
    refused("expected at most 50000 operations", nodes);
    refused("expected names of at most 2048 bytes", network().node("Relu", "r".repeat(3000), "x"));
    AttributeProto.Builder ints = AttributeProto.newBuilder().setName("axes");
    for (int i = 0; i < 4_000_001; i++) {
      ints.addInts(1);
    }
    refused(
        "expected at most 4000000 parts", network().node("Squeeze", "s", List.of(), ints.build()));
  }

  @Test
  void resultsThatAreAsLargeAsANumberSaysAreBounded() throws IOException {
    Long large = 1L << 20;
    refused(
        "(ConstantOfShape): expected a growth to at most",
        network().wholes("s", large, large).node("ConstantOfShape", "c", "s"));
    refused(
        "(Expand): expected a growth",
        network().wholes("s", large, large).node("Expand", "c", "x", "s"));
    refused(
        "(Tile): expected a growth", network().wholes("s", 1L, large).node("Tile", "c", "x", "s"));
    refused(
        "(Resize): expected a growth",
        network().floats("s", List.of(4L), 1, 1, 5000, 5000).node("Resize", "c", "x", "", "s"));
    refused(
        "(Pad): expected pads up to",
        network().wholes("s", 0L, 0L, large, 0L).node("Pad", "c", "x", "s"));
    refused(
        "(Range): expected a result",
        network()
            .wholes("a", 0L)
            .wholes("e", 1L << 40)
            .wholes("d", 1L)
            .node("Range", "c", "a", "e", "d"));
    refused(
        "strides up to",
        network()
            .node(
                "ConvTranspose",
                "c",
                List.of("x", "w"),
                OnnxGraph.wholes("strides", List.of(1L << 30, 1L))));
    refused(
        "expected a result of at most",
        network()
            .node(
                "RandomNormal", "c", List.of(), OnnxGraph.wholes("shape", List.of(large, large))));
    AttributeProto constant =
        AttributeProto.newBuilder()
            .setName("value")
            .setT(tensor(DataType.INT64, 2L).addInt64Data(large).addInt64Data(large))
            .build();
    refused(
        "(ConstantOfShape): expected a growth",
        network().node("Constant", "s", List.of(), constant).node("ConstantOfShape", "c", "s"));
    NetworkInspection.check(
        network().wholes("s", 8L, 8L).node("ConstantOfShape", "c", "s").write(folder));
  }

  @Test
  void valuesThatAreStatedAsHugeAreRefused() throws IOException {
    refused(
        "value huge: expected at most",
        network().input("huge", DataType.FLOAT, 1 << 20, 1 << 20, 3));
    refused("value v: expected", network().input("v", DataType.FLOAT, -7, 3));
    NetworkInspection.check(network().input("v", DataType.FLOAT, -1, 3).write(folder));
  }

  @Test
  void whatIsNoOnnxFileIsRefusedAndNotLikely() throws IOException {
    Path file = folder.resolve("f");
    for (String text :
        List.of("", "not a network", "{\"format\": 1}", "PK\u0003\u0004", "\u0008")) {
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
      assertThrows(RefusedNetwork.class, () -> NetworkInspection.check(file));
      assertFalse(NetworkInspection.isLikely(file), text);
    }
  }

  @Test
  void aFileCutOffAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(network().write(folder));
    Path file = folder.resolve("cut");
    int graphAt = 0;
    for (int length = whole.length - 1; length > 0; length--) {
      Files.write(file, Arrays.copyOf(whole, length));
      if (NetworkInspection.isLikely(file)) {
        graphAt++;
      } else {
        assertThrows(RefusedNetwork.class, () -> NetworkInspection.check(file));
      }
    }
    // Whole graphs alone are likely: cut between or within the last fields, the opset.
    assertTrue(graphAt < 20, graphAt + " of " + whole.length);
  }

  @Test
  void bytesChangedAtRandomEndInNothingButAnAnswer() throws IOException {
    byte[] whole = Files.readAllBytes(network().write(folder));
    Path file = folder.resolve("changed");
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] changed = whole.clone();
      for (int k = 0; k <= random.nextInt(3); k++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, changed);
      try {
        NetworkInspection.check(file);
      } catch (RefusedNetwork e) {
        refused++;
      }
    }
    assertTrue(refused > 300, "only " + refused + " of 3000");
  }

  @Test
  void aLongFileCostsNoMoreThanItsStructure() throws IOException {
    // Half a gigabyte of weights, of which nothing is on the disk or read.
    Path file = folder.resolve("long.onnx");
    int data = 1 << 29;
    byte[] tensor = tensor(DataType.UINT8, (long) data).build().toByteArray();
    int inTensor = tensor.length + 1 + CodedOutputStream.computeUInt32SizeNoTag(data) + data;
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(head);
    out.writeTag(7, 2);
    out.writeUInt32NoTag(1 + CodedOutputStream.computeUInt32SizeNoTag(inTensor) + inTensor);
    out.writeTag(5, 2);
    out.writeUInt32NoTag(inTensor);
    out.writeRawBytes(tensor);
    out.writeTag(9, 2);
    out.writeUInt32NoTag(data);
    out.flush();
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(head.toByteArray());
      sparse.setLength(head.size() + (long) data);
    }
    long started = System.nanoTime();
    NetworkInspection.check(file);
    long millis = (System.nanoTime() - started) / 1_000_000;
    assertTrue(millis < 2000, millis + " ms");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 31);
    }
    says(
        assertThrows(RefusedNetwork.class, () -> NetworkInspection.check(file)),
        "expected a file of at most 2147483647 bytes, found 2147483648");
  }
}
