package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import org.w3c.dom.Attr;
import org.w3c.dom.NamedNodeMap;

/**
 * The look at one element of a domain's description for the files that it names. What has the form
 * of a path is taken for one unless it is known to be none.
 */
record FileReview(DomainPart part) {
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
          "tap",
          "template",
          "tty",
          "vhost");

  /** Elements whose text names a file. */
  private static final Set<String> FILES =
      Set.of("kernel", "initrd", "shim", "dtb", "table", "path", "database");

  /** Elements whose text names a file where they stand in a source, and elsewhere a size. */
  private static final Set<String> SOURCES = Set.of("block", "char");

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

  /** The programs that libvirt itself finds for a folder that a guest shares. */
  private static final Set<String> VIRTIOFS =
      Set.of("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd");

  private static final Set<String> RANDOM = Set.of("/dev/random", "/dev/urandom");
  private static final Pattern PARTITION = Pattern.compile("/machine(?:\\.slice)?(?:/[^/.][^/]*)*");
  private static final Pattern RENDER_NODE = Pattern.compile("/dev/dri/renderD[0-9]+");

  /** A path within a word, or one that goes up from wherever the word is put behind. */
  private static final Pattern EMBEDDED = Pattern.compile("[:=]/|(?:^|[/:=])\\.\\.(?:/|$)");

  void check() {
    text();
    NamedNodeMap attributes = part.element().getAttributes();
    for (int i = 0; i < attributes.getLength(); i++) {
      attribute((Attr) attributes.item(i));
    }
  }

  private void text() {
    String text = part.text();
    switch (part.name()) {
      case "emulator" -> program(text);
      case "loader" -> loader(text);
      case "nvram" -> {
        if (!text.isBlank() && !LibvirtPath.isNvram(part, text)) {
          file(text);
        }
      }
      case "partition" -> partition(text);
      case "backend" -> {
        if (part.in("rng") ? !text.isBlank() && !RANDOM.contains(text) : hasFormOfPath()) {
          file(text);
        }
      }
      default -> {
        if ((FILES.contains(part.name()) && !isWeighed())
            || (SOURCES.contains(part.name()) && part.in("source"))
            || (!WORDS.contains(part.name()) && !isWeighed() && hasFormOfPath())) {
          file(text);
        }
      }
    }
  }

  /** A device of the host of which the guest's share is limited, and nothing read. */
  private boolean isWeighed() {
    return part.name().equals("path")
        && part.in("device")
        && part.owner().name().equals("blkiotune");
  }

  private boolean hasFormOfPath() {
    return hasFormOfPath(part.ownText());
  }

  private static boolean hasFormOfPath(String value) {
    String word = value.strip();
    return word.startsWith("/") || EMBEDDED.matcher(word).find();
  }

  /** Flash that is not said to be only read, the guest may write. */
  private void loader(String text) {
    String readOnly = part.attribute("readonly");
    boolean flash = part.attribute("type").equals("pflash");
    boolean chosenByLibvirt = text.isEmpty() && !readOnly.equals("no");
    if (chosenByLibvirt) {
      return;
    }
    if (readOnly.equals("no") || (flash && !readOnly.equals("yes"))) {
      if (!policy().allowsFile(path(text))) {
        throw DomainPart.refused(
            "<loader> may be written by the guest and is %s, which lies in none of the folders %s;"
                    .formatted(text, DomainPart.words(policy().folders()))
                + " add readonly='yes', or copy it there");
      }
    } else {
      firmware(text);
    }
  }

  private static void partition(String text) {
    if (!PARTITION.matcher(text.strip()).matches()) {
      throw DomainPart.refused(
          "<partition> names %s, which is not below /machine; take it out".formatted(text));
    }
  }

  private void attribute(Attr attribute) {
    if (XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
      return;
    }
    if (attribute.getNamespaceURI() != null) {
      throw DomainPart.refused(
          "the attribute %s of <%s> is of another namespace; take it out"
              .formatted(attribute.getName(), part.name()));
    }
    String name = attribute.getLocalName();
    String value = attribute.getValue();
    if (isPath(name, value) && !LibvirtPath.isLine(part, name, value)) {
      named(name, value);
    }
  }

  private boolean isPath(String attribute, String value) {
    boolean source = part.name().equals("source");
    boolean namesNothing =
        (value.isEmpty() && (attribute.equals("file") || attribute.equals("dev")))
            || (part.name().equals("target") && attribute.equals("dir"))
            || (source && attribute.equals("name") && part.has("protocol"))
            || attribute.equals("query");
    return !namesNothing
        && (PATHS.contains(attribute)
            || (source && attribute.equals("dev") && !part.in("interface"))
            || (attribute.equals("keymap") && value.contains("/"))
            || hasFormOfPath(value));
  }

  private void named(String attribute, String value) {
    if (part.name().equals("binary")) {
      if (!part.in("filesystem") || !VIRTIOFS.contains(value)) {
        program(value);
      }
    } else if (attribute.equals("template") || part.name().equals("rom")) {
      firmware(value);
    } else if (attribute.equals("rendernode")
        && RENDER_NODE.matcher(value).matches()
        && !policy().allowsFile(value)) {
      part.takes("rendernode");
    } else {
      file(value);
    }
  }

  private void file(String value) {
    if (!policy().allowsFile(path(value))) {
      throw outside(value, policy().folders(), "agent.domains.folders");
    }
  }

  private void firmware(String value) {
    if (!policy().allowsFirmware(path(value))) {
      throw outside(
          value,
          Stream.concat(policy().firmware().stream(), policy().folders().stream()).toList(),
          "agent.domains.firmware");
    }
  }

  private void program(String value) {
    if (!policy().allowsEmulator(path(value))) {
      throw DomainPart.refused(
          "<%s> runs %s, which is none of %s; use one of them, or add it to agent.domains.emulators"
              .formatted(owner(), value, DomainPart.words(policy().emulators())));
    }
  }

  private String path(String value) {
    if (!value.startsWith("/")) {
      throw DomainPart.refused(
          "<%s> reads '%s', which is no absolute path; write it from / on"
              .formatted(owner(), value));
    }
    return value;
  }

  private RefusedException outside(String value, List<String> folders, String key) {
    return DomainPart.refused(
        "<%s> reads %s, which lies in none of the folders %s; move it there, or add its folder to %s"
            .formatted(owner(), value, DomainPart.words(folders), key));
  }

  private DomainPolicy policy() {
    return part.policy();
  }

  private String owner() {
    return part.owner().name();
  }
}
