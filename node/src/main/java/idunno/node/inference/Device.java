package idunno.node.inference;

/** What runs the networks of a node. */
public sealed interface Device {
  /** The processor; there is always one. */
  Device CPU = new Cpu();

  /** See {@link #CPU}. */
  record Cpu() implements Device {
    @Override
    public String toString() {
      return "cpu";
    }
  }

  /**
   * A graphics card of NVIDIA's, by ONNX Runtime's CUDA provider.
   *
   * @param index its number, from 0, as CUDA counts them ({@code CUDA_VISIBLE_DEVICES} may hide
   *     some)
   */
  record Cuda(int index) implements Device {
    /** More cards than any machine has; what is beyond it is a slip of the finger. */
    static final int MAX_INDEX = 255;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the number is not 0 to 255
     */
    public Cuda {
      if (index < 0 || index > MAX_INDEX) {
        throw new IllegalArgumentException(
            "device cuda: expected a number from 0 to " + MAX_INDEX + ", found " + index);
      }
    }

    @Override
    public String toString() {
      return "cuda:" + index;
    }
  }
}
