package io.ballast.host.trade;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** The description of a domain some of whose disks stand alone from now on. */
public final class FlatDisks {
  private static final String BELOW = "backingStore";

  private FlatDisks() {}

  /**
   * A description in which these disks build upon nothing; empty if it names nothing upon which
   * they do, and is right as it is.
   *
   * @param places of the disks, such as {@code vda}
   * @throws io.ballast.bus.RefusedException as {@code INVALID_DOMAIN} if the description can't be
   *     read
   */
  public static Optional<String> in(String description, List<String> places) {
    Element domain = DomainDocument.of(DomainXml.plain(description));
    List<Element> below =
        below(domain, "devices")
            .flatMap(devices -> below(devices, "disk"))
            .filter(disk -> isOneOf(disk, places))
            .flatMap(disk -> below(disk, BELOW))
            .filter(store -> store.hasAttribute("type"))
            .toList();
    below.forEach(FlatDisks::end);
    return below.isEmpty() ? Optional.empty() : Optional.of(DomainDocument.text(domain));
  }

  private static boolean isOneOf(Element disk, List<String> places) {
    return below(disk, "target").anyMatch(target -> places.contains(target.getAttribute("dev")));
  }

  /** An empty one says that the chain ends; with none libvirt looks for its end. */
  private static void end(Element store) {
    Element end = store.getOwnerDocument().createElementNS(store.getNamespaceURI(), BELOW);
    store.getParentNode().replaceChild(end, store);
  }

  private static Stream<Element> below(Element element, String name) {
    return DomainDocument.children(element).stream()
        .filter(child -> child.getLocalName().equals(name));
  }
}
