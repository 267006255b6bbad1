package idunno.node.convert.torch;

import idunno.node.convert.torch.Layer.Convolution;
import idunno.node.convert.torch.Layer.Dense;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How well tensors fit an architecture.
 *
 * @param missing what it has and the file has not
 * @param unexpected what the file has and it has not
 * @param illShaped what both have, in different shapes
 */
record Fit(
    Architecture architecture,
    List<String> missing,
    List<String> unexpected,
    List<String> illShaped) {
  /** How many names of each kind a message shows. */
  private static final int SHOWN = 5;

  /** A side that may be of any length. */
  private static final int ANY = -1;

  boolean isExact() {
    return differences() == 0;
  }

  private int differences() {
    return missing.size() + unexpected.size() + illShaped.size();
  }

  /**
   * Tells which architecture these tensors belong to.
   *
   * @param hint its name, if it is known
   * @throws IOException if they fit none, or not the named one; the message says what is missing,
   *     unexpected or of another shape
   */
  static Architecture choose(Map<String, StoredTensor> tensors, Optional<String> hint)
      throws IOException {
    List<Fit> fits = Architecture.ALL.stream().map(known -> of(known, tensors)).toList();
    Optional<Fit> exact = fits.stream().filter(Fit::isExact).findFirst();
    if (hint.isEmpty()) {
      if (exact.isPresent()) {
        return exact.get().architecture();
      }
      Fit nearest = fits.stream().min(Comparator.comparingInt(Fit::differences)).orElseThrow();
      throw new IOException(
          "the %d tensors fit none of the architectures known here (%s); nearest is %s: %s"
              .formatted(
                  tensors.size(),
                  Architecture.names(),
                  nearest.architecture().name(),
                  nearest.describe()));
    }
    Fit named =
        fits.stream()
            .filter(fit -> fit.architecture().isCalled(hint.get()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        "architecture %s is not known here; known are %s"
                            .formatted(Globals.printable(hint.get()), Architecture.names())));
    if (!named.isExact()) {
      throw new IOException(
          "the tensors are not those of %s%s: %s"
              .formatted(
                  named.architecture().name(),
                  exact.map(fit -> ", but of " + fit.architecture().name()).orElse(""),
                  named.describe()));
    }
    return named.architecture();
  }

  /** Compares an architecture's tensors with a file's. */
  static Fit of(Architecture architecture, Map<String, StoredTensor> tensors) {
    List<String> missing = new ArrayList<>();
    List<String> illShaped = new ArrayList<>();
    Set<String> unexpected = new TreeSet<>(tensors.keySet());
    int before = ANY;
    for (Layer layer : architecture.weighted()) {
      Needs needs = new Needs();
      if (layer instanceof Dense dense) {
        int in = dense.in() == Dense.AS_BEFORE ? before : dense.in();
        StoredTensor weight = tensors.get(dense.name() + ".weight");
        before = weight == null || weight.shape().length != 2 ? ANY : weight.shape()[0];
        needs.add(dense.name() + ".weight", before, in);
        needs.add(dense.name() + ".bias", before);
      } else if (layer instanceof Convolution convolution) {
        needs.add(convolution);
      }
      for (Need need : needs.all) {
        unexpected.remove(need.name());
        StoredTensor found = tensors.get(need.name());
        if (found == null) {
          missing.add(need.name());
        } else if (!need.fits(found)) {
          illShaped.add(need.name() + " (expected " + need.sides() + ", found " + found + ")");
        }
      }
    }
    return new Fit(
        architecture, List.copyOf(missing), List.copyOf(unexpected), List.copyOf(illShaped));
  }

  private record Need(String name, List<Integer> shape) {
    boolean fits(StoredTensor found) {
      int[] sides = found.shape();
      boolean fits = sides.length == shape.size() && found.type().isReal();
      for (int i = 0; fits && i < sides.length; i++) {
        // A side of 0 fits nothing: no layer has so few channels.
        fits = sides[i] > 0 && (shape.get(i) == ANY || shape.get(i) == sides[i]);
      }
      return fits;
    }

    String sides() {
      return "real numbers " + shape.toString().replace(Integer.toString(ANY), "any");
    }
  }

  /** The tensors of one layer. */
  private static final class Needs {
    private final List<Need> all = new ArrayList<>();

    void add(String name, Integer... shape) {
      all.add(new Need(name, Arrays.asList(shape)));
    }

    void add(Convolution layer) {
      int kernel = layer.kernel();
      add(layer.name() + ".weight", layer.out(), layer.in() / layer.groups(), kernel, kernel);
      if (layer.bias()) {
        add(layer.name() + ".bias", layer.out());
      }
      if (layer.norm() != null) {
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
          add(layer.norm() + "." + part, layer.out());
        }
      }
    }
  }

  private String describe() {
    return String.join(
        "; ",
        List.of(
            shown("missing", missing),
            shown("unexpected", unexpected),
            shown("of another type or shape", illShaped)));
  }

  private static String shown(String what, List<String> names) {
    if (names.isEmpty()) {
      return "none " + what;
    }
    String first = String.join(", ", names.stream().limit(SHOWN).map(Globals::printable).toList());
    return what
        + " "
        + first
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
