package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * One look through a domain's description for what a policy does not allow.
 *
 * <p>Libvirt finds some elements and all attributes by their local names, so only these count here,
 * wherever they stand. What has the form of a path is taken for one unless it is known to be none.
 */
final class DomainReview {
  /** Attributes that name a file, whether or not their value has the form of a path. */
  private static final Set<String> PATHS =
      Set.of(
          "file",
          "path",
          "dir",
          "socket",
          "evdev",
          "keyfile",
          "agentsock",
          "logFile",
          "master",
          "slave",
          "xauth",
          "rendernode",
          "runtimeDir",
          "template",
          "tty");

  /** Elements whose text names a file. */
  private static final Set<String> FILES =
      Set.of("kernel", "initrd", "shim", "dtb", "table", "path", "database", "block", "char");

  /** Elements whose text may begin with a slash and names nothing. */
  private static final Set<String> WORDS =
      Set.of(
          "title",
          "description",
          "cmdline",
          "entry",
          "cookie",
          "dhCert",
          "session",
          "idBlock",
          "idAuth",
          "hostData",
          "mrConfigId",
          "mrOwner",
          "mrOwnerConfig");

  private static final Set<String> RANDOM = Set.of("/dev/random", "/dev/urandom");
  private static final Pattern TERMINAL = Pattern.compile("/dev/pts/[0-9]+");
  private static final Pattern PARTITION = Pattern.compile("/machine(?:\\.slice)?(?:/[^/.][^/]*)*");
  private static final Pattern EMBEDDED = Pattern.compile("[:=]/");
  private static final Pattern CHANNEL =
      Pattern.compile("(?:/var/lib/libvirt/qemu/channel/target|/run/libvirt/qemu/channel)/[^/]+/");

  private final DomainPolicy policy;
  private final Element domain;

  DomainReview(DomainPolicy policy, Element domain) {
    this.policy = policy;
    this.domain = domain;
  }

  /** Throws the first objection. */
  void check() {
    look(domain);
  }

  private void look(Element element) {
    if (element.getNamespaceURI() != null) {
      throw refused(
          "<%s> is never allowed: it is of the namespace %s, and by those libvirt can be made to do"
                  .formatted(element.getNodeName(), element.getNamespaceURI())
              + " anything; take it out, or put it below <metadata>");
    }
    String name = element.getLocalName();
    if (name.equals("metadata") && domain.isSameNode(element.getParentNode())) {
      return;
    }
    new DeviceReview(policy, element).check();
    text(element, name);
    NamedNodeMap attributes = element.getAttributes();
    for (int i = 0; i < attributes.getLength(); i++) {
      attribute(element, (Attr) attributes.item(i));
    }
    DomainDocument.children(element).forEach(this::look);
  }

  private void text(Element element, String name) {
    switch (name) {
      case "emulator" -> program(element, element.getTextContent());
      case "loader" -> {
        String text = element.getTextContent();
        if (element.getAttribute("readonly").equals("no")) {
          file(element, text);
        } else if (!text.isEmpty()) {
          firmware(element, text);
        }
      }
      case "nvram" -> {
        String text = element.getTextContent();
        if (!text.isBlank() && !isOwnNvram(text)) {
          file(element, text);
        }
      }
      case "partition" -> partition(element.getTextContent());
      default -> {
        if (FILES.contains(name)
            || (DomainDocument.children(element).isEmpty()
                && !WORDS.contains(name)
                && namesAFile(element.getTextContent()))) {
          file(element, element.getTextContent());
        }
      }
    }
  }

  private static void partition(String text) {
    if (!PARTITION.matcher(text.strip()).matches()) {
      throw refused(
          "<partition> names %s, which is not below /machine; take it out".formatted(text));
    }
  }

  private static boolean namesAFile(String text) {
    return text.strip().startsWith("/") && !RANDOM.contains(text);
  }

  /** Where libvirt keeps the variables of a domain by itself, and says so in its description. */
  private boolean isOwnNvram(String text) {
    String name =
        DomainDocument.children(domain).stream()
            .filter(child -> child.getLocalName().equals("name"))
            .map(Node::getTextContent)
            .findFirst()
            .orElse("");
    return !name.contains("/")
        && Stream.of("fd", "qcow2")
            .anyMatch(
                end -> text.equals("/var/lib/libvirt/qemu/nvram/%s_VARS.%s".formatted(name, end)));
  }

