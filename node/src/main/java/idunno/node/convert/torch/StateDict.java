package idunno.node.convert.torch;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The named tensors of a file, which stays open until this is closed, so that each is read only
 * when it is needed.
 *
 * @param tensors the tensors by their names
 * @param file what is to be closed
 */
record StateDict(Map<String, StoredTensor> tensors, Closeable file) implements Closeable {
  /** What models that were trained on several devices have before each name. */
  private static final String WRAPPED = "module.";

  /** What only training counts, one for each normalisation. */
  private static final String COUNTER = ".num_batches_tracked";

  /** Drops what only training needs, and a prefix that all names have. */
  static StateDict of(Map<String, StoredTensor> tensors, Closeable file) {
    boolean wrapped = tensors.keySet().stream().allMatch(name -> name.startsWith(WRAPPED));
    Map<String, StoredTensor> kept = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!name.endsWith(COUNTER)) {
            kept.put(wrapped ? name.substring(WRAPPED.length()) : name, tensor);
          }
        });
    return new StateDict(kept, file);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
