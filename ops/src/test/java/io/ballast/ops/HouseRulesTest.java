package io.ballast.ops;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noConstructors;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the sources of all modules. */
@AnalyzeClasses(packages = "io.ballast", importOptions = DoNotIncludeTests.class)
final class HouseRulesTest {

  private static final List<String> MODULES =
      List.of("messages", "scheduler", "host-agent", "storage-agent", "net-agent", "ops");

  private static final int MOST_LINES = 500;

  /**
   * What others may use of the rooms behind the bus's API: the carriers and what each is made with;
   * and the names and the JSON of messages, which are a public contract that is printed and kept
   * too, not only sent.
   */
  private static final Set<String> ENTRANCES_OF_THE_BUS =
      Set.of(
          "io.ballast.bus.rabbit.RabbitBus",
          "io.ballast.bus.rabbit.BusOptions",
          "io.ballast.bus.local.LocalBus",
          "io.ballast.bus.local.LocalHub",
          "io.ballast.bus.json.Codec",
          "io.ballast.bus.json.Kinds");

  @ArchTest
  static final ArchRule onlyTheBusSeesTheClientOfTheBroker =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ballast.bus.rabbit")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.vertx.rabbitmq..", "com.rabbitmq.."));

  @ArchTest
  static final ArchRule theRoomsBehindTheBusAreEnteredByTheirEntrances =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ballast.bus..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.ballast.bus.*..")
                  .and(
                      describe(
                          "are no entrance of the bus",
                          used ->
                              !ENTRANCES_OF_THE_BUS.contains(used.getName().split("\\$", 2)[0]))));

  @ArchTest
  static final ArchRule theAgentsSeeNeitherEachOtherNorTheScheduler =
      slices()
          .matching("io.ballast.(host|storage|net|scheduler)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule nobodySeesOps =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ballast.ops..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.ballast.ops.."));

  @ArchTest
  static final ArchRule aNameSaysWhatTheClassIs =
      noClasses()
          .should()
          .haveNameMatching(
              ".*[.$](Abstract[A-Z][^.$]*" + "|[^.$]*(Manager|Utils?|Helper|Base|Impl|Info|Data))");

  @ArchTest
  static final ArchRule aConstructorTakesSixThingsAtMost =
      noConstructors()
          .that(describe("belong to no record", made -> !made.getOwner().isRecord()))
          .should(
              ArchConditions.have(
                  describe(
                      "more than six parameters", made -> made.getRawParameterTypes().size() > 6)));

  @Test
  void noSourceFileIsLongerThanAPersonReads() {
    List<Path> tooLong = sources().filter(file -> lines(file) > MOST_LINES).toList();

    assertEquals(List.of(), tooLong, "files of more than " + MOST_LINES + " lines");
  }

  @Test
  void everyPackageIsNullMarked() {
    List<Path> unmarked =
        sources()
            .filter(file -> file.toString().contains("/src/main/java/"))
            .map(Path::getParent)
            .distinct()
            .filter(folder -> !text(folder.resolve("package-info.java")).contains("@NullMarked"))
            .toList();

    assertEquals(List.of(), unmarked, "packages without a package-info.java with @NullMarked");
  }

  @Test
  void theRulesSeeTheSources() {
    assertFalse(sources().toList().isEmpty());
  }

  private static Stream<Path> sources() {
    return MODULES.stream()
        .map(module -> Path.of("..", module, "src").normalize())
        .flatMap(HouseRulesTest::filesBelow)
        .filter(file -> file.toString().endsWith(".java"));
  }

  private static Stream<Path> filesBelow(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long lines(Path file) {
    return text(file).lines().count();
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
