package io.ballast.host;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the host's agent see each other in one direction, and libvirt stays in its own. */
@AnalyzeClasses(packages = "io.ballast.host", importOptions = DoNotIncludeTests.class)
final class HostImportsTest {

  private static final String AGENT = "io.ballast.host";
  private static final String TRADE = "io.ballast.host.trade";
  private static final String LIBVIRT = "io.ballast.host.libvirt";
  private static final String METER = "io.ballast.host.meter";
  private static final String WORK = "io.ballast.host.work";
  private static final String TESTING = "io.ballast.host.testing";

  @ArchTest
  static final ArchRule theRoomsSeeEachOtherInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("agent")
          .definedBy(AGENT)
          .layer("work")
          .definedBy(WORK)
          .layer("libvirt")
          .definedBy(LIBVIRT)
          .layer("meter")
          .definedBy(METER)
          .layer("trade")
          .definedBy(TRADE)
          .layer("testing")
          .definedBy(TESTING)
          .whereLayer("agent")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("testing")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("libvirt")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("work")
          .mayOnlyBeAccessedByLayers("agent")
          .whereLayer("meter")
          .mayOnlyBeAccessedByLayers("agent", "testing")
          .whereLayer("trade")
          .mayOnlyBeAccessedByLayers("agent", "work", "libvirt", "testing");

  @ArchTest
  static final ArchRule theRoomsHaveNoCycles =
      slices().matching("io.ballast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule aRoomIsOneOfTheSix =
      classes()
          .should()
          .resideInAnyPackage(AGENT, TRADE, LIBVIRT, METER, WORK, TESTING)
          .because("a room that is not named here would be seen by all");

  @ArchTest
  static final ArchRule onlyTheLibvirtRoomSeesLibvirtAndNativeCode =
      noClasses()
          .that()
          .resideOutsideOfPackage(LIBVIRT)
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.libvirt..", "com.sun.jna.."))
          .because("a call that hangs or crashes is dealt with in one place");

  @ArchTest
  static final ArchRule onlyTheMeterSeesTheInventoryOfTheMachine =
      noClasses()
          .that()
          .resideOutsideOfPackage(METER)
          .should()
          .dependOnClassesThat(resideInAnyPackage("oshi.."))
          .because("finding out what the machine is takes half a second");

  @ArchTest
  static final ArchRule theRoomsShowNothingButTheirEntrances =
      classes()
          .that()
          .areTopLevelClasses()
          .and()
          .arePublic()
          .should()
          .haveNameMatching(
              "io\\.ballast\\.host\\.(HostAgent|HostAgentConfig"
                  + "|trade\\.(Hypervisor|Domain|DomainXml|DomainPolicy|DomainNeeds|DomainObstacles|Needs|SharedFiles|FlatDisks)"
                  + "|trade\\.(PeerAddress|PeerRules|PortRange|Network|Journey|Leaving|NotBegunException|Passage|Steering)"
                  + "|libvirt\\.(LibvirtHypervisor|LibvirtSettings)|meter\\.(HostMeter|ProcMeter)"
                  + "|work\\.(Migration|Shutdown|Aftermath)|work\\.(Preconditions|Room|Patience)"
                  + "|work\\.(Arrivals|Departures|Peers|Here)"
                  + "|testing\\.(FakeHypervisor|FakeMigration|FakeWorld))");
}
