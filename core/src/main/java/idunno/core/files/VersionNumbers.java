package idunno.core.files;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The last number that was used for each name. A name and a number never mean two contents, not
 * after a delete either: who read version 3 and puts over version 3 must not hit another version 3.
 *
 * <p>Names that have no file any more can't all be remembered for ever. The last 50,000 of them
 * are; of those before, only the highest number is kept, for each of 65,536 groups of names (by
 * hash). A name that nothing is known of begins above its group's, so numbers still never repeat,
 * and memory is bounded; the price is that, once 50,000 names were deleted and reclaimed, a new
 * file's first version may be numbered 2 or a little more.
 */
public final class VersionNumbers {
  /** So many names without a file are remembered one by one. */
  static final int MAX_VACANT = 50_000;

  private final NavigableMap<FileName, Integer> used = new TreeMap<>();
  private final LinkedHashMap<FileName, Integer> vacant = new LinkedHashMap<>();
  private final NavigableMap<Integer, Integer> floors = new TreeMap<>();

  /**
   * The numbers as a value, for snapshots.
   *
   * @param used the last number of each name that has versions, deleted ones among them
   * @param vacant names without any and their last numbers, the longest vacant first
   * @param floors the highest number of all forgotten names of a group
   */
  public record Recorded(
      NavigableMap<FileName, Integer> used,
      List<Vacant> vacant,
      NavigableMap<Integer, Integer> floors) {}

  /** A name without any version, and the last number that it had. */
  public record Vacant(FileName name, int last) {}

  VersionNumbers() {}

  /** The last number used for a name; 0 if none was. */
  int last(FileName name) {
    Integer last = used.get(name);
    if (last == null) {
      last = vacant.get(name);
    }
    return last == null ? floors.getOrDefault(group(name), 0) : last;
  }

  /** Uses the next number of a name. */
  int next(FileName name) {
    int number = Math.addExact(last(name), 1);
    raise(name, number);
    return number;
  }

  /** The name has versions, and its numbers were used up to this one at the least. */
  void raise(FileName name, int number) {
    int last = Math.max(last(name), number);
    vacant.remove(name);
    used.put(name, last);
  }

  /** The name has no versions any more, visible or deleted. */
  void vacate(FileName name) {
    Integer last = used.remove(name);
    if (last == null) {
      return;
    }
    vacant.putLast(name, last);
    if (vacant.size() > MAX_VACANT) {
      Map.Entry<FileName, Integer> longest = vacant.pollFirstEntry();
      floors.merge(group(longest.getKey()), longest.getValue(), Math::max);
    }
  }

  /** The same for a name in every process: the hash of a string is part of its contract. */
  private static int group(FileName name) {
    int hash = name.value().hashCode();
    return (hash ^ (hash >>> 16)) & 0xffff;
  }

  Recorded toRecorded() {
    List<Vacant> names = new ArrayList<>(vacant.size());
    vacant.forEach((name, last) -> names.add(new Vacant(name, last)));
    return new Recorded(new TreeMap<>(used), names, new TreeMap<>(floors));
  }

  static VersionNumbers of(Recorded recorded) {
    VersionNumbers numbers = new VersionNumbers();
    numbers.used.putAll(recorded.used());
    recorded.vacant().forEach(one -> numbers.vacant.putLast(one.name(), one.last()));
    numbers.floors.putAll(recorded.floors());
    return numbers;
  }
}
