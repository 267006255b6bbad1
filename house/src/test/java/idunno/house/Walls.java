package idunno.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The walls of the house: which package may know which, and what each may use of the world.
 *
 * @param root the package that holds {@code core} and {@code node}; another than the real one to
 *     show that the rules find what they should
 */
record Walls(String root) {
  /** The layers of the core, bottom to top: each may know those before it. */
  private static final List<String> LAYERS =
      List.of(
          "base",
          "membership",
          "files",
          "models",
          "jobs",
          "worker",
          "grep",
          "state",
          "coordinator");

  /** What the core may use of java.base; {@link Ban#CORE} takes single calls out of it. */
  private static final Set<String> CORE_PACKAGES =
      Set.of(
          "java.io",
          "java.lang",
          "java.lang.annotation",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.math",
          "java.nio",
          "java.nio.charset",
          "java.security",
          "java.time",
          "java.util",
          "java.util.function",
          "java.util.random",
          "java.util.regex",
          "java.util.stream",
          "java.util.zip",
          "org.jspecify.annotations");

  /** Types of those packages that touch the world all the same. */
  private static final String CORE_BANNED_TYPES =
      "java\\.io\\.(File|RandomAccessFile|Console|Object(In|Out)put).*"
          + "|java\\.lang\\.(Thread|InheritableThread|Process|Runtime$|ScopedValue).*"
          + "|java\\.security\\.SecureRandom"
          + "|java\\.util\\.(Timer|Scanner|ServiceLoader).*"
          + "|java\\.util\\.zip\\.(Zip|Jar)File.*";

  /** The edges that an edge may know besides the core and the floor. */
  private static final Map<String, Set<String>> NEIGHBOURS =
      Map.ofEntries(
          Map.entry("client", Set.of("api", "transfer")),
          Map.entry("convert", Set.of("onnx")),
          Map.entry("coordination", Set.of("replica")),
          Map.entry("demo", Set.of("api", "client", "shell", "zoo")),
          Map.entry("files", Set.of("replica", "transfer")),
          Map.entry("gateway", Set.of("api")),
          Map.entry("inference", Set.of("natives", "onnx", "pictures")),
          Map.entry("pictures", Set.of("natives")),
          Map.entry("quantize", Set.of("inference", "onnx", "pictures")),
          Map.entry("shell", Set.of("api", "client")),
          Map.entry("workbench", Set.of("api", "client", "convert", "onnx", "shell", "zoo")),
          Map.entry("zoo", Set.of("convert", "onnx")));

  /** The floor of the house, bottom to top: every edge stands on it, and it knows no edge. */
  private static final List<String> FLOOR = List.of("codec", "transport", "wire");

  /** A type that opens a way to the network, and the edges that may use it. */
  private static final Map<String, Set<String>> NETWORK =
      Map.of(
          "java\\.net\\.(Socket|ServerSocket|DatagramSocket|MulticastSocket|URLConnection)",
          Set.of("transport", "zoo"),
          "javax\\.net\\.(ssl\\.)?(SSL)?(Server)?SocketFactory",
          Set.of("transport", "zoo"),
          "java\\.nio\\.channels\\.\\w*(Socket|Datagram)Channel",
          Set.of("transport", "zoo"),
          "com\\.sun\\.net\\.httpserver\\..*Https?Server",
          Set.of("gateway"));

  /** A call that opens one; natives reads resources of its own jars by their addresses. */
  private static final Map<String, Set<String>> OPENING_CALLS =
      Map.of(
          "java\\.net\\.http\\.HttpClient\\.(newBuilder|newHttpClient)",
          Set.of("transport", "zoo"),
          "java\\.net\\.URL\\.open(Stream|Connection)",
          Set.of("transport", "zoo", "natives"));

