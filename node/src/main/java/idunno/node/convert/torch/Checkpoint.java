package idunno.node.convert.torch;

import idunno.node.convert.torch.Value.Call;
import idunno.node.convert.torch.Value.Dict;
import idunno.node.convert.torch.Value.Global;
import idunno.node.convert.torch.Value.None;
import idunno.node.convert.torch.Value.Reference;
import idunno.node.convert.torch.Value.Text;
import idunno.node.convert.torch.Value.Tuple;
import idunno.node.convert.torch.Value.Whole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The meaning of a checkpoint's pickle: which tensors it names, and where their numbers are. */
final class Checkpoint {
  /** Where training programs keep the tensors in a checkpoint that holds more than these. */
  private static final List<String> INSIDE = List.of("state_dict", "model_state_dict", "model");

  private Checkpoint() {}

  /**
   * What a pickle says of a storage.
   *
   * @param type its numbers' type
   * @param key the name under which the file has it
   * @param numbers how many numbers it claims to have
   */
  record Claim(ElementType type, String key, long numbers) {}

  /** Finds the storages of a file. */
  @FunctionalInterface
  interface Storages {
    /**
     * The storage of a claim.
     *
     * @throws IOException if the file has none of this key, or with fewer numbers
     */
    Storage find(Claim claim) throws IOException;
  }

  /**
   * The tensors of a checkpoint.
   *
   * @param root what the pickle describes: a dictionary of tensors, or one that holds it under a
   *     usual name
   * @throws IOException if it is neither, or a tensor is not within its storage
   */
  static Map<String, StoredTensor> tensors(Value root, Storages storages) throws IOException {
    Dict dict = stateDict(root);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Value> entry : dict.entries.entrySet()) {
      try {
        tensors.put(entry.getKey(), tensor(entry.getValue(), storages));
      } catch (IOException e) {
        throw new IOException(
            "tensor " + Globals.printable(entry.getKey()) + ": " + e.getMessage(), e);
      }
    }
    return tensors;
  }

  private static Dict stateDict(Value root) throws IOException {
    if (!(root instanceof Dict dict)) {
      throw new IOException(
          "expected a dictionary of tensors, found "
              + Value.kind(root)
              + "; save with torch.save(model.state_dict(), file)");
    }
    for (String key : INSIDE) {
      if (dict.entries.get(key) instanceof Dict inside) {
        return inside;
      }
    }
    return dict;
  }

  private static StoredTensor tensor(Value value, Storages storages) throws IOException {
    if (!(value instanceof Call call)) {
      throw new IOException(
          "expected a tensor, found "
              + Value.kind(value)
              + "; save with torch.save(model.state_dict(), file)");
    }
    List<Value> arguments = call.arguments.items;
    if (call.function.equals(Globals.PARAMETER)
        && !arguments.isEmpty()
        // No deeper: a parameter holds a tensor, never a parameter.
        && arguments.getFirst() instanceof Call inner
        && !inner.function.equals(Globals.PARAMETER)) {
      return tensor(inner, storages);
    }
    boolean known =
        call.function.equals(Globals.TENSOR) || call.function.equals(Globals.OLD_TENSOR);
    if (!known
        || arguments.size() < 4
        || !(arguments.get(0) instanceof Reference reference)
        || !(arguments.get(2) instanceof Tuple sides)
        || !(arguments.get(3) instanceof Tuple steps)) {
      throw new IOException("expected a storage, an offset, sides and steps: a malformed tensor");
    }
    return StoredTensor.view(
        storages.find(claim(reference)), whole(arguments.get(1)), wholes(sides), wholes(steps));
  }

  /**
   * Reads the name of a storage: the word {@code storage}, the type, the key, a device, how many
   * numbers there are; in the older format then the part of another storage that it is, or nothing.
   *
   * @throws IOException if it is anything else
   */
  static Claim claim(Reference reference) throws IOException {
    if (!(reference.id instanceof Tuple id)
        || id.items.size() < 5
        || id.items.size() > 6
        || !(id.items.get(0) instanceof Text kind)
        || !kind.value().equals("storage")
        || !(id.items.get(1) instanceof Global type)
        || !(id.items.get(2) instanceof Text key)) {
      throw new IOException("expected a storage, found a reference to something else");
    }
    if (id.items.size() == 6 && id.items.get(5) != None.NONE) {
      throw new IOException(
          "storage "
              + Globals.printable(key.value())
              + ": a part of another storage, as PyTorch of 2017 wrote; load it and save it again"
              + " with a newer one");
    }
    long numbers = whole(id.items.get(4));
    ElementType element = element(type);
    // So that no product with the numbers' width overflows.
    if (numbers < 0 || numbers > Long.MAX_VALUE / 16) {
      throw new IOException("storage of " + numbers + " numbers");
    }
    return new Claim(element, key.value(), numbers);
  }

  private static ElementType element(Global type) throws IOException {
    for (ElementType element : ElementType.values()) {
      if (type.module().equals("torch") && type.name().equals(element.torchStorage)) {
        return element;
      }
    }
    throw new IOException("expected a type of storage, found " + type);
  }

  private static List<Long> wholes(Tuple tuple) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (Value item : tuple.items) {
      numbers.add(whole(item));
    }
    return numbers;
  }

  private static long whole(Value value) throws IOException {
    if (value instanceof Whole(var number) && number.bitLength() < Long.SIZE) {
      return number.longValue();
    }
    throw new IOException("expected a whole number of 64 bits, found " + Value.kind(value));
  }
}
