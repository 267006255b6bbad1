package idunno.node.codec;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.Version;
import tools.jackson.core.io.SerializedString;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.introspect.VirtualAnnotatedMember;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.VirtualBeanPropertyWriter;
import tools.jackson.databind.util.SimpleBeanPropertyDefinition;

/**
 * Sealed interfaces of records: the writing half and the reading half.
 *
 * <p>Writing makes the type an ordinary first property of the record, so that a record has one form
 * wherever it stands, as the root, in an erased list or behind its interface. Reading uses
 * Jackson's own resolution by name, limited to the names of {@link SealedFamily}.
 */
final class SealedTypes {
  private SealedTypes() {}

  /** Tells Jackson how to read a type of a sealed family, and what no record can do without. */
  static final class Reading extends NopAnnotationIntrospector {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      if (!(config instanceof DeserializationConfig) || !(annotated instanceof AnnotatedClass)) {
        return null;
      }
      SealedFamily family = SealedFamily.of(annotated.getRawType());
      return family == null
          ? null
          : JsonTypeInfo.Value.construct(
              JsonTypeInfo.Id.NAME,
              JsonTypeInfo.As.PROPERTY,
              family.typeProperty(),
              null,
              false,
              true,
              null);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
      Class<?> type = annotated.getRawType();
      if (SealedFamily.of(type) == null) {
        return null;
      }
      List<NamedType> subtypes = new ArrayList<>();
      SealedFamily.records(type).forEach((name, record) -> subtypes.add(named(name, record)));
      return subtypes;
    }

    @Override
    public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass annotated) {
      Class<?> type = annotated.getRawType();
      return SealedFamily.of(type) == null ? null : type.getSimpleName();
    }

    /** A primitive can't say that it is absent, so it must be there. */
    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
      return member.getRawType().isPrimitive() ? true : null;
    }

    @Override
    public Version version() {
      return Version.unknownVersion();
    }

    private static NamedType named(String name, Class<?> record) {
      return new NamedType(record, name);
    }
  }

  /** Puts the type before the components of a record of a sealed family. */
  static final class Writing extends ValueSerializerModifier {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public List<BeanPropertyWriter> changeProperties(
        SerializationConfig config,
        BeanDescription.Supplier description,
        List<BeanPropertyWriter> properties) {
      Class<?> type = description.getBeanClass();
      SealedFamily family = SealedFamily.of(type);
      if (family == null) {
        return properties;
      }
      List<BeanPropertyWriter> all = new ArrayList<>(properties);
      all.addFirst(
          new TypeProperty(config, description.getClassInfo(), family.typeProperty(), type));
      return all;
    }
  }

  private static final class TypeProperty extends VirtualBeanPropertyWriter {
    @Serial private static final long serialVersionUID = 1;
    private final SerializedString type;

    TypeProperty(SerializationConfig config, AnnotatedClass owner, String property, Class<?> type) {
      this(config, owner, property, type, config.constructType(String.class));
    }

    private TypeProperty(
        SerializationConfig config,
        AnnotatedClass owner,
        String property,
        Class<?> type,
        JavaType string) {
      super(
          SimpleBeanPropertyDefinition.construct(
              config,
              new VirtualAnnotatedMember(owner, type, property, string),
              PropertyName.construct(property)),
          owner.getAnnotations(),
          string);
      this.type = new SerializedString(type.getSimpleName());
    }

    @Override
    public void serializeAsProperty(
        Object record, JsonGenerator generator, SerializationContext context) {
      generator.writeName(_name);
      generator.writeString(type);
    }

    @Override
    protected Object value(Object record, JsonGenerator generator, SerializationContext context) {
      return type.getValue();
    }

    @Override
    public VirtualBeanPropertyWriter withConfig(
        MapperConfig<?> config,
        AnnotatedClass owner,
        BeanPropertyDefinition property,
        JavaType propertyType) {
      return this;
    }
  }
}
