package idunno.system;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message again and again, each time with another of its things missing. */
final class Mutilations {
  private Mutilations() {}

  /** All of them; a message is a map by names, with maps and lists in it. */
  static List<Object> of(Object message) {
    List<Object> all = new ArrayList<>();
    if (message instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            all.add(with(map, name, null));
            of(value).forEach(less -> all.add(with(map, name, less)));
          });
    } else if (message instanceof List<?> list && !list.isEmpty()) {
      of(list.getFirst()).forEach(less -> all.add(List.of(less)));
    }
    return all;
  }

  private static Map<Object, Object> with(Map<?, ?> map, Object name, @Nullable Object value) {
    Map<Object, Object> changed = new LinkedHashMap<>(map);
    if (value == null) {
      changed.remove(name);
    } else {
      changed.put(name, value);
    }
    return changed;
  }
}
