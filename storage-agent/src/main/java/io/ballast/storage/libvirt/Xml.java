package io.ballast.storage.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * An element of a description by libvirt. Reads nothing but the text: no document type. What a text
 * of XML may not have stands there as {@code U+FFFD}: libvirt writes names and paths as it finds
 * them, also those that a guest wrote into a header.
 */
record Xml(Element element) {
  private static final int REPLACEMENT = 0xFFFD;

  /**
   * Reads a description.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Xml of(String text) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return new Xml(
          builder.parse(new InputSource(new StringReader(allowed(text)))).getDocumentElement());
    } catch (SAXException | IOException e) {
      throw new IllegalArgumentException("its XML can't be read: " + e.getMessage(), e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this Java can't read XML", e);
    }
  }

  private static String allowed(String text) {
    return text.codePoints().allMatch(Xml::allowed)
        ? text
        : text.codePoints()
            .map(point -> allowed(point) ? point : REPLACEMENT)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  private static boolean allowed(int point) {
    return point == '\t'
        || point == '\n'
        || point == '\r'
        || (point >= ' ' && point < Character.MIN_SURROGATE)
        || (point > Character.MAX_SURROGATE && point < 0xFFFE)
        || point > 0xFFFF;
  }

  String name() {
    return element.getTagName();
  }

  /** The elements of a name directly below. */
  List<Xml> all(String name) {
    List<Xml> found = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child && child.getTagName().equals(name)) {
        found.add(new Xml(child));
      }
    }
    return found;
  }

  /** The first element along a path of names, such as {@code target/path}. */
  Optional<Xml> at(String path) {
    Optional<Xml> here = Optional.of(this);
    for (String name : path.split("/", -1)) {
      here = here.flatMap(xml -> xml.all(name).stream().findFirst());
    }
    return here;
  }

  /** The text of the first element along a path as it stands there, if there is any. */
  Optional<String> text(String path) {
    return at(path).map(xml -> xml.element.getTextContent()).filter(text -> !text.isEmpty());
  }

  /** An attribute that is not empty. */
  Optional<String> attribute(String name) {
    return Optional.of(element.getAttribute(name)).filter(value -> !value.isEmpty());
  }
}
