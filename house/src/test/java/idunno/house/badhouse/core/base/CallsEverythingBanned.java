package idunno.house.badhouse.core.base;

import java.time.Clock;
import java.time.Instant;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** One call for each entry of the list of banned calls. */
@SuppressWarnings({"JavaUtilDate", "JdkObsolete", "WaitNotInLoop", "NotifyNotHeld", "unused"})
final class CallsEverythingBanned {
  List<Object> time() {
    return List.of(
        System.currentTimeMillis(),
        Instant.now(),
        Clock.systemUTC(),
        new Date(),
        Calendar.getInstance());
  }

  List<Object> chance(List<String> names) {
    Collections.shuffle(names);
    return List.of(
        Math.random(),
        UUID.randomUUID(),
        RandomGenerator.getDefault(),
        new Random(),
        new SplittableRandom());
  }

  List<Object> order(List<String> names) {
    Supplier<Map<String, String>> byReference = HashMap::new;
    return List.of(
        System.identityHashCode(names),
        Set.of("a", "b"),
        Map.of("a", "b"),
        byReference,
        new HashSet<>(names),
        new IdentityHashMap<String, String>(),
        new WeakHashMap<String, String>(),
        new Hashtable<String, String>(),
        names.stream().collect(Collectors.toSet()),
        names.stream().collect(Collectors.toMap(name -> name, String::length)),
        names.stream().collect(Collectors.groupingBy(String::length)));
  }

  List<Object> threads(List<String> names) {
    return List.of(names.parallelStream(), names.stream().parallel());
  }

  synchronized void waits() throws InterruptedException {
    wait();
  }

  void world() {
    System.out.println(System.getProperty("user.home"));
    System.exit(1);
  }
}
