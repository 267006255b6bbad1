package idunno.node.inference;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import idunno.core.models.ModelCard;
import idunno.core.models.Preprocessing;
import java.util.Arrays;
import java.util.Map;

/** Whether a network takes and gives what its card says. */
final class NetworkShape {
  private NetworkShape() {}

  /**
   * Compares the declared inputs and outputs with the card. A dimension that the network leaves
   * open fits; the first must be open, or 1.
   *
   * @throws UnfitModel saying what the card asks for and what the network has
   */
  static void check(OrtSession session, ModelCard card) throws UnfitModel, OrtException {
    Preprocessing input = card.preprocessing();
    long[] wanted =
        switch (input.layout()) {
          case NCHW -> new long[] {-1, 3, input.height(), input.width()};
          case NHWC -> new long[] {-1, input.height(), input.width(), 3};
        };
    compare("input", session.getInputInfo(), wanted, input.layout() + " of the card");
    compare(
        "output",
        session.getOutputInfo(),
        new long[] {-1, outputs(card)},
        "classes and skip of the card");
  }

  /**
   * Compares what a run of one picture gave with the card.
   *
   * @throws UnfitModel saying what the card asks for and what came out
   */
  static void checkOutput(long[] found, ModelCard card) throws UnfitModel {
    long[] wanted = {1, outputs(card)};
    if (!Arrays.equals(found, wanted)) {
      throw new UnfitModel(
          "%s: expected an output of %s for one picture (classes and skip of the card), found %s"
              .formatted(ModelCard.NETWORK_FILE, text(wanted), text(found)));
    }
  }

  /** Whether the network is made for runs of exactly one picture. */
  static boolean takesOnePicture(OrtSession session) throws OrtException {
    return isOne(session.getInputInfo()) || isOne(session.getOutputInfo());
  }

  private static boolean isOne(Map<String, NodeInfo> infos) {
    return infos.values().iterator().next().getInfo() instanceof TensorInfo tensor
        && tensor.getShape()[0] == 1;
  }

  private static int outputs(ModelCard card) {
    return card.output().classes() + card.output().skip();
  }

  private static void compare(
      String side, Map<String, NodeInfo> infos, long[] wanted, String reason) throws UnfitModel {
    String start = ModelCard.NETWORK_FILE + ": expected ";
    if (infos.size() != 1) {
      throw new UnfitModel(
          "%sone %s, found %d: %s".formatted(start, side, infos.size(), infos.keySet()));
    }
    NodeInfo info = infos.values().iterator().next();
    if (!(info.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
      throw new UnfitModel(
          "%s%s '%s' to be a tensor of 32-bit floats, found %s"
              .formatted(start, side, info.getName(), info.getInfo()));
    }
    long[] found = tensor.getShape();
    boolean fits = found.length == wanted.length && (found[0] == -1 || found[0] == 1);
    for (int i = 1; fits && i < wanted.length; i++) {
      fits = found[i] == -1 || found[i] == wanted[i];
    }
    if (!fits) {
      throw new UnfitModel(
          "%s%s '%s' of shape %s (%s; N open or 1), found %s"
              .formatted(start, side, info.getName(), text(wanted), reason, text(found)));
    }
  }

  private static String text(long[] shape) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < shape.length; i++) {
      text.append(i == 0 ? "" : ", ").append(shape[i] == -1 ? (i == 0 ? "N" : "?") : shape[i]);
    }
    return text.append(']').toString();
  }
}
