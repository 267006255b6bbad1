package idunno.node.convert.tfjs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The operations of a TF.js {@code graph-model} in an order in which each stands behind its inputs;
 * only those that the output needs.
 *
 * @param operations the operations, the last is the output
 */
record TfGraph(List<Operation> operations) {

  /**
   * One operation.
   *
   * @param name its name, unique in the graph
   * @param op what it does, such as {@code _FusedConv2D}
   * @param inputs the names of the operations whose results it takes
   * @param attributes its settings as TensorFlow writes them in JSON
   */
  record Operation(String name, String op, List<String> inputs, JsonNode attributes) {

    String input(int index) throws IOException {
      if (index >= inputs.size()) {
        throw new IOException(this + ": lacks input " + index);
      }
      return inputs.get(index);
    }

    /** A text setting, or the given one where there is none. */
    String text(String attribute, String otherwise) {
      JsonNode text = attributes.path(attribute).path("s");
      return text.isString() ? decoded(text) : otherwise;
    }

    /** A list of texts; empty where there is none. */
    List<String> texts(String attribute) {
      List<String> texts = new ArrayList<>();
      attributes.path(attribute).path("list").path("s").forEach(t -> texts.add(decoded(t)));
      return texts;
    }

    /** A list of whole numbers (strings in JSON); empty where there is none. */
    List<Long> wholes(String attribute) {
      List<Long> numbers = new ArrayList<>();
      attributes.path(attribute).path("list").path("i").forEach(n -> numbers.add(n.asLong()));
      return numbers;
    }

    /** A whole number, or the given one where there is none. */
    long whole(String attribute, long otherwise) {
      JsonNode number = attributes.path(attribute).path("i");
      return number.isMissingNode() ? otherwise : number.asLong();
    }

    /** A shape's sides, -1 where open; empty where there is no shape, or none that is known. */
    List<Long> shape(String attribute) {
      List<Long> sides = new ArrayList<>();
      JsonNode shape = attributes.path(attribute).path("shape");
      shape.path("dim").forEach(side -> sides.add(side.path("size").asLong(-1)));
      return sides;
    }

    /** A truth value; false where there is none. */
    boolean flag(String attribute) {
      return attributes.path(attribute).path("b").asBoolean(false);
    }

    private static String decoded(JsonNode base64) {
      return new String(Base64.getDecoder().decode(base64.stringValue()), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "operation " + name + " (" + op + ")";
    }
  }

  /**
   * Reads the graph behind the one output that the signature names.
   *
   * @throws IOException if an operation is missing, the graph has a cycle, or more than one output
   */
  static TfGraph read(JsonNode json) throws IOException {
    try {
      Map<String, Operation> all = new HashMap<>();
      for (JsonNode node : json.required("modelTopology").required("node")) {
        List<String> inputs = new ArrayList<>();
        for (JsonNode input : node.path("input")) {
          inputs.add(plain(input.stringValue()));
        }
        String name = node.required("name").stringValue();
        String op = node.required("op").stringValue();
        all.put(name, new Operation(name, op, inputs, node.path("attr")));
      }
      JsonNode outputs = json.required("signature").required("outputs");
      if (outputs.size() != 1) {
        throw new IOException("signature: expected one output, found " + outputs.size());
      }
      String end = outputs.iterator().next().required("name").stringValue();
      return new TfGraph(ordered(all, plain(end)));
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException("model.json: " + e.getMessage(), e);
    }
  }

  /** Depth first; the stack is the way from the output to where the search stands. */
  private static List<Operation> ordered(Map<String, Operation> all, String end)
      throws IOException {
    List<Operation> ordered = new ArrayList<>();
    Set<String> done = new HashSet<>();
    Set<String> onTheWay = new HashSet<>(Set.of(end));
    Deque<String> way = new ArrayDeque<>(List.of(end));
    while (!way.isEmpty()) {
      String name = way.peek();
      Operation operation = all.get(name);
      if (operation == null) {
        throw new IOException("operation " + name + ": missing");
      }
      String next =
          operation.inputs().stream().filter(in -> !done.contains(in)).findFirst().orElse("");
      if (next.isEmpty()) {
        ordered.add(operation);
        done.add(name);
        onTheWay.remove(name);
        way.pop();
      } else {
        if (!onTheWay.add(next)) {
          throw new IOException("operation " + next + ": needs its own result");
        }
        way.push(next);
      }
    }
    return ordered;
  }

  /** An operation's name without the number of its result and the mark of a control input. */
  private static String plain(String input) {
    int colon = input.indexOf(':');
    String name = colon < 0 ? input : input.substring(0, colon);
    return name.startsWith("^") ? name.substring(1) : name;
  }
}
