package idunno.node.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;

/**
 * Weights in 8 bits, with a scale for each output channel and 0 in the middle (<a
 * href="https://arxiv.org/abs/1806.08342">Krishnamoorthi 2018</a>, section 3.1.2), and the bias in
 * 32 bits in the unit that products of weights and activations have.
 *
 * @param values from -127 to 127, in the order of the float weights
 * @param scales one for each output channel
 * @param axis the side of the weights' shape that counts output channels
 * @param bias one for each output channel, in units of the input's scale times the channel's
 */
@SuppressWarnings("ArrayRecordComponent") // constants of a file to be written; never compared
record ChannelWeights(byte[] values, float[] scales, int axis, int[] bias) {
  private static final int MOST = 127;

  /** Half of what a sum of products may be, so that products find room beside the bias. */
  private static final double MOST_BIAS = 1 << 30;

  /** How many output channels a layer has. */
  static int channels(Network network, NodeProto layer) {
    List<Long> shape = network.shape(layer.getInput(1));
    return shape.isEmpty() ? 0 : Math.toIntExact(shape.get(axis(layer)));
  }

  /** The side of the weights' shape that counts output channels. */
  static int axis(NodeProto layer) {
    boolean first = layer.getOpType().equals("Conv") || Network.whole(layer, "transB", 0) != 0;
    return first ? 0 : 1;
  }

  /**
   * Rounds a layer's weights to the nearest values of their grids.
   *
   * @param bias the bias in floats, one for each output channel
   * @param inputScale the scale of the layer's input
   */
  static ChannelWeights of(Network network, Unit layer, float[] bias, float inputScale) {
    float[] weights = network.floats(layer.weights()).orElseThrow();
    int channels = channels(network, layer.node());
    int axis = axis(layer.node());
    // With output channels first, a channel is a stretch; with output channels last, a comb.
    int stretch = axis == 0 ? weights.length / channels : 1;
    float[] scales = new float[channels];
    for (int i = 0; i < weights.length; i++) {
      int c = i / stretch % channels;
      scales[c] = Math.max(scales[c], Math.abs(weights[i]) / MOST);
    }
    int[] whole = new int[channels];
    for (int c = 0; c < channels; c++) {
      // A channel of tiny weights and a large bias gets a coarser grid, or the bias would not fit.
      double least = Math.abs(bias[c]) / (inputScale * MOST_BIAS);
      scales[c] = (float) Math.max(Math.max(scales[c], least), Float.MIN_NORMAL);
      whole[c] = (int) Math.rint(bias[c] / ((double) inputScale * scales[c]));
    }
    byte[] values = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double q = Math.rint(weights[i] / (double) scales[i / stretch % channels]);
      values[i] = (byte) Math.clamp(q, -MOST, MOST);
    }
    return new ChannelWeights(values, scales, axis, whole);
  }
}
