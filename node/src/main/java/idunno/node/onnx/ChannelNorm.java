package idunno.node.onnx;

import org.jspecify.annotations.Nullable;

/**
 * A trained batch normalisation, which is one factor and one summand per channel: {@code gamma * (x
 * - mean) / sqrt(variance + epsilon) + beta = x * factor + summand}.
 */
public final class ChannelNorm {

  private final double[] factors;
  private final double[] summands;

  private ChannelNorm(double[] factors, double[] summands) {
    this.factors = factors;
    this.summands = summands;
  }

  /** One value per channel in each array. */
  public static ChannelNorm of(
      float[] gamma, float[] beta, float[] mean, float[] variance, double epsilon) {
    double[] factors = new double[gamma.length];
    double[] summands = new double[gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      factors[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
      summands[c] = beta[c] - mean[c] * factors[c];
    }
    return new ChannelNorm(factors, summands);
  }

  public Tensor factors(int... shape) {
    return tensor(shape, factors);
  }

  public Tensor summands(int... shape) {
    return tensor(shape, summands);
  }

  /** The weights, output channel first, of a convolution that does the scaling too. */
  public Tensor scaled(Tensor weight) {
    float[] values = weight.floats();
    int each = values.length / factors.length;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * factors[i / each]);
    }
    return Tensor.of(weight.shape(), values);
  }

  /** The bias of that convolution; without a bias it was 0. */
  public Tensor shifted(@Nullable Tensor bias) {
    if (bias == null) {
      return summands(summands.length);
    }
    float[] values = bias.floats();
    for (int c = 0; c < values.length; c++) {
      values[c] = (float) (values[c] * factors[c] + summands[c]);
    }
    return Tensor.of(new int[] {values.length}, values);
  }

  private static Tensor tensor(int[] shape, double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(shape, floats);
  }
}
