package io.ballast.scheduler;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The core sees the JDK and the messages, and neither a clock nor chance of its own. */
@AnalyzeClasses(packages = "io.ballast", importOptions = DoNotIncludeTests.class)
final class CoreImportsTest {

  private static final String CORE = "io.ballast.scheduler.core..";

  @ArchTest
  static final ArchRule theCoreSeesTheJdkAndTheMessagesOnly =
      classes()
          .that()
          .resideInAPackage(CORE)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(CORE, "java..", "io.ballast.messages..", "org.jspecify..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "java.io..", "java.net..", "java.sql..", "java.util.logging.."))))
          .because("time, ids and chance are its arguments, and it does no input or output")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theCoreNeverAsksForTheTimeOrForChance =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .dependOnClassesThat(
              type(Clock.class).or(type(SecureRandom.class)).or(type(ThreadLocalRandom.class)))
          .orShould()
          .callMethod(RandomGenerator.class, "getDefault")
          .because("time, ids and seeds are arguments")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theRoomsSeeEachOtherInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("policy")
          .definedBy("io.ballast.scheduler.core.policy")
          .layer("effect")
          .definedBy("io.ballast.scheduler.core.effect")
          .layer("view")
          .definedBy("io.ballast.scheduler.core.view")
          .layer("watch")
          .definedBy("io.ballast.scheduler.core.watch")
          .layer("search")
          .definedBy("io.ballast.scheduler.core.search")
          .layer("balance")
          .definedBy("io.ballast.scheduler.core.balance")
          .layer("move")
          .definedBy("io.ballast.scheduler.core.move")
          .layer("follow")
          .definedBy("io.ballast.scheduler.core.follow")
          .layer("conductor")
          .definedBy("io.ballast.scheduler.core")
          .whereLayer("policy")
          .mayNotAccessAnyLayer()
          .whereLayer("effect")
          .mayNotAccessAnyLayer()
          .whereLayer("search")
          .mayNotAccessAnyLayer()
          .whereLayer("view")
          .mayOnlyAccessLayers("policy")
          .whereLayer("watch")
          .mayOnlyAccessLayers("policy", "effect", "view")
          .whereLayer("balance")
          .mayOnlyAccessLayers("policy", "effect", "view", "watch", "search")
          .whereLayer("move")
          .mayOnlyAccessLayers("policy", "effect", "view")
          .whereLayer("follow")
          .mayOnlyAccessLayers("effect", "view")
          .because(
              "what is, who is alive, what should be done and how it goes are four questions, and"
                  + " the search knows none of them");

  @ArchTest
  static final ArchRule aRoomOfTheCoreIsOneOfTheEight =
      classes()
          .that()
          .resideInAPackage(CORE)
          .should()
          .resideInAnyPackage(
              "io.ballast.scheduler.core",
              "io.ballast.scheduler.core.policy",
              "io.ballast.scheduler.core.effect",
              "io.ballast.scheduler.core.view",
              "io.ballast.scheduler.core.watch",
              "io.ballast.scheduler.core.search",
              "io.ballast.scheduler.core.balance",
              "io.ballast.scheduler.core.move",
              "io.ballast.scheduler.core.follow")
          .because("a new room needs its place in the rule above");
}
