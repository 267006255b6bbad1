package idunno.node.quantize;

/** Hears how far the work is. Called on the thread that quantises. */
@FunctionalInterface
public interface Progress {
  /**
   * A step goes on.
   *
   * @param step what is done, a short phrase
   * @param done how many of its parts are done
   * @param parts how many there are
   */
  void at(String step, int done, int parts);
}