  /** A library, and the edges that know it; so that each can be replaced in one place. */
  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "org.apache.ratis.", Set.of("consensus"),
          "ai.onnxruntime.", Set.of("inference", "natives", "quantize"),
          "org.lwjgl.", Set.of("natives", "pictures"),
          "com.luciad.imageio.", Set.of("pictures"),
          "ai.onnx.proto.", Set.of("onnx", "convert", "quantize"),
          "picocli.", Set.of("shell", "main"),
          "org.jline.", Set.of("shell"),
          "com.google.re2j.", Set.of("logs"));

  private static final String CONNECT =
      "ask transport for the connection, so that TLS stays one change (a server of HTTP is"
          + " gateway's)";

  ArchRule coreUsesNothingOfTheWorld() {
    return core(
        new Dependencies("use nothing of the world") {
          @Override
          @Nullable String complaint(JavaClass from, JavaClass to) {
            boolean ours = to.getPackageName().startsWith(root + ".core.");
            boolean pure =
                CORE_PACKAGES.contains(to.getPackageName())
                    && !to.getName().matches(CORE_BANNED_TYPES);
            return ours || pure
                ? null
                : "the core only decides: take what you need as an argument, return what is to be"
                    + " done as a value";
          }
        });
  }

  ArchRule coreCallsNothingThatDiffersBetweenRuns() {
    return core(
        new ArchCondition<>("call nothing that differs between runs") {
          @Override
          public void check(JavaClass from, ConditionEvents events) {
            for (JavaAccess<?> access : from.getAccessesFromSelf()) {
              for (Ban ban : Ban.CORE) {
                if (ban.covers(access.getTarget())) {
                  events.add(violated(from, access.getDescription(), ban.instead()));
                }
              }
            }
          }
        });
  }

  ArchRule coreLayersKnowOnlyThoseBelow() {
    return core(
        new Dependencies("know only the layers below") {
          @Override
          @Nullable String complaint(JavaClass from, JavaClass to) {
            if (!to.getPackageName().startsWith(root + ".core.")) {
              return null;
            }
            int above = LAYERS.indexOf(part("core", from));
            int below = LAYERS.indexOf(part("core", to));
            return below <= above
                ? null
                : "bottom to top it is " + LAYERS + ": move the type down, or the decision up";
          }
        });
  }

  ArchRule coreClassesAreInALayer() {
    return core(
        new ArchCondition<>("be in a layer") {
          @Override
          public void check(JavaClass from, ConditionEvents events) {
            if (!LAYERS.contains(part("core", from))) {
              String instead = "put it in one of " + LAYERS + ", or name the new layer in Walls";
              events.add(violated(from, from.getName() + " is in no layer", instead));
            }
          }
        });
  }

  ArchRule edgesDoNotKnowOneAnother() {
    return node(
        new Dependencies("not know another edge") {
          @Override
          @Nullable String complaint(JavaClass from, JavaClass to) {
            String edge = part("node", from);
            String other = part("node", to);
            return other.isEmpty()
                    || other.equals(edge)
                    || edge.equals("main")
                    || mayKnow(edge, other)
                ? null
                : edge
                    + " may not know "
                    + other
                    + ": declare the interface that you need in "
                    + edge
                    + " (or core), and let main pass it in";
          }
        });
  }

  private static boolean mayKnow(String edge, String other) {
    return FLOOR.contains(edge)
        ? FLOOR.indexOf(other) >= 0 && FLOOR.indexOf(other) < FLOOR.indexOf(edge)
        : FLOOR.contains(other) || NEIGHBOURS.getOrDefault(edge, Set.of()).contains(other);
  }

  ArchRule onlyTransportOpensConnections() {
    return node(
        new ArchCondition<>("open no connection") {
          @Override
          public void check(JavaClass from, ConditionEvents events) {
            String edge = part("node", from);
            for (JavaAccess<?> access : from.getAccessesFromSelf()) {
              String owner = access.getTargetOwner().getName();
              OPENING_CALLS.forEach(
                  (opening, edges) -> {
                    if ((owner + "." + access.getName()).matches(opening)
                        && !edges.contains(edge)) {
                      events.add(violated(from, access.getDescription(), CONNECT));
                    }
                  });
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
              NETWORK.forEach(
                  (type, edges) -> {
                    if (target(dependency).getName().matches(type) && !edges.contains(edge)) {
                      events.add(violated(from, dependency.getDescription(), CONNECT));
                    }
                  });
            }
          }
        });
  }

  ArchRule eachLibraryHasItsEdge() {
    return node(
        new Dependencies("leave each library to its edge") {
          @Override
          @Nullable String complaint(JavaClass from, JavaClass to) {
            for (Map.Entry<String, Set<String>> library : LIBRARIES.entrySet()) {
              if (to.getName().startsWith(library.getKey())
                  && !library.getValue().contains(part("node", from))) {
                return library.getKey() + " belongs to " + library.getValue() + ": ask that edge";
              }
            }
            return null;
          }
        });
  }

  /** The layer or edge of a class, for example {@code files}; empty for a class of neither. */
  private String part(String module, JavaClass type) {
    String prefix = root + "." + module + ".";
    String name = type.getPackageName() + ".";
    return name.startsWith(prefix) && !name.equals(prefix)
        ? name.substring(prefix.length(), name.indexOf('.', prefix.length()))
        : "";
  }

  private ArchRule core(ArchCondition<JavaClass> condition) {
    return classes()
        .that()
        .resideInAPackage(root + ".core..")
        .should(condition)
        .allowEmptyShould(true);
  }

  private ArchRule node(ArchCondition<JavaClass> condition) {
    return classes()
        .that()
        .resideInAPackage(root + ".node..")
        .should(condition)
        .allowEmptyShould(true);
  }

  private static ConditionEvent violated(JavaClass from, String found, String instead) {
    return SimpleConditionEvent.violated(from, found + ": " + instead);
  }

  private static JavaClass target(Dependency dependency) {
    return dependency.getTargetClass().getBaseComponentType();
  }

  /** A condition on each class that a class depends on. */
  private abstract static class Dependencies extends ArchCondition<JavaClass> {
    Dependencies(String description) {
      super(description);
    }

    /** What to do instead of that dependency; null where it is allowed. */
    abstract @Nullable String complaint(JavaClass from, JavaClass to);

    @Override
    public void check(JavaClass from, ConditionEvents events) {
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass to = target(dependency);
        String complaint = to.isPrimitive() ? null : complaint(from, to);
        if (complaint != null) {
          events.add(violated(from, dependency.getDescription(), complaint));
        }
      }
    }
  }
}
