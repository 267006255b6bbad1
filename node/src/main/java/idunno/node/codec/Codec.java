package idunno.node.codec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Values to bytes and back: CBOR for the log, snapshots and calls between nodes, JSON for people.
 *
 * <p>The core's records, enums and sealed interfaces need no annotation:
 *
 * <ul>
 *   <li>a record is an object of its components, in their order; a component that is null or an
 *       empty {@code Optional} is left out;
 *   <li>a record around one {@code String}, {@code long} or {@code int} is that value alone, and
 *       may be a map's key ({@link BareRecord});
 *   <li>a record under a sealed interface starts with {@code "type"}, its simple name ({@link
 *       SealedFamily});
 *   <li>an enum is its constant's name; bytes are binary in CBOR and Base64 in JSON.
 * </ul>
 *
 * <p>The same value gives the same bytes: maps and sets are written in their own order and read
 * back in the order of the bytes, so keep only ordered ones (a {@code HashMap}'s order is its own).
 *
 * <p>Reading is wary and, for the sake of rolling upgrades, patient: an unknown property is skipped
 * and an absent one is null, but an absent or null primitive, a number in place of a string, a
 * value that the record's constructor refuses, trailing bytes, or more depth, text or length than
 * the bounds allow is a {@link BadMessage}.
 *
 * <p>Thread-safe. Keep an instance: it learns each class once.
 */
public final class Codec {
  /** The longest document of the shared codecs, in bytes. */
  public static final long MAX_DOCUMENT_BYTES = 64L << 20;

  /** The longest string in a document, in characters. */
  public static final int MAX_STRING_CHARS = 16 << 20;

  /** How deep objects and arrays may nest. */
  public static final int MAX_DEPTH = 64;

  private static final Codec CBOR = cbor(MAX_DOCUMENT_BYTES);
  private static final Codec JSON = new Codec(jsonMapper(false), MAX_DOCUMENT_BYTES);
  private static final Codec PRETTY_JSON = new Codec(jsonMapper(true), MAX_DOCUMENT_BYTES);

  private final ObjectMapper mapper;
  private final long maxDocumentBytes;

  private final ClassValue<ObjectWriter> writers =
      new ClassValue<>() {
        @Override
        protected ObjectWriter computeValue(Class<?> type) {
          return mapper.writerFor(type);
        }
      };
  private final ClassValue<ObjectReader> readers =
      new ClassValue<>() {
        @Override
        protected ObjectReader computeValue(Class<?> type) {
          return mapper.readerFor(type);
        }
      };

  private final ClassValue<ObjectReader> completeReaders =
      new ClassValue<>() {
        @Override
        protected ObjectReader computeValue(Class<?> type) {
          return mapper
              .readerFor(type)
              .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
        }
      };

  private Codec(ObjectMapper mapper, long maxDocumentBytes) {
    this.mapper = mapper;
    this.maxDocumentBytes = maxDocumentBytes;
  }

  /** The shared CBOR codec, for documents of up to {@link #MAX_DOCUMENT_BYTES}. */
  public static Codec cbor() {
    return CBOR;
  }

  /** A CBOR codec of its own for documents of up to that many bytes (a snapshot may be large). */
  public static Codec cbor(long maxDocumentBytes) {
    CBORFactory factory =
        CBORFactory.builder()
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .streamReadConstraints(readBounds(maxDocumentBytes))
            .streamWriteConstraints(writeBounds())
            .build();
    return new Codec(configure(CBORMapper.builder(factory)).build(), maxDocumentBytes);
  }

  /** The shared JSON codec, on one line. */
  public static Codec json() {
    return JSON;
  }

  /** The shared JSON codec that indents what it writes. */
  public static Codec prettyJson() {
    return PRETTY_JSON;
  }

  /**
   * Writes a value.
   *
   * @throws IllegalArgumentException if its class can't be written or it nests too deeply: a fault
   *     of the program
   */
  public byte[] encode(Object value) {
    try {
      return writers.get(value.getClass()).writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw unwritable(value, e);
    }
  }

  /**
   * Writes a value to a stream, which stays open.
   *
   * @throws IOException if the stream fails
   * @throws IllegalArgumentException as {@link #encode(Object)}
   */
  public void encode(Object value, OutputStream out) throws IOException {
    try {
      writers.get(value.getClass()).writeValue(out, value);
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      throw unwritable(value, e);
    }
  }

  /**
   * Reads a value that takes up all of the bytes.
   *
   * @throws BadMessage if the bytes are anything else
   */
  public <T> T decode(byte[] bytes, Class<T> type) {
    return decode(bytes, type, readers);
  }

  /**
   * The same, of somebody who isn't trusted: every component of every record must be there, but for
   * those that are {@code Optional}.
   *
   * @throws BadMessage if one is absent or null, too
   */
  public <T> T decodeComplete(byte[] bytes, Class<T> type) {
    return decode(bytes, type, completeReaders);
  }

  private <T> T decode(byte[] bytes, Class<T> type, ClassValue<ObjectReader> with) {
    if (bytes.length > maxDocumentBytes) {
      throw new BadMessage(
          "%s: expected at most %d bytes, found %d"
              .formatted(type.getSimpleName(), maxDocumentBytes, bytes.length));
    }
    try {
      return present(type, with.get(type).readValue(bytes));
    } catch (RuntimeException e) {
      throw unreadable(type, bytes.length + " bytes", e);
    }
  }

  /**
   * Reads a value that takes up all the rest of a stream, which stays open.
   *
   * @throws IOException if the stream fails
   * @throws BadMessage if what it gives is anything else
   */
  public <T> T decode(InputStream in, Class<T> type) throws IOException {
    try {
      return present(type, readers.get(type).readValue(in));
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (RuntimeException e) {
      throw unreadable(type, "a stream", e);
    }
  }

  private static <T> T present(Class<T> type, Object value) {
    if (value == null) {
      throw new BadMessage("expected a value, found null");
    }
    return type.cast(value);
  }

  private static IllegalArgumentException unwritable(Object value, JacksonException cause) {
    return new IllegalArgumentException(
        "%s can't be written: %s".formatted(value.getClass().getName(), cause.getOriginalMessage()),
        cause);
  }

  /**
   * All of them, not Jackson's alone: what a peer sends must never surface as another exception.
   */
  private static BadMessage unreadable(Class<?> type, String source, RuntimeException cause) {
    String why = cause instanceof JacksonException e ? e.getOriginalMessage() : cause.getMessage();
    String where = cause instanceof JacksonException e ? path(e) : "";
    return new BadMessage(
        "%s%s, from %s: %s".formatted(type.getSimpleName(), where, source, why), cause);
  }

  private static String path(JacksonException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      path.append(
          step.getPropertyName() == null
              ? "[" + step.getIndex() + "]"
              : "." + step.getPropertyName());
    }
    return path.toString();
  }

  private static ObjectMapper jsonMapper(boolean pretty) {
    JsonFactory factory =
        JsonFactory.builder()
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .streamReadConstraints(readBounds(MAX_DOCUMENT_BYTES))
            .streamWriteConstraints(writeBounds())
            .build();
    return configure(JsonMapper.builder(factory))
        .configure(SerializationFeature.INDENT_OUTPUT, pretty)
        .build();
  }

  private static StreamReadConstraints readBounds(long maxDocumentBytes) {
    return StreamReadConstraints.builder()
        .maxNestingDepth(MAX_DEPTH)
        .maxStringLength(MAX_STRING_CHARS)
        .maxDocumentLength(maxDocumentBytes)
        .build();
  }

  private static StreamWriteConstraints writeBounds() {
    return StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build();
  }

  private static <B extends MapperBuilder<?, B>> B configure(B builder) {
    SimpleModule records =
        new SimpleModule("records") {
          private static final long serialVersionUID = 1;

          @Override
          public void setupModule(SetupContext context) {
            super.setupModule(context);
            context.insertAnnotationIntrospector(new SealedTypes.Reading());
            context.addSerializerModifier(new SealedTypes.Writing());
            context.addSerializers(new BareRecords.Writers(false));
            context.addKeySerializers(new BareRecords.Writers(true));
            context.addDeserializers(new BareRecords.Readers());
            context.addKeyDeserializers(new BareRecords.KeyReaders());
          }
        };
    records.addAbstractTypeMapping(Set.class, LinkedHashSet.class);
    return builder
        .addModule(records)
        .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_ABSENT))
        .enable(MapperFeature.INFER_RECORD_GETTERS_FROM_COMPONENTS_ONLY)
        .disable(
            MapperFeature.SORT_PROPERTIES_ALPHABETICALLY, MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(SerializationFeature.CLOSE_CLOSEABLE, SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
        .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS);
  }
}
