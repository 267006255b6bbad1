package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import idunno.node.quantize.Unit.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts of a network that can be computed in 8 bits, in the network's order. */
final class Units {
  private final Network network;
  private final List<Unit> all = new ArrayList<>();
  private final Map<String, Unit> makers = new HashMap<>();

  private Units(Network network) {
    this.network = network;
  }

  static Units of(Network network) {
    Units units = new Units(network);
    for (NodeProto node : network.nodes()) {
      @Nullable Kind kind = units.kind(node);
      if (kind != null) {
        int activations = units.activations(node, kind);
        List<String> inputs = node.getInputList().subList(0, activations);
        Unit unit = new Unit(kind, node, units.activation(node, kind), inputs);
        units.all.add(unit);
        units.makers.put(unit.output(), unit);
      }
    }
    return units;
  }

  List<Unit> all() {
    return all;
  }

  /** The unit that a value comes from. */
  Optional<Unit> maker(String value) {
    return Optional.ofNullable(makers.get(value));
  }

  /**
   * The layer that gives the scores, if one can be told: its noise goes straight into them, and it
   * is a thousandth of the work.
   */
  Optional<Unit> scoring() {
    String value = network.output();
    while (true) {
      Optional<Unit> unit = maker(value);
      if (unit.filter(Unit::hasWeights).isPresent()) {
        return unit;
      }
      Optional<NodeProto> node = network.maker(value);
      if (node.isEmpty()) {
        return Optional.empty();
      }
      boolean passes =
          switch (node.get().getOpType()) {
            case "Softmax", "Flatten", "Reshape", "Squeeze", "Clip", "Relu", "Identity" -> true;
            default -> false;
          };
      if (!passes) {
        return Optional.empty();
      }
      value = node.get().getInput(0);
    }
  }

  private @Nullable Kind kind(NodeProto node) {
    if (!node.getDomain().isEmpty() || node.getOutputCount() != 1) {
      return null;
    }
    return switch (node.getOpType()) {
      case "Conv" -> weighted(node, Kind.CONVOLUTION);
      case "Gemm" -> isPlain(node) ? weighted(node, Kind.PRODUCT_WITH_WEIGHTS) : null;
      case "MatMul" ->
          network.shape(node.getInput(1)).size() == 2
              ? weighted(node, Kind.PRODUCT_WITH_WEIGHTS)
              : null;
      case "Add", "Mul", "Sigmoid", "AveragePool", "GlobalAveragePool" ->
          takesNoConstant(node) ? Kind.COMBINATION : null;
      case "Concat" -> takesNoConstant(node) ? Kind.CONCATENATION : null;
      case "MaxPool", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze" -> Kind.MOVE;
      default -> null;
    };
  }

  private @Nullable Kind weighted(NodeProto node, Kind kind) {
    boolean constant =
        !network.constants().containsKey(node.getInput(0))
            && network.floats(node.getInput(1)).filter(w -> w.length > 0).isPresent();
    boolean biasFits =
        node.getInputCount() < 3
            || node.getInput(2).isEmpty()
            || network
                .floats(node.getInput(2))
                .filter(b -> b.length == ChannelWeights.channels(network, node))
                .isPresent();
    return constant && biasFits ? kind : null;
  }

  /** {@code x * W + b}, W perhaps transposed. */
  static boolean isPlain(NodeProto gemm) {
    return Network.whole(gemm, "transA", 0) == 0
        && Network.attribute(gemm, "alpha").map(AttributeProto::getF).orElse(1f) == 1
        && Network.attribute(gemm, "beta").map(AttributeProto::getF).orElse(1f) == 1;
  }

  private boolean takesNoConstant(NodeProto node) {
    return node.getInputList().stream().noneMatch(network.constants()::containsKey);
  }

  private int activations(NodeProto node, Kind kind) {
    return switch (kind) {
      case CONVOLUTION, PRODUCT_WITH_WEIGHTS, MOVE -> 1;
      case COMBINATION, CONCATENATION -> node.getInputCount();
    };
  }

  private @Nullable NodeProto activation(NodeProto node, Kind kind) {
    if (kind == Kind.MOVE || !network.isUsedOnce(node.getOutput(0))) {
      return null;
    }
    NodeProto next = network.users(node.getOutput(0)).getFirst();
    boolean cuts =
        switch (next.getOpType()) {
          case "Relu" -> true;
          case "Clip" -> bound(next, 1) <= 0 && bound(next, 2) >= 0;
          default -> false;
        };
    return cuts ? next : null;
  }

  /** A bound of a clip; no number if it is not a constant. */
  private double bound(NodeProto clip, int input) {
    if (clip.getInputCount() <= input || clip.getInput(input).isEmpty()) {
      return input == 1 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return network
        .floats(clip.getInput(input))
        .filter(v -> v.length == 1)
        .map(v -> (double) v[0])
        .orElse(Double.NaN);
  }
}
