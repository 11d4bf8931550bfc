package io.ballast.bus;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The client of the broker stays behind the bus, and the messages stay free of the bus. */
@AnalyzeClasses(packages = "io.ballast", importOptions = DoNotIncludeTests.class)
final class BusImportsTest {

  private static final String[] BROKER_CLIENT = {"io.vertx.rabbitmq..", "com.rabbitmq.."};

  @ArchTest
  static final ArchRule onlyRabbitBusAndItsSessionsSeeTheClientOfTheBroker =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.ballast.bus")
          .or()
          .arePublic()
          .and()
          .doNotHaveFullyQualifiedName("io.ballast.bus.RabbitBus")
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
}
