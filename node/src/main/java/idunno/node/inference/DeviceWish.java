package idunno.node.inference;

import idunno.core.base.Checks;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which device whoever started the node wants. */
public sealed interface DeviceWish {
  /** The first card if its libraries are here and it works, else the processor. */
  record Auto() implements DeviceWish {}

  /** This one or none. */
  record Exactly(Device device) implements DeviceWish {}

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static DeviceWish parse(String text) {
    if (text.equals("auto")) {
      return new Auto();
    }
    if (text.equals("cpu")) {
      return new Exactly(Device.CPU);
    }
    Matcher cuda = Pattern.compile("cuda(?::([0-9]{1,3}))?").matcher(text);
    if (cuda.matches()) {
      return new Exactly(
          new Device.Cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1))));
    }
    throw new IllegalArgumentException(
        "expected auto, cpu or cuda:N (N from 0), found " + Checks.quote(text));
  }
}
