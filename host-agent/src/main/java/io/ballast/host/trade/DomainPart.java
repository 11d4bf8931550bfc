package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** One element of a domain's description, and how a policy refuses it. */
record DomainPart(DomainPolicy policy, Element element) {
  private static final Set<String> ROOMS = Set.of("devices", "os", "domain");

  String name() {
    return element.getLocalName();
  }

  String attribute(String name) {
    return element.getAttribute(name);
  }

  boolean has(String attribute) {
    return element.hasAttribute(attribute);
  }

  /** All that is written in it, as libvirt reads it: also what its own elements say. */
  String text() {
    return element.getTextContent();
  }

  /** What is written in it beside its own elements. */
  String ownText() {
    StringBuilder text = new StringBuilder();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeType() == Node.TEXT_NODE) {
        text.append(node.getNodeValue());
      }
    }
    return text.toString();
  }

  /** The element that this one stands directly in; none for the domain itself. */
  Optional<DomainPart> above() {
    return Optional.ofNullable(element.getParentNode())
        .filter(Element.class::isInstance)
        .map(parent -> new DomainPart(policy, (Element) parent));
  }

  boolean in(String parent) {
    return above().filter(above -> above.name().equals(parent)).isPresent();
  }

  /** The elements directly in this one. */
  Stream<DomainPart> below() {
    return DomainDocument.children(element).stream().map(child -> new DomainPart(policy, child));
  }

  Stream<DomainPart> below(String name) {
    return below().filter(child -> child.name().equals(name));
  }

  /** The outermost element of the description. */
  DomainPart domain() {
    return new DomainPart(policy, element.getOwnerDocument().getDocumentElement());
  }

  /** The device that this belongs to, or what else stands directly below the domain. */
  DomainPart owner() {
    DomainPart owner = this;
    Optional<DomainPart> above = above();
    while (above.isPresent() && !ROOMS.contains(above.get().name())) {
      owner = above.get();
      above = owner.above();
    }
    return owner;
  }

  /** Refuses it unless that kind of device of the host is allowed. */
  void takes(String kind) {
    if (!policy.hostDevices().contains(kind)) {
      String owner = owner().name();
      throw refused(
          "<%s> takes a device of the host (%s), which is not allowed here; take it out, or add %s"
                  .formatted(owner, kind, kind)
              + " to agent.domains.host-devices");
    }
  }

  RefusedException never(String why) {
    return never(why, "take it out");
  }

  RefusedException never(String why, String instead) {
    return refused(
        "<%s> is never allowed as it is: %s; %s".formatted(element.getLocalName(), why, instead));
  }

  /** Its type is none whose reach into the host is known. */
  RefusedException unknownType(String use) {
    return refused(
        "<%s> has the type '%s', which this agent does not know; use %s"
            .formatted(owner().name(), attribute("type"), use));
  }

  static String words(List<String> list) {
    return list.isEmpty() ? "(none)" : String.join(", ", list);
  }

  static RefusedException refused(String message) {
    return new RefusedException(Reason.NOT_ALLOWED, message);
  }
}
