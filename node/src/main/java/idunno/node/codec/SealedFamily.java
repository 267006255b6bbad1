package idunno.node.codec;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that hangs together through sealed interfaces: their records, and the property that tells
 * these apart when written.
 *
 * <p>A name on the wire can only choose among the records that the compiler knows as permitted, so
 * a peer can't name a class of its liking.
 *
 * @param typeProperty {@code type}, or {@code @type} where a record of the family has a component
 *     of that name
 */
record SealedFamily(String typeProperty) {
  private static final ClassValue<Found> FAMILIES =
      new ClassValue<>() {
        @Override
        protected Found computeValue(Class<?> type) {
          return new Found(find(type));
        }
      };

  /** A family, or that there is none: a {@link ClassValue} that a class can be asked for twice. */
  private record Found(@Nullable SealedFamily family) {}

  /**
   * The family of a sealed interface or of a record under one, or null for any other class.
   *
   * @throws IllegalArgumentException if the family can't be written: a permitted class is neither a
   *     record nor a sealed interface, or two records under one interface share a simple name
   */
  static @Nullable SealedFamily of(Class<?> type) {
    return FAMILIES.get(type).family();
  }

  /**
   * The records at or under a type, by the simple name that stands for each on the wire.
   *
   * @throws IllegalArgumentException if two of them share it
   */
  static Map<String, Class<?>> records(Class<?> type) {
    Map<String, Class<?>> records = new LinkedHashMap<>();
    collect(type, records);
    return records;
  }

  private static void collect(Class<?> type, Map<String, Class<?>> records) {
    if (isSealed(type)) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, records);
      }
    } else if (type.isRecord()) {
      Class<?> other = records.putIfAbsent(type.getSimpleName(), type);
      if (other != null && other != type) {
        throw new IllegalArgumentException(
            other.getName() + " and " + type.getName() + " have one simple name; rename one");
      }
    } else {
      throw new IllegalArgumentException(
          type.getName() + " is permitted by a sealed interface, so it must be a record or sealed");
    }
  }

  private static @Nullable SealedFamily find(Class<?> type) {
    if (!isSealed(type) && !type.isRecord()) {
      return null;
    }
    SequencedSet<Class<?>> relatives = new LinkedHashSet<>();
    addRelatives(type, relatives);
    if (relatives.stream().noneMatch(SealedFamily::isSealed)) {
      return null;
    }
    relatives.forEach(SealedFamily::records); // refuses what can't be written, before it is
    boolean taken =
        relatives.stream()
            .filter(Class::isRecord)
            .flatMap(record -> Arrays.stream(record.getRecordComponents()))
            .anyMatch(component -> component.getName().equals("type"));
    return new SealedFamily(taken ? "@type" : "type");
  }

  /** Up and down through sealed interfaces until nothing new turns up: a record may have two. */
  private static void addRelatives(Class<?> type, SequencedSet<Class<?>> relatives) {
    if (!relatives.add(type)) {
      return;
    }
    Stream<Class<?>> below =
        isSealed(type) ? Arrays.stream(type.getPermittedSubclasses()) : Stream.of();
    Stream<Class<?>> above = Arrays.stream(type.getInterfaces()).filter(SealedFamily::isSealed);
    Stream.concat(below, above).forEach(relative -> addRelatives(relative, relatives));
  }

  private static boolean isSealed(Class<?> type) {
    return type.isInterface() && type.isSealed();
  }
}
