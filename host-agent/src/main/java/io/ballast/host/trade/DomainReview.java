package io.ballast.host.trade;

import java.util.HashSet;
import java.util.Set;
import org.w3c.dom.Element;

/**
 * One look through a domain's description for what a policy does not allow.
 *
 * <p>Libvirt finds some elements and all attributes by their local names, so only these count here,
 * wherever they stand.
 */
final class DomainReview {
  /** What may stand below the domain; each is looked at here, or reaches nothing of the host. */
  private static final Set<String> KNOWN =
      Set.of(
          "blkiotune",
          "clock",
          "cpu",
          "cputune",
          "currentMemory",
          "defaultiothread",
          "description",
          "devices",
          "features",
          "genid",
          "hwuuid",
          "iothreadids",
          "iothreads",
          "keywrap",
          "launchSecurity",
          "maxMemory",
          "memory",
          "memoryBacking",
          "memtune",
          "metadata",
          "name",
          "numatune",
          "on_crash",
          "on_lockfailure",
          "on_poweroff",
          "on_reboot",
          "os",
          "perf",
          "pm",
          "resource",
          "seclabel",
          "sysinfo",
          "throttlegroups",
          "title",
          "uuid",
          "vcpu",
          "vcpus");

  private static final Set<String> MANY = Set.of("seclabel", "sysinfo");

  private final DomainPart domain;

  DomainReview(DomainPolicy policy, Element domain) {
    this.domain = new DomainPart(policy, domain);
  }

  /** Throws the first objection. */
  void check() {
    ofNoNamespace(domain);
    if (!domain.name().equals("domain")) {
      throw DomainPart.refused(
          "the outermost element is <%s>; make it <domain>".formatted(domain.name()));
    }
    look(domain);
    Set<String> seen = new HashSet<>();
    domain.below().forEach(child -> top(child, seen));
  }

  private void top(DomainPart part, Set<String> seen) {
    ofNoNamespace(part);
    String name = part.name();
    if (!KNOWN.contains(name)) {
      throw DomainPart.refused(
          "<%s> is none of the elements that this agent allows below <domain>; take it out"
              .formatted(name));
    }
    if (!seen.add(name) && !MANY.contains(name)) {
      throw DomainPart.refused(
          "<%s> stands twice below <domain>, and libvirt heeds only one of them; take the other out"
              .formatted(name));
    }
    if (!name.equals("metadata")) {
      deep(part);
    }
  }

  private void deep(DomainPart part) {
    ofNoNamespace(part);
    look(part);
    part.below().forEach(this::deep);
  }

  private static void look(DomainPart part) {
    new DeviceReview(part).check();
    new DiskReview(part).check();
    new PortReview(part).check();
    new MemoryReview(part).check();
    new FileReview(part).check();
  }

  private static void ofNoNamespace(DomainPart part) {
    Element element = part.element();
    if (element.getNamespaceURI() != null) {
      throw DomainPart.refused(
          "<%s> is never allowed: it is of the namespace %s, and by those libvirt can be made to do"
                  .formatted(element.getNodeName(), element.getNamespaceURI())
              + " anything; take it out, or put it below <metadata>");
    }
  }
}
