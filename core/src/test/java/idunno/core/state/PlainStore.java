package idunno.core.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The file store as a plain map in memory: what a name's versions are, by their numbers, as lists
 * of the chunks that hold them. Written to be read against the commands' words, not to be fast.
 */
final class PlainStore {
  /** A deleted file's versions and until when they are kept. */
  record Deleted(NavigableMap<Integer, List<String>> versions, long untilMs) {}

  /** A file to be put. */
  record Put(String name, Optional<Integer> onlyOver, List<String> chunks) {}

  private final NavigableMap<String, NavigableMap<Integer, List<String>>> files = new TreeMap<>();
  private final NavigableMap<String, List<Deleted>> deleted = new TreeMap<>();
  private final Map<String, Integer> lastNumbers = new HashMap<>();
  private final Map<String, Integer> limits = new HashMap<>();
  private final List<List<List<String>>> pins = new ArrayList<>();

  NavigableMap<String, NavigableMap<Integer, List<String>>> files() {
    return files;
  }

  NavigableMap<String, List<Deleted>> deleted() {
    return deleted;
  }

  private NavigableMap<Integer, List<String>> versions(String name) {
    return files.getOrDefault(name, new TreeMap<>());
  }

  int latest(String name) {
    return files.containsKey(name) ? versions(name).lastKey() : 0;
  }

  private List<String> lastOf(String name) {
    return versions(name).lastEntry().getValue();
  }

  /** All chunks that something needs. */
  Set<String> chunks() {
    Set<String> chunks = new HashSet<>();
    files.values().forEach(file -> file.values().forEach(chunks::addAll));
    deleted
        .values()
        .forEach(sets -> sets.forEach(set -> set.versions().values().forEach(chunks::addAll)));
    pins.forEach(job -> job.forEach(chunks::addAll));
    return chunks;
  }

  List<String> namesIn(String folder) {
    return files.keySet().stream().filter(name -> name.startsWith(folder + "/")).toList();
  }

  /** The new numbers, or none if a condition doesn't hold. */
  Optional<List<Integer>> put(List<Put> puts) {
    Map<String, Integer> latest = new HashMap<>();
    for (Put put : puts) {
      int found = latest.getOrDefault(put.name(), latest(put.name()));
      if (put.onlyOver().isPresent() && put.onlyOver().get() != found) {
        return Optional.empty();
      }
      int last = Math.max(found, lastNumbers.getOrDefault(put.name(), 0));
      latest.put(put.name(), last + 1);
    }
    List<Integer> numbers = new ArrayList<>();
    puts.forEach(put -> numbers.add(add(put.name(), put.chunks())));
    puts.forEach(put -> trim(put.name()));
    return Optional.of(numbers);
  }

  private int add(String name, List<String> chunks) {
    int number = lastNumbers.merge(name, 1, Integer::sum);
    files.computeIfAbsent(name, ignored -> new TreeMap<>()).put(number, chunks);
    return number;
  }

  private void trim(String name) {
    int limit = 0;
    for (String at = name; ; at = at.substring(0, at.lastIndexOf('/'))) {
      if (limits.containsKey(at)) {
        limit = limits.get(at);
        break;
      }
      if (at.indexOf('/') < 0) {
        break;
      }
    }
    while (limit > 0 && versions(name).size() > limit) {
      versions(name).pollFirstEntry();
    }
  }

  /** How many versions went. */
  int delete(String name, long untilMs, long atMs) {
    NavigableMap<Integer, List<String>> versions = files.remove(name);
    if (untilMs <= atMs) {
      List<Deleted> kept = deleted.remove(name);
      int before = kept == null ? 0 : kept.stream().mapToInt(set -> set.versions().size()).sum();
      return before + (versions == null ? 0 : versions.size());
    }
    if (versions == null) {
      return 0;
    }
    deleted.computeIfAbsent(name, ignored -> new ArrayList<>()).add(new Deleted(versions, untilMs));
    return versions.size();
  }

  /** How many versions came back. */
  int undelete(String name) {
    List<Deleted> sets = deleted.get(name);
    if (sets == null) {
      return 0;
    }
    Deleted back = sets.removeLast();
    if (sets.isEmpty()) {
      deleted.remove(name);
    }
    files.computeIfAbsent(name, ignored -> new TreeMap<>()).putAll(back.versions());
    trim(name);
    return back.versions().size();
  }

  void reclaim(long atMs) {
    deleted.values().forEach(sets -> sets.removeIf(set -> set.untilMs() <= atMs));
    deleted.values().removeIf(List::isEmpty);
  }

  void keep(String folder, int versions) {
    limits.remove(folder);
    if (versions > 0) {
      limits.put(folder, versions);
    }
    List.copyOf(files.keySet()).forEach(this::trim);
  }

  /** Whether it was done. */
  boolean move(String from, String to) {
    boolean file = files.containsKey(from);
    List<String> names = file ? List.of(from) : namesIn(from);
    if (from.equals(to)
        || names.isEmpty()
        || files.containsKey(to)
        || !namesIn(to).isEmpty()
        || (!file && to.startsWith(from + "/"))) {
      return false;
    }
    for (String name : names) {
      String renamed = to + name.substring(from.length());
      NavigableMap<Integer, List<String>> versions = versions(name);
      files.remove(name);
      int used = lastNumbers.getOrDefault(renamed, 0);
      int shift = versions.firstKey() > used ? 0 : used + 1 - versions.firstKey();
      NavigableMap<Integer, List<String>> moved = new TreeMap<>();
      versions.forEach((number, chunks) -> moved.put(number + shift, chunks));
      files.put(renamed, moved);
      lastNumbers.put(renamed, lastNumbers.getOrDefault(name, 0) + shift);
      trim(renamed);
    }
    return true;
  }

  /** Whether it was done. */
  boolean copy(String from, Optional<Integer> version, String to) {
    if (files.containsKey(from)) {
      List<String> content = versions(from).get(version.orElse(latest(from)));
      if (content == null || (!files.containsKey(to) && !namesIn(to).isEmpty())) {
        return false;
      }
      add(to, content);
      trim(to);
      return true;
    }
    List<String> names = namesIn(from);
    if (names.isEmpty()
        || version.isPresent()
        || files.containsKey(to)
        || to.equals(from)
        || to.startsWith(from + "/")) {
      return false;
    }
    NavigableMap<String, List<String>> contents = new TreeMap<>();
    names.forEach(name -> contents.put(to + name.substring(from.length()), lastOf(name)));
    contents.forEach(this::add);
    contents.keySet().forEach(this::trim);
    return true;
  }

  /** A job begins over the folder's latest versions; false if it has no files. */
  boolean pin(String folder) {
    List<List<String>> latest = new ArrayList<>();
    namesIn(folder).forEach(name -> latest.add(lastOf(name)));
    return !latest.isEmpty() && pins.add(latest);
  }

  int pins() {
    return pins.size();
  }

  /** The job that began first of those that still run ends. */
  void unpinFirst() {
    pins.removeFirst();
  }

  /** Every name that anything is known of. */
  Set<String> everyName() {
    Set<String> names = new TreeSet<>(files.keySet());
    names.addAll(deleted.keySet());
    return names;
  }
}
