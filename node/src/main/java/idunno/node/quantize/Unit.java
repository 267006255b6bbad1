package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one 8-bit kernel computes: a node, and the ReLU or clip behind it. The latter needs no node
 * of its own in 8 bits, since the grid of the result ends where it cuts off.
 *
 * @param kind what the node is
 * @param node the node
 * @param activation the node behind it that its grid makes superfluous
 * @param inputs the activations that it takes, without its constants
 */
record Unit(Kind kind, NodeProto node, @Nullable NodeProto activation, List<String> inputs) {

  /** The kinds of nodes that ONNX Runtime has 8-bit kernels for. */
  enum Kind {
    CONVOLUTION,
    /** {@code Gemm} or {@code MatMul} with constant weights: it may give floats. */
    PRODUCT_WITH_WEIGHTS,
    /** Of two activations or more: sum, product, mean, concatenation, sigmoid. */
    COMBINATION,
    /** Puts activations one behind the other. */
    CONCATENATION,
    /** Gives some of its input's values, moved: they stay on the same grid. */
    MOVE
  }

  Unit {
    inputs = List.copyOf(inputs);
  }

  /** The name by which reports and settings know it. */
  String name() {
    return node.getName().isEmpty() ? node.getOutput(0) : node.getName();
  }

  /** The value that the rest of the network uses. */
  String output() {
    return activation == null ? node.getOutput(0) : activation.getOutput(0);
  }

  boolean hasWeights() {
    return kind == Kind.CONVOLUTION || kind == Kind.PRODUCT_WITH_WEIGHTS;
  }

  /** The name of the weights. */
  String weights() {
    return node.getInput(1);
  }

  /** The name of the bias; empty if there is none. */
  String bias() {
    return node.getInputCount() > 2 ? node.getInput(2) : "";
  }
}
