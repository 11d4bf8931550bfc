package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A domain's XML description: the texts that stand directly below {@code <domain>}, and what its
 * memory is backed by.
 *
 * <p>Reads nothing but the text itself: a document type, and with it every external or expanding
 * entity, is refused. What else is wrong with a description, the hypervisor says.
 */
public final class DomainXml {
  private static final List<String> HUGE_PAGES = List.of("domain", "memoryBacking", "hugepages");
  private static final Pattern DECLARATION = Pattern.compile("<\\?xml\\s");

  private static final Pattern UUID = Pattern.compile("(?:[- ]*[0-9A-Fa-f]{2}){16}");

  private final Map<String, String> texts;
  private final boolean hugePages;

  private DomainXml(Map<String, String> texts, boolean hugePages) {
    this.texts = texts;
    this.hugePages = hugePages;
  }

  /**
   * Reads a description.
   *
   * @throws RefusedException as {@code INVALID_DOMAIN} if it is not well-formed, has a document
   *     type, or is not about a domain
   */
  public static DomainXml of(String xml) {
    try {
      return read(plain(xml));
    } catch (XMLStreamException e) {
      throw invalid("the domain XML can't be read: " + firstLine(e));
    }
  }

  /**
   * A description without byte order mark and without XML declaration. What it says of an encoding
   * was true of the bytes that it once came in, and would have a reader of this text alter it.
   */
  public static String plain(String xml) {
    String text = xml.startsWith("\uFEFF") ? xml.substring(1) : xml;
    int start = 0;
    int end = 0;
    while (DECLARATION.matcher(text).region(start, text.length()).lookingAt()
        && (end = text.indexOf("?>", start)) >= 0) {
      start = end + 2;
    }
    return text.substring(start);
  }

  /**
   * The identity of the virtual machine. As libvirt does, it takes a UUID also without its dashes,
   * or with others.
   *
   * @throws RefusedException as {@code INVALID_DOMAIN} if there is none
   */
  public VmId id() {
    String uuid =
        text("uuid")
            .orElseThrow(
                () -> invalid("the domain XML has no <uuid>; add one, uuidgen makes them"));
    if (!UUID.matcher(uuid).matches()) {
      throw invalid("the domain XML's <uuid> is '" + uuid + "', which is no UUID");
    }
    String digits = uuid.replaceAll("[- ]", "");
    return VmId.of(digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"));
  }

  /** The text of an element directly below {@code <domain>}, without blanks around it. */
  public Optional<String> text(String element) {
    return Optional.ofNullable(texts.get(element)).filter(text -> !text.isEmpty());
  }

  /** Whether its memory comes from the host's huge pages. */
  public boolean hugePages() {
    return hugePages;
  }

  private static DomainXml read(String xml) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
    Map<String, String> texts = new LinkedHashMap<>();
    boolean hugePages = false;
    Deque<String> path = new ArrayDeque<>();
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.DTD -> throw invalid("the domain XML must have no document type");
        case XMLStreamConstants.START_ELEMENT -> {
          path.addLast(reader.getLocalName());
          if (!path.getFirst().equals("domain")) {
            throw invalid("the XML is about a <" + path.getFirst() + ">, not a <domain>");
          }
          hugePages |= HUGE_PAGES.equals(List.copyOf(path));
        }
        case XMLStreamConstants.END_ELEMENT -> path.removeLast();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
          if (path.size() == 2) {
            texts.merge(path.getLast(), reader.getText(), String::concat);
          }
        }
        default -> {}
      }
    }
    texts.replaceAll((element, text) -> text.strip());
    return new DomainXml(texts, hugePages);
  }

  private static String firstLine(XMLStreamException e) {
    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
    return lines.getLast().replaceFirst("^Message: ", "");
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID_DOMAIN, message);
  }
}
