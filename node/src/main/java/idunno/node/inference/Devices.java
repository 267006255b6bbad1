package idunno.node.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import idunno.node.natives.NativeLibraries;
import idunno.node.onnx.OnnxGraph;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses what runs a node's networks, by trying it. Must be asked before anything else here. */
public final class Devices {
  private static final long TRIAL_BYTES = 1L << 30;

  /**
   * What was chosen.
   *
   * @param device what runs the networks
   * @param remark what whoever starts the node should know of it, if anything
   */
  public record Choice(Device device, Optional<String> remark) {}

  /** What is to be known of the machine; another one in tests. */
  interface Machine {
    /** Whether ONNX Runtime's libraries for cards are here. */
    boolean hasLibraries();

    /** Whether it has a driver of NVIDIA's. */
    boolean hasDriver();

    /**
     * Runs a network on the card and compares what comes out with what must.
     *
     * @throws OrtException if ONNX Runtime can't
     * @throws IOException if the result is wrong, or the network couldn't be written
     */
    void tryOut(Device.Cuda card) throws OrtException, IOException;
  }

  private Devices() {}

  /**
   * The jar with the libraries for cards that somebody has put into a folder.
   *
   * @throws IOException if the folder can't be read
   */
  public static Optional<Path> jarIn(Path folder) throws IOException {
    return Optional.ofNullable(GpuJar.in(folder));
  }

  /**
   * Chooses.
   *
   * @param jar ONNX Runtime's jar for cards; null if its libraries are on the class path or nowhere
   * @throws DeviceUnavailable if just that device was wanted and can't be used
   */
  public static Choice choose(DeviceWish wish, @Nullable Path jar) throws DeviceUnavailable {
    if (wish instanceof DeviceWish.Exactly(Device.Cpu cpu)) {
      return new Choice(cpu, Optional.empty());
    }
    if (jar != null) {
      try {
        GpuJar.check(jar);
        NativeLibraries.takeFrom(jar);
      } catch (DeviceUnavailable e) {
        if (wish instanceof DeviceWish.Exactly) {
          throw e;
        }
        return onCpuInstead(e.getMessage());
      }
    }
    return choose(wish, new ThisMachine());
  }

  static Choice choose(DeviceWish wish, Machine machine) throws DeviceUnavailable {
    return switch (wish) {
      case DeviceWish.Exactly(Device.Cpu cpu) -> new Choice(cpu, Optional.empty());
      case DeviceWish.Exactly(Device.Cuda card) -> {
        @Nullable String failure = failure(machine, card);
        if (failure != null) {
          throw new DeviceUnavailable(
              "device " + card + ": " + failure + ". Or start with --device cpu");
        }
        yield new Choice(card, Optional.empty());
      }
      case DeviceWish.Auto() -> {
        if (!machine.hasLibraries()) {
          yield machine.hasDriver()
              ? onCpuInstead(
                  "there is a driver for a card, but no library to use it by; "
                      + GpuFailure.howToGetJar())
              : new Choice(Device.CPU, Optional.empty());
        }
        Device.Cuda first = new Device.Cuda(0);
        @Nullable String failure = failure(machine, first);
        yield failure == null ? new Choice(first, Optional.empty()) : onCpuInstead(failure);
      }
    };
  }

  private static Choice onCpuInstead(@Nullable String reason) {
    return new Choice(
        Device.CPU, Optional.of("networks run on the processor, not on a card: " + reason));
  }

  private static @Nullable String failure(Machine machine, Device.Cuda card) {
    if (!machine.hasLibraries()) {
      return "ONNX Runtime's libraries for cards are missing; " + GpuFailure.howToGetJar();
    }
    try {
      machine.tryOut(card);
      return null;
    } catch (OrtException | IOException e) {
      return GpuFailure.explain(card, String.valueOf(e.getMessage()));
    }
  }

  /** The real one. */
  private static final class ThisMachine implements Machine {
    private static final int SIDE = 4;

    @Override
    public boolean hasLibraries() {
      return NativeLibraries.haveCuda();
    }

    @Override
    public boolean hasDriver() {
      return Files.exists(Path.of("/proc/driver/nvidia/version"));
    }

    /** A convolution, since cuDNN, which does these, is loaded no sooner. */
    @Override
    public void tryOut(Device.Cuda card) throws OrtException, IOException {
      OnnxGraph graph = new OnnxGraph("trial");
      String input = graph.input(3, SIDE, SIDE);
      Tensor ones = Tensor.of(new int[] {1, 3, SIDE, SIDE}, filled(3 * SIDE * SIDE));
      String sum = graph.node("sum", "Conv", List.of(input, graph.constant("ones", ones)));
      graph.output(graph.node("flat", "Flatten", List.of(sum)), 1);
      Path file = Files.createTempFile("idunno-trial", ".onnx");
      try {
        graph.write(file);
        run(card, file);
      } finally {
        Files.deleteIfExists(file);
      }
    }

    private static void run(Device.Cuda card, Path file) throws OrtException, IOException {
      FloatBuffer input =
          ByteBuffer.allocateDirect(3 * SIDE * SIDE * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      input.put(0, filled(3 * SIDE * SIDE));
      try (OrtSession session = Sessions.onCard(file, card, TRIAL_BYTES, false);
          OnnxTensor tensor =
              OnnxTensor.createTensor(
                  OnnxRuntime.environment(), input, new long[] {1, 3, SIDE, SIDE});
          OrtSession.Result result =
              session.run(Collections.singletonMap(OnnxGraph.INPUT, tensor))) {
        float found = ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
        if (found != 3 * SIDE * SIDE) {
          throw new IOException(
              "a trial network gave "
                  + found
                  + ", expected "
                  + 3 * SIDE * SIDE
                  + "; do not use it");
        }
      }
    }

    private static float[] filled(int count) {
      float[] ones = new float[count];
      java.util.Arrays.fill(ones, 1);
      return ones;
    }
  }
}
