package idunno.house;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * A call, a constructor or a field of the JDK that the core may not use.
 *
 * @param owner the full name of the class, or of a package, ending with a dot
 * @param members the names that are banned; empty for all
 * @param arguments the numbers of arguments with which they are banned; a field has none
 * @param instead what to write in its place
 */
record Ban(String owner, Set<String> members, IntPredicate arguments, String instead) {
  private static final String CONSTRUCTOR = "<init>";
  private static final String TIME = "take the time as an argument (nowMs)";
  private static final String SEED = "take a seeded Random as an argument";
  private static final String SETTING = "take the setting as an argument";
  private static final String VALUE = "return the text as a value; an edge prints it";
  private static final String STOP = "throw; the edge decides what ends";
  private static final String THREAD = "return an effect; an edge has the threads";
  private static final String ORDER =
      "use TreeMap, TreeSet, LinkedHashMap or List, whose order is the same in every run";

  /** What the core may not use of packages that it may use. */
  static final List<Ban> CORE =
      List.of(
          ban("java.lang.System", TIME, "currentTimeMillis", "nanoTime"),
          ban("java.lang.System", SETTING, "getenv", "getProperty", "getProperties"),
          ban("java.lang.System", VALUE, "out", "err", "in", "console", "getLogger"),
          ban("java.lang.System", STOP, "exit", "gc", "load", "loadLibrary"),
          ban("java.lang.System", ORDER, "identityHashCode"),
          ban("java.time.", TIME, "now"),
          ban("java.time.Clock", TIME),
          ban("java.util.Date", TIME),
          ban("java.util.Calendar", TIME),
          ban("java.lang.Math", SEED, "random"),
          ban("java.util.UUID", SEED, "randomUUID"),
          ban("java.util.random.", SEED, "of", "getDefault"),
          new Ban("java.util.Random", Set.of(CONSTRUCTOR), count -> count == 0, SEED),
          new Ban("java.util.SplittableRandom", Set.of(CONSTRUCTOR), count -> count == 0, SEED),
          new Ban("java.util.Collections", Set.of("shuffle"), count -> count == 1, SEED),
          ban("java.util.Set", ORDER, "of", "copyOf"),
          ban("java.util.Map", ORDER, "of", "ofEntries", "copyOf"),
          ban("java.util.HashMap", ORDER, CONSTRUCTOR, "newHashMap"),
          ban("java.util.HashSet", ORDER, CONSTRUCTOR, "newHashSet"),
          ban("java.util.IdentityHashMap", ORDER),
          ban("java.util.WeakHashMap", ORDER),
          ban("java.util.Hashtable", ORDER, CONSTRUCTOR),
          ban(
              "java.util.stream.Collectors",
              ORDER,
              "toSet",
              "toUnmodifiableSet",
              "toUnmodifiableMap",
              "toConcurrentMap",
              "groupingByConcurrent"),
          new Ban("java.util.stream.Collectors", Set.of("toMap"), count -> count < 4, ORDER),
          new Ban("java.util.stream.Collectors", Set.of("groupingBy"), count -> count < 3, ORDER),
          ban("java.util.", THREAD, "parallelStream"),
          ban("java.util.stream.", THREAD, "parallel"),
          ban("java.lang.Object", THREAD, "wait", "notify", "notifyAll"));

  private static Ban ban(String owner, String instead, String... members) {
    return new Ban(owner, Set.of(members), any -> true, instead);
  }

  /** Whether a use of the target is banned by this. */
  boolean covers(AccessTarget target) {
    String used = target.getOwner().getName();
    if (!(owner.endsWith(".") ? used.startsWith(owner) : used.equals(owner))) {
      return false;
    }
    int count =
        target instanceof CodeUnitAccessTarget unit ? unit.getRawParameterTypes().size() : 0;
    return (members.isEmpty() || members.contains(target.getName())) && arguments.test(count);
  }
}
