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
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The texts of a domain's XML description that stand directly below {@code <domain>}.
 *
 * <p>Reads nothing but the text itself: a document type, and with it every external or expanding
 * entity, is refused. What else is wrong with a description, the hypervisor says.
 */
public final class DomainXml {
  private final Map<String, String> texts;

  private DomainXml(Map<String, String> texts) {
    this.texts = texts;
  }

  /**
   * Reads a description.
   *
   * @throws RefusedException as {@code INVALID_DOMAIN} if it is not well-formed, has a document
   *     type, or is not about a domain
   */
  public static DomainXml of(String xml) {
    try {
      return new DomainXml(read(xml));
    } catch (XMLStreamException e) {
      throw invalid("the domain XML can't be read: " + firstLine(e));
    }
  }

  /**
   * The identity of the virtual machine.
   *
   * @throws RefusedException as {@code INVALID_DOMAIN} if there is none
   */
  public VmId id() {
    String uuid =
        text("uuid")
            .orElseThrow(
                () -> invalid("the domain XML has no <uuid>; add one, uuidgen makes them"));
    try {
      return VmId.of(uuid);
    } catch (IllegalArgumentException e) {
      throw invalid("the domain XML's <uuid> is '" + uuid + "', which is no UUID");
    }
  }

  /** The text of an element directly below {@code <domain>}, without blanks around it. */
  public Optional<String> text(String element) {
    return Optional.ofNullable(texts.get(element)).filter(text -> !text.isEmpty());
  }

  private static Map<String, String> read(String xml) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
    Map<String, String> texts = new LinkedHashMap<>();
    Deque<String> path = new ArrayDeque<>();
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.DTD -> throw invalid("the domain XML must have no document type");
        case XMLStreamConstants.START_ELEMENT -> {
          path.addLast(reader.getLocalName());
          if (!path.getFirst().equals("domain")) {
            throw invalid("the XML is about a <" + path.getFirst() + ">, not a <domain>");
          }
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
    return texts;
  }

  private static String firstLine(XMLStreamException e) {
    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
    return lines.getLast().replaceFirst("^Message: ", "");
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID_DOMAIN, message);
  }
}
