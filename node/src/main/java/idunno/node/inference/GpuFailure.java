package idunno.node.inference;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words what is missing on a machine whose card ONNX Runtime can't use. */
final class GpuFailure {
  /** What ONNX Runtime 1.29 for cards is linked against. */
  private static final String NEEDS = "ONNX Runtime 1.29 for cards needs CUDA 12 and cuDNN 9";

  private static final Pattern LIBRARY =
      Pattern.compile("((?:lib)?(?:cu|nv)[A-Za-z]+[A-Za-z0-9_]*(?:\\.so[.0-9]*|[0-9_]*\\.dll))");
  private static final Pattern NOT_LOADED =
      Pattern.compile(LIBRARY.pattern() + ": cannot open shared object file");
  private static final Pattern CUDA_ERROR = Pattern.compile("CUDA failure (\\d+)");

  private GpuFailure() {}

  /**
   * What is missing and how to get it.
   *
   * @param said what ONNX Runtime said
   */
  static String explain(Device.Cuda card, String said) {
    if (said.contains("Failed to find CUDA shared provider")) {
      return "ONNX Runtime's libraries for cards are missing; " + howToGetJar();
    }
    Matcher missing = NOT_LOADED.matcher(said);
    if (missing.find()) {
      return missing(missing.group(1));
    }
    Matcher error = CUDA_ERROR.matcher(said);
    if (error.find()) {
      return error(card, Integer.parseInt(error.group(1)), said);
    }
    if (said.contains("cudnn") || said.contains("CUDNN")) {
      return missing("libcudnn.so.9") + " (" + firstLine(said) + ")";
    }
    return firstLine(said);
  }

  private static String missing(String library) {
    if (library.startsWith("libcuda.") || library.startsWith("nvcuda")) {
      return "NVIDIA's driver is missing (no "
          + library
          + "); install it (Debian: nvidia-driver), in a container start it with --gpus all";
    }
    String what = library.contains("cudnn") ? "cuDNN 9" : "CUDA 12's runtime";
    String packages =
        library.contains("cudnn")
            ? "Debian and Ubuntu from NVIDIA's repository: libcudnn9-cuda-12"
            : "Debian and Ubuntu from NVIDIA's repository: cuda-libraries-12-9";
    return what
        + " is missing (no "
        + library
        + "); "
        + NEEDS
        + "; install it ("
        + packages
        + "), and where it is installed already name its folder in LD_LIBRARY_PATH";
  }

  /** The numbers are those of CUDA's {@code cudaError_t}. */
  private static String error(Device.Cuda card, int number, String said) {
    return switch (number) {
      case 35 -> "NVIDIA's driver is too old for CUDA 12; update it to 525.60 or newer";
      case 100 ->
          "there is no card that CUDA can use; see nvidia-smi, and whether CUDA_VISIBLE_DEVICES"
              + " hides it";
      case 101 -> "there is no card " + card.index() + "; nvidia-smi -L lists them, from 0";
      case 2 -> "the card's memory is full; see nvidia-smi for who has it";
      case 209, 98 ->
          "the card is of a kind that this ONNX Runtime has no kernels for ("
              + firstLine(said)
              + ")";
      default -> firstLine(said);
    };
  }

  /** How to come by the libraries. */
  static String howToGetJar() {
    String version = GpuJar.expectedVersion();
    String name = "onnxruntime_gpu-" + version + ".jar";
    return "put "
        + name
        + " (612 MB) into lib/ beside the launcher, or name it with --gpu-jar; it is at"
        + " https://repo1.maven.org/maven2/com/microsoft/onnxruntime/onnxruntime_gpu/"
        + version
        + "/"
        + name;
  }

  private static String firstLine(String said) {
    String line = said.lines().findFirst().orElse("").strip();
    return line.length() <= 400 ? line : line.substring(0, 400) + "...";
  }
}
