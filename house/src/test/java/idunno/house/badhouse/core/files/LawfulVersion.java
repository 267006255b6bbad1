package idunno.house.badhouse.core.files;

import idunno.house.badhouse.core.base.LawfulId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Uses what the core may: a seeded Random, ordered maps, buffers, arrays, lambdas, switches. */
public record LawfulVersion(LawfulId id) {
  sealed interface Part {}

  record Head(int size) implements Part {}

  record Tail(int size) implements Part {}

  static int size(Part part) {
    return switch (part) {
      case Head(int size) -> size;
      case Tail(int size) -> size;
    };
  }

  static Map<Integer, List<String>> draw(long seed, ByteBuffer into, List<String> names) {
    int[] copy = new int[1];
    System.arraycopy(new int[] {new Random(seed).nextInt()}, 0, copy, 0, 1);
    into.putInt(copy[0]);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    names.forEach(name -> sizes.merge(name, 1, Integer::sum));
    if (sizes.isEmpty()) {
      throw new UncheckedIOException(new IOException("no names"));
    }
    return new ArrayList<>(names)
        .stream().collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.toList()));
  }
}
