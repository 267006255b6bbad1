package idunno.node.client;

import idunno.node.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;

/** An answer in JSON that has all its parts: a missing one would be null, and found much later. */
final class Whole {
  private Whole() {}

  /**
   * Reads a record.
   *
   * @throws IOException if the stream fails, or a component of the record is missing
   * @throws idunno.node.codec.BadMessage if it is anything else
   */
  static <T> T decode(InputStream in, Class<T> type) throws IOException {
    T value = Codec.json().decode(in, type);
    for (RecordComponent component : type.getRecordComponents()) {
      try {
        if (component.getAccessor().invoke(value) == null) {
          throw new UnreadableAnswer(
              "the answer lacks \"" + component.getName() + "\" (is the node of another release?)");
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(type.getName() + " can't be looked into", e);
      }
    }
    return value;
  }
}
