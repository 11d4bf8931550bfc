package io.ballast.net;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the network's agent see each other in one direction. */
@AnalyzeClasses(packages = "io.ballast.net", importOptions = DoNotIncludeTests.class)
final class NetImportsTest {
  private static final String AGENT = "io.ballast.net";
  private static final String TRADE = "io.ballast.net.trade";
  private static final String WORK = "io.ballast.net.work";
  private static final String LINKS = "io.ballast.net.links";
  private static final String FLOW = "io.ballast.net.flow";
  private static final String OVS = "io.ballast.net.ovs";
  private static final String LINUX = "io.ballast.net.linux";
  private static final String LIBVIRT = "io.ballast.net.libvirt";
  private static final String TESTING = "io.ballast.net.testing";

  @ArchTest
  static final ArchRule theRoomsSeeEachOtherInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("agent")
          .definedBy(AGENT)
          .layer("work")
          .definedBy(WORK)
          .layer("switches")
          .definedBy(OVS, LINUX)
          .layer("flow")
          .definedBy(FLOW)
          .layer("host")
          .definedBy(LINKS, LIBVIRT)
          .layer("trade")
          .definedBy(TRADE)
          .layer("testing")
          .definedBy(TESTING)
          .whereLayer("agent")
          .mayOnlyAccessLayers("work", "trade")
          .whereLayer("work")
          .mayOnlyAccessLayers("trade")
          .whereLayer("switches")
          .mayOnlyAccessLayers("flow", "trade")
          .whereLayer("host")
          .mayOnlyAccessLayers("trade")
          .whereLayer("flow")
          .mayNotAccessAnyLayer()
          .whereLayer("trade")
          .mayNotAccessAnyLayer()
          .whereLayer("testing")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule theRoomsHaveNoCycles =
      slices().matching("io.ballast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule aRoomIsOneOfTheNine =
      classes()
          .should()
          .resideInAnyPackage(AGENT, TRADE, WORK, LINKS, FLOW, OVS, LINUX, LIBVIRT, TESTING)
          .because("a room that is not named here would be seen by all");

  @ArchTest
  static final ArchRule noKindOfSwitchKnowsTheOther =
      noClasses()
          .that()
          .resideInAPackage(OVS)
          .should()
          .dependOnClassesThat(resideInAnyPackage(LINUX))
          .because("what they share is the trade");
}
