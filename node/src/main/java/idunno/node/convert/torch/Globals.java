package idunno.node.convert.torch;

import idunno.node.convert.torch.Value.Global;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * The functions and classes that a dictionary of tensors may name. Each has a meaning here; none is
 * ever called.
 */
final class Globals {
  static final Global ORDERED_DICT = new Global("collections", "OrderedDict");

  /** Arguments: storage, offset, sides, steps, and what only training needs. */
  static final Global TENSOR = new Global("torch._utils", "_rebuild_tensor_v2");

  /** The same of before 2018, without what only training needs. */
  static final Global OLD_TENSOR = new Global("torch._utils", "_rebuild_tensor");

  /** Arguments: a tensor, and what only training needs. */
  static final Global PARAMETER = new Global("torch._utils", "_rebuild_parameter");

  private static final Set<Global> ALLOWED = allowed();

  private Globals() {}

  private static Set<Global> allowed() {
    Set<Global> all = new HashSet<>(Set.of(ORDERED_DICT, TENSOR, OLD_TENSOR, PARAMETER));
    for (ElementType type : ElementType.values()) {
      if (!type.torchStorage.isEmpty()) {
        all.add(new Global("torch", type.torchStorage));
      }
    }
    return all;
  }

  /**
   * Passes what a dictionary of tensors needs.
   *
   * @throws IOException for anything else, by name
   */
  static Global check(Global global) throws IOException {
    if (ALLOWED.contains(global)) {
      return global;
    }
    String module = global.module();
    if (module.startsWith("torch.nn.")
        || module.startsWith("torchvision.")
        || module.equals("__main__")) {
      throw new IOException(
          "the pickle asks for "
              + printable(global)
              + ": it seems to hold a whole module, which is code; save its tensors alone with"
              + " torch.save(model.state_dict(), file); nothing was run");
    }
    throw new IOException(
        "the pickle asks for "
            + printable(global)
            + "; a state dict has no need of it; nothing was run");
  }

  /** Keeps a hostile name from writing to the terminal. */
  private static String printable(Global global) {
    return printable(global.toString());
  }

  /** A text of the file for a message: short, and without control characters. */
  static String printable(String text) {
    String shorter = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return shorter.replaceAll("\\p{C}", "?");
  }
}
