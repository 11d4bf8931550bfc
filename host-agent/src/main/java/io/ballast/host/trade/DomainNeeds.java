package io.ballast.host.trade;

import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.messages.Machine;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** Reads what a domain needs from the description that its hypervisor gives of it. */
public final class DomainNeeds {
  /** What says in a disk's description where it lies, whatever kind it is of. */
  private static final List<String> LIES =
      List.of("file", "dev", "dir", "pool", "volume", "protocol", "name");

  private DomainNeeds() {}

  /**
   * What a domain needs.
   *
   * @param version of the hypervisor that is installed where it is
   * @throws io.ballast.bus.RefusedException as {@code INVALID_DOMAIN} if its description can't be
   *     read
   */
  public static Needs of(Description described, long version) {
    Domain domain = described.domain();
    Element xml = DomainDocument.of(DomainXml.plain(described.xml()));
    return new Needs(
        domain.id(),
        domain.name(),
        domain.memory(),
        below(xml, "memoryBacking").flatMap(backing -> below(backing, "hugepages")).count() > 0,
        domain.vcpus(),
        cpu(xml),
        sources(xml, "interface", "bridge"),
        sources(xml, "disk", "pool"),
        machine(xml, version));
  }

  private static Optional<Machine> machine(Element xml, long version) {
    return below(xml, "os")
        .flatMap(os -> below(os, "type"))
        .filter(type -> type.hasAttribute("arch") && type.hasAttribute("machine"))
        .map(
            type ->
                new Machine(
                    devices(xml, "emulator").map(Element::getTextContent).findFirst(),
                    type.getAttribute("arch"),
                    type.getAttribute("machine"),
                    xml.getAttribute("type"),
                    version))
        .findFirst();
  }

  /** Whether a domain has disks, and all of them are volumes of such pools. */
  public static boolean lies(Description described, Collection<String> pools) {
    Element xml = DomainDocument.of(DomainXml.plain(described.xml()));
    List<Element> sources = devices(xml, "disk").flatMap(disk -> below(disk, "source")).toList();
    return !sources.isEmpty()
        && sources.stream().allMatch(source -> pools.contains(source.getAttribute("pool")));
  }

  /**
   * Whether a domain has a disk that is a file or a device by its path, and not only read.
   *
   * @param copied disks that count for nothing, by their places
   */
  public static boolean hasFiles(Description described, Collection<String> copied) {
    return devices(DomainDocument.of(DomainXml.plain(described.xml())), "disk")
        .filter(disk -> below(disk, "readonly").findAny().isEmpty())
        .filter(
            disk -> below(disk, "target").noneMatch(it -> copied.contains(it.getAttribute("dev"))))
        .flatMap(disk -> below(disk, "source"))
        .anyMatch(source -> !source.hasAttribute("protocol"));
  }

  /**
   * The files of disks, each for its place, such as {@code vda}; those that are no files are none.
   */
  public static List<String> files(String description, List<String> places) {
    Element xml = DomainDocument.of(DomainXml.plain(description));
    return places.stream()
        .flatMap(
            place ->
                devices(xml, "disk")
                    .filter(
                        disk ->
                            below(disk, "target")
                                .anyMatch(it -> it.getAttribute("dev").equals(place))))
        .flatMap(disk -> below(disk, "source"))
        .map(source -> source.getAttribute("file"))
        .filter(file -> !file.isEmpty())
        .toList();
  }

  /**
   * All disks that a domain may write to and on what each lies, such as "vda: file=/images/web", by
   * their places.
   */
  public static List<String> disks(String description) {
    return devices(DomainDocument.of(DomainXml.plain(description)), "disk")
        .filter(disk -> below(disk, "readonly").findAny().isEmpty())
        .filter(disk -> !DomainObstacles.DRIVES.contains(disk.getAttribute("device")))
        .map(disk -> "%s: %s".formatted(place(disk), source(disk)))
        .sorted()
        .toList();
  }

  private static String place(Element disk) {
    return below(disk, "target").map(it -> it.getAttribute("dev")).findFirst().orElse("");
  }

  private static String source(Element disk) {
    return below(disk, "source")
        .flatMap(source -> LIES.stream().map(name -> name + "=" + source.getAttribute(name)))
        .filter(part -> !part.endsWith("="))
        .collect(Collectors.joining(" "));
  }

  /**
   * What a domain that does not run has on its host besides its disks, which nothing copies: for a
   * person, such as "its UEFI variables"; empty = nothing.
   */
  public static Optional<String> besides(Description described) {
    Element xml = DomainDocument.of(DomainXml.plain(described.xml()));
    boolean variables = below(xml, "os").anyMatch(DomainNeeds::hasVariables);
    boolean tpm =
        devices(xml, "tpm")
            .flatMap(found -> below(found, "backend"))
            .anyMatch(backend -> backend.getAttribute("type").equals("emulator"));
    return variables
        ? Optional.of("its UEFI variables")
        : tpm ? Optional.of("the state of its TPM") : Optional.empty();
  }

  /** Libvirt may choose their file itself, and names it only while the domain runs. */
  private static boolean hasVariables(Element os) {
    return os.getAttribute("firmware").equals("efi")
        || below(os, "nvram").findAny().isPresent()
        || below(os, "loader").anyMatch(loader -> loader.getAttribute("type").equals("pflash"));
  }

  /** A CPU that is emulated is the same everywhere, and one that is passed through has no model. */
  private static Optional<String> cpu(Element xml) {
    return xml.getAttribute("type").equals("kvm")
        ? below(xml, "cpu")
            .filter(cpu -> below(cpu, "model").findAny().isPresent())
            .map(DomainDocument::text)
            .findFirst()
        : Optional.empty();
  }

  private static List<String> sources(Element xml, String device, String attribute) {
    return devices(xml, device)
        .flatMap(found -> below(found, "source"))
        .map(source -> source.getAttribute(attribute))
        .filter(name -> !name.isEmpty())
        .distinct()
        .sorted()
        .toList();
  }

  private static Stream<Element> devices(Element xml, String device) {
    return below(xml, "devices").flatMap(devices -> below(devices, device));
  }

  private static Stream<Element> below(Element element, String name) {
    return DomainDocument.children(element).stream()
        .filter(child -> child.getLocalName().equals(name));
  }
}
