package idunno.node.codec;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.Deserializers;
import tools.jackson.databind.deser.KeyDeserializers;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.Serializers;
import tools.jackson.databind.ser.std.StdSerializer;

/** {@link BareRecord}s as values and as keys of maps, read and written. */
final class BareRecords {
  private BareRecords() {}

  /** Finds the writer of a bare record, as a value or as a key. */
  record Writers(boolean keys) implements Serializers {
    @Override
    public @Nullable ValueSerializer<?> findSerializer(
        SerializationConfig config,
        JavaType type,
        BeanDescription.Supplier description,
        JsonFormat.Value format) {
      BareRecord bare = BareRecord.of(type.getRawClass());
      return bare == null ? null : new Writer(bare, keys);
    }
  }

  /** Finds the reader of a bare record as a value. */
  static final class Readers implements Deserializers {
    @Override
    public @Nullable ValueDeserializer<?> findBeanDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
      BareRecord bare = BareRecord.of(type.getRawClass());
      return bare == null ? null : new Reader(bare);
    }

    @Override
    public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
      return BareRecord.of(type) != null;
    }
  }

  /** Finds the reader of a bare record as a key. */
  static final class KeyReaders implements KeyDeserializers {
    @Override
    public @Nullable KeyDeserializer findKeyDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription.Supplier description) {
      BareRecord bare = BareRecord.of(type.getRawClass());
      return bare == null ? null : new KeyReader(bare);
    }
  }

  private static final class Writer extends StdSerializer<Object> {
    private final BareRecord bare;
    private final boolean key;

    Writer(BareRecord bare, boolean key) {
      super(Object.class);
      this.bare = bare;
      this.key = key;
    }

    @Override
    public void serialize(Object record, JsonGenerator generator, SerializationContext context) {
      switch (bare.unwrap(record)) {
        case null -> generator.writeNull();
        case Object value when key -> generator.writeName(value.toString());
        case String value -> generator.writeString(value);
        case Long value -> generator.writeNumber(value.longValue());
        case Object value -> generator.writeNumber(((Integer) value).intValue());
      }
    }
  }

  private static final class Reader extends StdDeserializer<Object> {
    private final BareRecord bare;

    Reader(BareRecord bare) {
      super(bare.type());
      this.bare = bare;
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) {
      boolean text = bare.valueType() == String.class;
      if (!parser.hasToken(text ? JsonToken.VALUE_STRING : JsonToken.VALUE_NUMBER_INT)) {
        return context.handleUnexpectedToken(bare.type(), parser);
      }
      Object value =
          text
              ? parser.getString()
              : bare.valueType() == long.class
                  ? (Object) parser.getLongValue()
                  : (Object) parser.getIntValue();
      return checked(bare, value, context);
    }
  }

  private static final class KeyReader extends KeyDeserializer {
    private final BareRecord bare;

    KeyReader(BareRecord bare) {
      this.bare = bare;
    }

    @Override
    public Object deserializeKey(String key, DeserializationContext context) {
      try {
        Object value =
            bare.valueType() == String.class
                ? key
                : bare.valueType() == long.class
                    ? (Object) Long.parseLong(key)
                    : (Object) Integer.parseInt(key);
        return checked(bare, value, context);
      } catch (NumberFormatException e) {
        return context.handleWeirdKey(bare.type(), key, "expected a whole number");
      }
    }
  }

  private static Object checked(BareRecord bare, Object value, DeserializationContext context) {
    try {
      return bare.wrap(value);
    } catch (RuntimeException e) {
      throw context.instantiationException(bare.type(), e);
    }
  }
}
