package io.ballast.bus;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The client of the broker stays behind the bus, the messages stay free of the bus, and its rooms
 * see each other in one direction.
 */
@AnalyzeClasses(packages = "io.ballast", importOptions = DoNotIncludeTests.class)
final class BusImportsTest {

  private static final String[] BROKER_CLIENT = {"io.vertx.rabbitmq..", "com.rabbitmq.."};

  @ArchTest
  static final ArchRule onlyRabbitBusAndItsSessionsSeeTheClientOfTheBroker =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ballast.bus.rabbit")
          .or()
          .arePublic()
          .and()
          .doNotHaveFullyQualifiedName("io.ballast.bus.rabbit.RabbitBus")
          .should()
          .dependOnClassesThat(resideInAnyPackage(BROKER_CLIENT))
          .because("the broker's client is replaceable, and its reconnect is not to be trusted")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theMessagesSeeNoBus =
      classes()
          .that()
          .resideInAPackage("io.ballast.messages..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "io.ballast.messages..", "java..", "com.fasterxml.jackson..", "org.jspecify.."))
          .because("they are the language of the fleet, whatever carries it")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theRoomsOfTheBusSeeEachOtherInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("io.ballast.bus")
          .layer("json")
          .definedBy("io.ballast.bus.json")
          .layer("carrier")
          .definedBy("io.ballast.bus.carrier")
          .layer("rabbit")
          .definedBy("io.ballast.bus.rabbit")
          .layer("local")
          .definedBy("io.ballast.bus.local")
          .whereLayer("json")
          .mayOnlyBeAccessedByLayers("carrier", "rabbit", "local")
          .whereLayer("carrier")
          .mayOnlyBeAccessedByLayers("rabbit", "local")
          .whereLayer("rabbit")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("local")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule theRoomsHaveNoCycles =
      slices().matching("io.ballast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule aRoomOfTheBusIsOneOfTheFive =
      classes()
          .that()
          .resideInAPackage("io.ballast.bus..")
          .should()
          .resideInAnyPackage(
              "io.ballast.bus",
              "io.ballast.bus.json",
              "io.ballast.bus.carrier",
              "io.ballast.bus.rabbit",
              "io.ballast.bus.local")
          .because("a room that is not named here would be seen by all");

  @ArchTest
  static final ArchRule theCarriersShowNothingButTheirEntrances =
      classes()
          .that()
          .resideInAnyPackage("io.ballast.bus.rabbit", "io.ballast.bus.local")
          .and()
          .areTopLevelClasses()
          .and()
          .arePublic()
          .should()
          .haveNameMatching(".*\\.(RabbitBus|BusOptions|LocalBus|LocalHub)");
}
