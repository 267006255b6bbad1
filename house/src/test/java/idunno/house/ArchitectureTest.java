package idunno.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The direction of the arrows: edges know the core, the core knows nobody. Each rule also proves
 * itself on {@code badhouse}, a small house in which every rule is broken.
 */
class ArchitectureTest {
  private static final Walls WALLS = new Walls("idunno");
  private static final Walls BAD_WALLS = new Walls("idunno.house.badhouse");

  /** A rule, and the classes of the bad house that break it. */
  private record Wall(String name, Function<Walls, ArchRule> rule, List<String> breakers) {}

  private static final List<Wall> RULES =
      List.of(
          new Wall(
              "the core uses nothing of the world",
              Walls::coreUsesNothingOfTheWorld,
              List.of("core.base.StartsAThread", "core.base.ReadsAFile", "core.base.KnowsAnEdge")),
          new Wall(
              "the core calls nothing that differs between runs",
              Walls::coreCallsNothingThatDiffersBetweenRuns,
              List.of("core.base.CallsEverythingBanned")),
          new Wall(
              "a layer of the core knows only those below",
              Walls::coreLayersKnowOnlyThoseBelow,
              List.of("core.base.KnowsTheLayerAbove")),
          new Wall(
              "every class of the core is in a layer",
              Walls::coreClassesAreInALayer,
              List.of("core.attic.InNoLayer")),
          new Wall(
              "no edge knows another",
              Walls::edgesDoNotKnowOneAnother,
              List.of("node.shell.KnowsChunks", "node.transport.KnowsAnEdgeFromTheFloor")),
          new Wall(
              "transport alone opens connections",
              Walls::onlyTransportOpensConnections,
              List.of("node.client.OpensASocket", "node.client.OpensHttp", "node.client.Serves")),
          new Wall(
              "each library has its edge",
              Walls::eachLibraryHasItsEdge,
              List.of("node.shell.KnowsRatis")));

  @TestFactory
  Stream<DynamicTest> theHouseStands() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("idunno.core", "idunno.node");
    assertTrue(classes.contain("idunno.core.base.Range"), "core's classes are on the class path");
    assertTrue(classes.contain("idunno.node.main.Main"), "node's classes are on the class path");
    return RULES.stream()
        .map(
            wall ->
                DynamicTest.dynamicTest(
                    wall.name(), () -> wall.rule().apply(WALLS).check(classes)));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleFindsWhoBreaksItAndNobodyElse() {
    JavaClasses classes = badHouse();
    return RULES.stream()
        .map(
            wall ->
                DynamicTest.dynamicTest(
                    wall.name(),
                    () -> {
                      Set<String> found = breakers(wall, classes);
                      assertEquals(new TreeSet<>(wall.breakers()), found);
                    }));
  }

  @Test
  void everyBannedCallIsFound() {
    String report = report(RULES.get(1), badHouse());
    List<Ban> unseen =
        Ban.CORE.stream()
            .filter(ban -> report.lines().noneMatch(line -> isFoundBy(ban, line)))
            .toList();
    assertEquals(List.of(), unseen, report);
  }

  private static boolean isFoundBy(Ban ban, String line) {
    return line.contains(ban.owner())
        && line.endsWith(ban.instead())
        && (ban.members().isEmpty() || ban.members().stream().anyMatch(line::contains));
  }

  private static JavaClasses badHouse() {
    return new ClassFileImporter().importPackages(BAD_WALLS.root());
  }

  private static Set<String> breakers(Wall wall, JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    wall.rule()
        .apply(BAD_WALLS)
        .evaluate(classes)
        .handleViolations(
            (Collection<JavaClass> breakers, String message) ->
                breakers.forEach(
                    type -> found.add(type.getName().substring(BAD_WALLS.root().length() + 1))));
    return found;
  }

  private static String report(Wall wall, JavaClasses classes) {
    return String.join(
        "\n", wall.rule().apply(BAD_WALLS).evaluate(classes).getFailureReport().getDetails());
  }
}
