package idunno.node.onnx;

import static idunno.node.onnx.ProtoWalk.BYTES;
import static idunno.node.onnx.ProtoWalk.VARINT;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks through an ONNX file before anything loads it. A file that somebody brings may name other
 * files of this machine as its weights, state a shape of terabytes, nest graphs without end, or ask
 * for libraries of its own; a runtime is not made to be asked such things. Found are these, in one
 * pass that steps over the weights, so that a file of hundreds of megabytes costs a millisecond.
 *
 * <p>The numbers of fields are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
public final class NetworkInspection {
  /** The longest file: what protobuf can state, 2 GiB. */
  public static final long MAX_FILE_BYTES = Integer.MAX_VALUE;

  static final int LONGEST_NAME = 2048;
  static final int MOST_NAME_BYTES = 64 << 20;
  private static final int MOST_NODES = 50_000;
  private static final int MOST_PARTS = 4_000_000;
  private static final int DEEPEST = 4;
  private static final Set<String> DOMAINS = Set.of("", "ai.onnx");
  private static final Set<Integer> MODEL_FIELDS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26);

  private final ProtoWalk walk;
  private final Growth growth = new Growth();
  private int nodes;
  private int parts;
  private boolean graphSeen;

  private NetworkInspection(ProtoWalk walk) {
    this.walk = walk;
  }

  /**
   * Inspects a file.
   *
   * @throws RefusedNetwork if it is not to be loaded, saying what was expected and found
   * @throws IOException if it cannot be read
   */
  public static void check(Path file) throws IOException {
    List<NetworkInspection> made = new ArrayList<>();
    ProtoWalk.file(
        file,
        walk -> {
          made.add(new NetworkInspection(walk));
          return made.getFirst()::model;
        });
    NetworkInspection inspection = made.getFirst();
    if (!inspection.graphSeen) {
      throw new RefusedNetwork("expected an ONNX file, found no graph in it");
    }
    inspection.growth.check();
  }

  /**
   * Whether a file could be ONNX: its outermost parts are those of one. It may be hostile still.
   *
   * @throws IOException if it cannot be read
   */
  public static boolean isLikely(Path file) throws IOException {
    Set<Integer> seen = new HashSet<>();
    try {
      ProtoWalk.file(
          file,
          _ ->
              (number, _) -> {
                if (!MODEL_FIELDS.contains(number)) {
                  throw new RefusedNetwork("field " + number);
                }
                seen.add(number);
                return false;
              });
    } catch (RefusedNetwork e) {
      return false;
    }
    return seen.contains(7);
  }

  private boolean model(int number, int wire) throws IOException {
    if (wire != BYTES) {
      return false;
    }
    switch (number) {
      case 7 -> {
        if (graphSeen) {
          throw new RefusedNetwork("expected one graph, found two");
        }
        graphSeen = true;
        graph(0);
      }
      case 20 -> throw new RefusedNetwork("training information: expected a trained network alone");
      case 25 -> throw new RefusedNetwork("functions of its own: expected ONNX's operators alone");
      default -> {
        part();
        return false;
      }
    }
    return true;
  }

  private void graph(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new RefusedNetwork("expected graphs nested at most " + DEEPEST + " deep, found more");
    }
    walk.message(
        (number, wire) -> {
          part();
          if (wire != BYTES) {
            return false;
          }
          switch (number) {
            case 1 -> node(depth);
            case 5 -> {
              TensorClaim claim = TensorClaim.read(walk, "without a name");
              growth.constant(claim.name(), claim.small());
            }
            case 11, 12, 13 -> value();
            case 15 -> throw sparse();
            default -> {
              return false;
            }
          }
          return true;
        });
  }

  /** An operation; its settings come in any order, so they are judged at its end. */
  private void node(int depth) throws IOException {
    if (++nodes > MOST_NODES) {
      throw new RefusedNetwork("expected at most " + MOST_NODES + " operations, found more");
    }
    Node node = new Node(depth);
    walk.message(node::take);
    node.check();
  }

  private final class Node {
    private final int depth;
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final List<Double> constant = new ArrayList<>();
    private String name = "";
    private String op = "";
    private String domain = "";

    Node(int depth) {
      this.depth = depth;
    }

    boolean take(int number, int wire) throws IOException {
      part();
      if (wire != BYTES) {
        return false;
      }
      switch (number) {
        case 1 -> inputs.add(walk.text());
        case 2 -> outputs.add(walk.text());
        case 3 -> name = walk.text();
        case 4 -> op = walk.text();
        case 5 -> attribute();
        case 7 -> domain = walk.text();
        default -> {
          return false;
        }
      }
      return true;
    }

    private void attribute() throws IOException {
      List<Long> wholes = new ArrayList<>();
      List<String> called = new ArrayList<>();
      Set<Integer> seen = new HashSet<>();
      walk.message(
          (number, wire) -> {
            part();
            if (wire == VARINT && (number == 3 || number == 8)) {
              wholes.add(walk.varint());
              return true;
            }
            if (wire != BYTES) {
              return false;
            }
            switch (number) {
              case 1 -> called.add(walk.text());
              case 8 ->
                  walk.varints(
                      wire,
                      whole -> {
                        part();
                        wholes.add(whole);
                      });
              case 5, 10 -> {
                // A message that is there twice is one message with the parts of both.
                if (number == 5 && !seen.add(5)) {
                  throw new RefusedNetwork(label() + ": a constant is there twice");
                }
                constant.addAll(TensorClaim.read(walk, "of " + label()).small());
              }
              case 6, 11 -> {
                if (number == 6 && !seen.add(6)) {
                  throw new RefusedNetwork(label() + ": a graph is there twice");
                }
                graph(depth + 1);
              }
              case 22, 23 -> throw sparse();
              default -> {
                return false;
              }
            }
            return true;
          });
      String attribute = called.isEmpty() ? "" : called.getLast();
      Growth.setting(label(), attribute, wholes);
      if (attribute.startsWith("value_int")) {
        wholes.forEach(whole -> constant.add((double) whole));
      }
    }

    private String label() {
      return "operation %s (%s)".formatted(name, op);
    }

    void check() throws IOException {
      if (!DOMAINS.contains(domain)) {
        throw new RefusedNetwork(
            "%s: expected ONNX's own operators, found one of domain %s".formatted(label(), domain));
      }
      if (op.equals("Loop") || op.equals("Scan")) {
        throw new RefusedNetwork(
            label() + ": expected a network that runs straight through, found a loop");
      }
      if (op.equals("Constant")) {
        outputs.forEach(output -> growth.constant(output, constant));
      }
      growth.node(op, label(), inputs);
    }
  }

  /** What the file says of an input, an output or another value: its name and its sides. */
  private void value() throws IOException {
    List<String> name = new ArrayList<>();
    List<Long> sides = new ArrayList<>();
    walk.message(
        (number, wire) -> {
          part();
          if (wire == BYTES && number == 1) {
            name.add(walk.text());
            return true;
          }
          if (wire == BYTES && number == 2) {
            type(sides);
            return true;
          }
          return false;
        });
    // Some writers state -1 for a side that is open.
    double values = 1;
    for (long side : sides) {
      values *= Math.max(1, side);
    }
    if (values > Growth.MOST_VALUES || sides.stream().anyMatch(side -> side < -1)) {
      throw new RefusedNetwork(
          "value %s: expected at most %d numbers, found a shape of %s"
              .formatted(name.isEmpty() ? "" : name.getLast(), Growth.MOST_VALUES, sides));
    }
  }

  /** TypeProto, of which tensor_type has elem_type and shape. */
  private void type(List<Long> sides) throws IOException {
    walk.message(
        (number, wire) -> {
          part();
          if (number != 1 || wire != BYTES) {
            return false;
          }
          walk.message(
              (part, partWire) -> {
                part();
                if (part != 2 || partWire != BYTES) {
                  return false;
                }
                walk.message((side, sideWire) -> side(side, sideWire, sides));
                return true;
              });
          return true;
        });
  }

  private boolean side(int number, int wire, List<Long> sides) throws IOException {
    part();
    if (number != 1 || wire != BYTES) {
      return false;
    }
    walk.message(
        (kind, kindWire) -> {
          part();
          if (kind != 1 || kindWire != VARINT) {
            return false;
          }
          sides.add(walk.varint());
          return true;
        });
    return true;
  }

  /** Counts everything that whoever loads the file would make an object for. */
  private void part() throws IOException {
    if (++parts > MOST_PARTS) {
      throw new RefusedNetwork("expected at most " + MOST_PARTS + " parts, found more");
    }
  }

  private static RefusedNetwork sparse() {
    return new RefusedNetwork("a sparse tensor: expected all values of each");
  }
}
