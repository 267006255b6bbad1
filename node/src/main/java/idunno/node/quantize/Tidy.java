package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites what ONNX Runtime's own clean-up leaves and its 8-bit kernels do not know: padding with
 * zeros as a node of its own becomes part of the convolution or pooling behind it, and the mean
 * over height and width becomes a pooling.
 */
final class Tidy {
  private final Network network;
  private final Map<String, NodeProto> replaced = new LinkedHashMap<>();

  private Tidy(Network network) {
    this.network = network;
  }

  static Network apply(Network network) {
    return new Tidy(network).run();
  }

  private Network run() {
    for (NodeProto node : network.nodes()) {
      if (node.getOpType().equals("Pad")) {
        foldPad(node);
      }
    }
    List<NodeProto> nodes = new ArrayList<>();
    for (NodeProto node : network.nodes()) {
      @Nullable NodeProto other = replaced.get(node.getOutput(0));
      if (node.getOpType().equals("ReduceMean") && isOverThePlane(node)) {
        nodes.addAll(pooling(node));
      } else if (other == null) {
        nodes.add(node);
      } else if (!other.getOpType().equals("Pad")) {
        nodes.add(other);
      }
    }
    return network.withNodes(nodes);
  }

  private void foldPad(NodeProto pad) {
    Optional<List<Long>> sides =
        pad.getInputCount() > 1 ? network.wholes(pad.getInput(1)) : Optional.empty();
    boolean zeros =
        pad.getInputCount() == 2
            || (pad.getInputCount() == 3
                && (pad.getInput(2).isEmpty()
                    || network.floats(pad.getInput(2)).filter(v -> v[0] == 0).isPresent()));
    String mode = Network.attribute(pad, "mode").map(a -> a.getS().toStringUtf8()).orElse("");
    if (!zeros
        || !(mode.isEmpty() || mode.equals("constant"))
        || sides.filter(Tidy::isOfThePlane).isEmpty()
        || !network.isUsedOnce(pad.getOutput(0))) {
      return;
    }
    List<Long> around = sides.get();
    NodeProto user = network.users(pad.getOutput(0)).getFirst();
    boolean fits =
        switch (user.getOpType()) {
          case "Conv" -> user.getInput(0).equals(pad.getOutput(0));
          // A maximum pads with less than everything: the same where no value is below 0.
          case "MaxPool" -> isNeverNegative(pad.getInput(0)) && isLessThanKernel(around, user);
          default -> false;
        };
    Optional<List<Long>> own = ownPads(user);
    if (fits && own.isPresent()) {
      long[] sum = {
        around.get(2) + own.get().get(0),
        around.get(3) + own.get().get(1),
        around.get(6) + own.get().get(2),
        around.get(7) + own.get().get(3)
      };
      NodeProto.Builder padded = user.toBuilder().setInput(0, pad.getInput(0)).clearAttribute();
      user.getAttributeList().stream()
          .filter(a -> !a.getName().equals("auto_pad") && !a.getName().equals("pads"))
          .forEach(padded::addAttribute);
      padded.addAttribute(
          AttributeProto.newBuilder()
              .setName("pads")
              .setType(AttributeProto.AttributeType.INTS)
              .addAllInts(LongStream.of(sum).boxed().toList()));
      replaced.put(pad.getOutput(0), pad);
      replaced.put(user.getOutput(0), padded.build());
    }
  }

  /** Four dimensions, of which only height and width are padded, and by no negative number. */
  private static boolean isOfThePlane(List<Long> pads) {
    return pads.size() == 8
        && pads.get(0) + pads.get(1) + pads.get(4) + pads.get(5) == 0
        && pads.stream().allMatch(p -> p >= 0 && p < 1 << 16);
  }

  private static Optional<List<Long>> ownPads(NodeProto node) {
    String how =
        Network.attribute(node, "auto_pad").map(a -> a.getS().toStringUtf8()).orElse("NOTSET");
    return switch (how) {
      case "VALID" -> Optional.of(List.of(0L, 0L, 0L, 0L));
      case "NOTSET" ->
          Optional.of(
                  Network.attribute(node, "pads")
                      .map(AttributeProto::getIntsList)
                      .orElse(List.of(0L, 0L, 0L, 0L)))
              .filter(pads -> pads.size() == 4);
      default -> Optional.empty();
    };
  }

  private boolean isNeverNegative(String value) {
    return network
        .maker(value)
        .filter(
            node ->
                switch (node.getOpType()) {
                  case "Relu", "Sigmoid" -> true;
                  case "Clip" ->
                      node.getInputCount() > 1
                          && network
                              .floats(node.getInput(1))
                              .filter(v -> v.length == 1 && v[0] >= 0)
                              .isPresent();
                  default -> false;
                })
        .isPresent();
  }

  private static boolean isLessThanKernel(List<Long> around, NodeProto pool) {
    List<Long> kernel =
        Network.attribute(pool, "kernel_shape").map(AttributeProto::getIntsList).orElse(List.of());
    return kernel.size() == 2
        && Math.max(around.get(2), around.get(6)) < kernel.get(0)
        && Math.max(around.get(3), around.get(7)) < kernel.get(1);
  }

  private boolean isOverThePlane(NodeProto mean) {
    List<Long> axes =
        Network.attribute(mean, "axes")
            .map(AttributeProto::getIntsList)
            .or(
                () ->
                    mean.getInputCount() > 1 ? network.wholes(mean.getInput(1)) : Optional.empty())
            .orElse(List.of());
    // Positive axes 2 and 3 with a result of N x C, or N x C x 1 x 1: the value is a picture.
    return axes.equals(List.of(2L, 3L));
  }

  private static List<NodeProto> pooling(NodeProto mean) {
    boolean keeps = Network.whole(mean, "keepdims", 1) != 0;
    String pooled = keeps ? mean.getOutput(0) : mean.getOutput(0) + "/pooled";
    List<NodeProto> nodes = new ArrayList<>();
    nodes.add(
        NodeProto.newBuilder()
            .setName(mean.getName())
            .setOpType("GlobalAveragePool")
            .addInput(mean.getInput(0))
            .addOutput(pooled)
            .build());
    if (!keeps) {
      nodes.add(
          NodeProto.newBuilder()
              .setName(mean.getName() + "/flat")
              .setOpType("Flatten")
              .addInput(pooled)
              .addOutput(mean.getOutput(0))
              .addAttribute(
                  AttributeProto.newBuilder()
                      .setName("axis")
                      .setType(AttributeProto.AttributeType.INT)
                      .setI(1))
              .build());
    }
    return nodes;
  }
}
