package idunno.node.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * A record around one {@code String}, {@code long} or {@code int}, which is written as that value
 * alone: {@code NodeName[value=n1]} is {@code "n1"}, and may be the key of a map.
 *
 * <p>A record of a sealed family is none of these, whatever it holds: it needs its type beside it.
 */
final class BareRecord {
  private static final MethodType UNARY = MethodType.methodType(Object.class, Object.class);

  private final Class<?> type;
  private final Class<?> valueType;
  private final MethodHandle wrap;
  private final MethodHandle unwrap;

  private BareRecord(Class<?> type, RecordComponent component) {
    this.type = type;
    this.valueType = component.getType();
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(valueType);
      Method accessor = component.getAccessor();
      constructor.setAccessible(true);
      accessor.setAccessible(true);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      this.wrap = lookup.unreflectConstructor(constructor).asType(UNARY);
      this.unwrap = lookup.unreflect(accessor).asType(UNARY);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("record " + type.getName() + " can't be opened", e);
    }
  }

  /** The bare form of a type, or null where it is no record of that kind. */
  static @Nullable BareRecord of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null || components.length != 1 || SealedFamily.of(type) != null) {
      return null;
    }
    Class<?> value = components[0].getType();
    boolean bare = value == String.class || value == long.class || value == int.class;
    return bare ? new BareRecord(type, components[0]) : null;
  }

  Class<?> type() {
    return type;
  }

  /** {@code String.class}, {@code long.class} or {@code int.class}. */
  Class<?> valueType() {
    return valueType;
  }

  /** The value inside: a String, a Long or an Integer; null only for a String that is null. */
  @Nullable Object unwrap(Object record) {
    try {
      return (Object) unwrap.invokeExact(record);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The record around a value of {@link #valueType()}.
   *
   * @throws RuntimeException whatever the record's own checks throw
   */
  Object wrap(Object value) {
    try {
      return (Object) wrap.invokeExact(value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
