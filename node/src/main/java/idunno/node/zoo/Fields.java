package idunno.node.zoo;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A JSON object that a person wrote, read field by field, so that each error names its place, such
 * as {@code models[2].card.output}. A field that nobody asked for is an error too: it may be a
 * misspelt one.
 */
final class Fields {
  private final JsonNode object;
  private final String place;
  private final Set<String> known = new HashSet<>();

  private Fields(JsonNode object, String place) {
    this.object = object;
    this.place = place;
  }

  /**
   * Reads an object and makes a value of it.
   *
   * @param place where it stands, empty for the whole document
   * @throws IllegalArgumentException naming the place, what was expected and what was found
   */
  static <T> T read(JsonNode object, String place, Function<Fields, T> make) {
    if (!object.isObject()) {
      throw new IllegalArgumentException(
          (place.isEmpty() ? "" : place + ": ")
              + "expected an object {...}, found "
              + kind(object));
    }
    Fields fields = new Fields(object, place);
    T made;
    try {
      made = make.apply(fields);
    } catch (Misplaced e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new Misplaced(place, e.getMessage(), e);
    }
    for (String name : object.propertyNames()) {
      if (!fields.known.contains(name)) {
        List<String> sorted = fields.known.stream().sorted().toList();
        throw new Misplaced(fields.at(name), "no such field here, expected one of " + sorted, null);
      }
    }
    return made;
  }

  /** An error that knows its place already. */
  private static final class Misplaced extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Misplaced(String place, @Nullable String why, @Nullable Throwable cause) {
      super(place.isEmpty() ? why : place + ": " + why, cause);
    }
  }

  private String at(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  private Optional<JsonNode> optional(String name) {
    known.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private JsonNode required(String name, String expected) {
    return optional(name)
        .orElseThrow(
            () -> new Misplaced(at(name), "expected " + expected + ", found nothing", null));
  }

  private Misplaced unfit(String name, String expected, JsonNode found) {
    return new Misplaced(at(name), "expected " + expected + ", found " + kind(found), null);
  }

  private static String kind(JsonNode node) {
    return node.isValueNode() ? node.toString() : node.isArray() ? "a list" : "an object";
  }

  String text(String name) {
    JsonNode value = required(name, "a text");
    if (!value.isString() || value.stringValue().isBlank()) {
      throw unfit(name, "a text", value);
    }
    return value.stringValue();
  }

  Optional<String> optionalText(String name) {
    return optional(name).map(value -> text(name));
  }

  long whole(String name) {
    JsonNode value = required(name, "a whole number");
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw unfit(name, "a whole number", value);
    }
    return value.longValue();
  }

  double number(String name) {
    JsonNode value = required(name, "a number");
    if (!value.isNumber()) {
      throw unfit(name, "a number", value);
    }
    return value.doubleValue();
  }

  /** What a text means to that reader, whose complaint is given this field's place. */
  <T> T text(String name, Function<String, T> reader) {
    String text = text(name);
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Misplaced(at(name), e.getMessage(), e);
    }
  }

  <T> Optional<T> optionalObject(String name, Function<Fields, T> make) {
    return optional(name).map(value -> read(value, at(name), make));
  }

  /** A list of objects; no list is an empty one. */
  <T> List<T> objects(String name, Function<Fields, T> make) {
    List<T> made = new ArrayList<>();
    Optional<JsonNode> list = optional(name);
    if (list.isPresent()) {
      if (!list.get().isArray()) {
        throw unfit(name, "a list", list.get());
      }
      for (JsonNode element : list.get()) {
        made.add(read(element, at(name) + "[" + made.size() + "]", make));
      }
    }
    return made;
  }

  /** A list of texts; no list is an empty one. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    Optional<JsonNode> list = optional(name);
    if (list.isPresent()) {
      for (JsonNode element : list.get()) {
        if (!list.get().isArray() || !element.isString()) {
          throw unfit(name, "a list of texts", list.get());
        }
        texts.add(element.stringValue());
      }
    }
    return texts;
  }

  /** A record that the mapper knows how to read. */
  <T extends Record> T mapped(String name, ObjectMapper mapper, Class<T> type) {
    JsonNode value = required(name, "an object");
    List<String> absent = new ArrayList<>();
    checkNames(value, type, at(name), absent);
    try {
      return mapper.treeToValue(value, type);
    } catch (JacksonException e) {
      StringBuilder where = new StringBuilder(at(name));
      for (JacksonException.Reference step : e.getPath()) {
        where.append(
            step.getPropertyName() == null
                ? "[" + step.getIndex() + "]"
                : "." + step.getPropertyName());
      }
      throw new Misplaced(where.toString(), why(e, absent), e);
    }
  }

  /** Finds misspelt names before the mapper stumbles over what is missing in their place. */
  private static void checkNames(JsonNode node, Class<?> type, String at, List<String> absent) {
    if (!node.isObject() || !type.isRecord()) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
    }
    for (String name : node.propertyNames()) {
      if (!names.contains(name)) {
        throw new Misplaced(at + "." + name, "no such field here, expected one of " + names, null);
      }
    }
    for (RecordComponent component : type.getRecordComponents()) {
      JsonNode value = node.get(component.getName());
      if (value == null) {
        absent.add(at + "." + component.getName());
      } else {
        checkNames(value, component.getType(), at + "." + component.getName(), absent);
      }
    }
  }

  private static String why(JacksonException e, List<String> absent) {
    Throwable cause = e instanceof DatabindException ? e.getCause() : null;
    return switch (cause) {
      case IllegalArgumentException refused -> String.valueOf(refused.getMessage());
      case NullPointerException missing -> "a field is missing, one of " + absent;
      case null -> e.getOriginalMessage();
      case Throwable other -> String.valueOf(other.getMessage());
    };
  }
}