  private void attribute(Element element, Attr attribute) {
    if (XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
      return;
    }
    String name = attribute.getLocalName();
    String value = attribute.getValue();
    String of = element.getLocalName();
    if (attribute.getNamespaceURI() != null) {
      throw refused(
          "the attribute %s of <%s> is of another namespace; take it out"
              .formatted(attribute.getName(), of));
    }
    boolean namesNothing =
        (value.isEmpty() && (name.equals("file") || name.equals("dev")))
            || (of.equals("target") && name.equals("dir"))
            || (of.equals("source") && name.equals("name") && element.hasAttribute("protocol"))
            || name.equals("query");
    if (namesNothing || isLibvirtsOwn(element, name, value)) {
      return;
    }
    boolean isPath =
        PATHS.contains(name)
            || (of.equals("source") && name.equals("dev") && !parent(element).equals("interface"))
            || value.strip().startsWith("/")
            || EMBEDDED.matcher(value).find();
    if (!isPath) {
      return;
    }
    if (of.equals("binary")) {
      program(element, value);
    } else if (name.equals("template") || of.equals("rom")) {
      firmware(element, value);
    } else {
      file(element, value);
    }
  }

  /** Terminals and sockets that libvirt made itself, in the description of a domain that runs. */
  private static boolean isLibvirtsOwn(Element element, String name, String value) {
    boolean console = element.getLocalName().equals("console") && name.equals("tty");
    Element device = console ? element : parentElement(element).orElse(element);
    return switch (device.getAttribute("type")) {
      case "pty" -> (console || name.equals("path")) && TERMINAL.matcher(value).matches();
      case "unix" ->
          device.getLocalName().equals("channel")
              && element.getAttribute("mode").equals("bind")
              && DomainDocument.children(device).stream()
                  .filter(child -> child.getLocalName().equals("target"))
                  .map(target -> target.getAttribute("name"))
                  .filter(target -> !target.isEmpty() && value.endsWith("/" + target))
                  .map(target -> value.substring(0, value.length() - target.length()))
                  .anyMatch(folder -> CHANNEL.matcher(folder).matches());
      default -> false;
    };
  }

  private static String parent(Element element) {
    return parentElement(element).map(Node::getLocalName).orElse("");
  }

  static Optional<Element> parentElement(Element element) {
    return Optional.ofNullable(element.getParentNode())
        .filter(Element.class::isInstance)
        .map(Element.class::cast);
  }

  private void file(Element element, String value) {
    if (!policy.allowsFile(path(element, value))) {
      throw outside(element, value, policy.folders(), "agent.domains.folders");
    }
  }

  private void firmware(Element element, String value) {
    if (!policy.allowsFirmware(path(element, value))) {
      throw outside(
          element,
          value,
          Stream.concat(policy.firmware().stream(), policy.folders().stream()).toList(),
          "agent.domains.firmware");
    }
  }

  private void program(Element element, String value) {
    if (!policy.allowsEmulator(path(element, value))) {
      throw refused(
          "<%s> runs %s, which is none of %s; use one of them, or add it to agent.domains.emulators"
              .formatted(owner(element), value, words(policy.emulators())));
    }
  }

  private String path(Element element, String value) {
    if (!value.startsWith("/")) {
      throw refused(
          "<%s> reads '%s', which is no absolute path; write it from / on"
              .formatted(owner(element), value));
    }
    return value;
  }

  private RefusedException outside(
      Element element, String value, List<String> folders, String key) {
    return refused(
        "<%s> reads %s, which lies in none of the folders %s; move it there, or add its folder to %s"
            .formatted(owner(element), value, words(folders), key));
  }

  /** The device that an element belongs to, or the element itself where it belongs to none. */
  static String owner(Element element) {
    Element owner = element;
    Optional<Element> above = parentElement(element);
    while (above.isPresent()
        && !Set.of("devices", "os", "domain").contains(above.get().getLocalName())) {
      owner = above.get();
      above = parentElement(owner);
    }
    return owner.getLocalName();
  }

  static String words(List<String> list) {
    return list.isEmpty() ? "(none)" : String.join(", ", list);
  }

  static RefusedException refused(String message) {
    return new RefusedException(Reason.NOT_ALLOWED, message);
  }
}
