package io.ballast.net.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetworkForm;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Libvirt's description of a network, see its "Network XML format". */
final class NetworkXml {
  /** The mark of ours, in the part of a description that is for applications. */
  private static final String MARK = "urn:ballast:network";

  private NetworkXml() {}

  static String write(String name, NetworkForm form, boolean openVswitch) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      xml.writeStartElement("network");
      element(xml, "name", name);
      xml.writeStartElement("metadata");
      xml.writeEmptyElement("ballast", "ours", MARK);
      xml.writeNamespace("ballast", MARK);
      xml.writeEndElement();
      switch (form) {
        case NetworkForm.Bridged bridged -> {
          forward(xml, "bridge");
          xml.writeEmptyElement("bridge");
          xml.writeAttribute("name", bridged.bridge());
          if (openVswitch) {
            xml.writeEmptyElement("virtualport");
            xml.writeAttribute("type", "openvswitch");
          }
        }
        case NetworkForm.Nat nat -> {
          forward(xml, "nat");
          addresses(xml, nat.host());
        }
        case NetworkForm.Isolated isolated -> addresses(xml, isolated.host());
      }
      xml.writeEndElement();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("no description of " + form, e);
    }
    return text.toString();
  }

  private static void element(XMLStreamWriter xml, String name, String text)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private static void forward(XMLStreamWriter xml, String mode) throws XMLStreamException {
    xml.writeEmptyElement("forward");
    xml.writeAttribute("mode", mode);
  }

  /** Guests get the addresses after the host's, or those before it if there are more. */
  private static void addresses(XMLStreamWriter xml, Cidr host) throws XMLStreamException {
    long own = number(host.address());
    long first = number(host.network()) + 1;
    long last = number(host.last()) - 1;
    boolean after = last - own >= own - first;
    xml.writeStartElement("ip");
    xml.writeAttribute("address", host.address().value());
    xml.writeAttribute("prefix", Integer.toString(host.prefix()));
    xml.writeStartElement("dhcp");
    xml.writeEmptyElement("range");
    xml.writeAttribute("start", address(after ? own + 1 : first).value());
    xml.writeAttribute("end", address(after ? last : own - 1).value());
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private static long number(IpAddress address) {
    long number = 0;
    for (byte each : address.bytes()) {
      number = number << 8 | (each & 0xff);
    }
    return number;
  }

  private static IpAddress address(long number) {
    return IpAddress.of(
        new byte[] {
          (byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number
        });
  }

  static LibvirtNetwork read(String text, boolean active, boolean autostart) {
    Element network = document(text);
    Optional<String> bridge =
        child(network, "bridge").map(it -> it.getAttribute("name")).filter(it -> !it.isEmpty());
    String users = network.getAttribute("connections");
    return new LibvirtNetwork(
        child(network, "name").map(Element::getTextContent).orElse("?"),
        active,
        autostart,
        form(network, bridge),
        bridge,
        users.isEmpty() ? 0 : Integer.parseInt(users),
        network.getElementsByTagNameNS(MARK, "ours").getLength() > 0);
  }

  private static String form(Element network, Optional<String> bridge) {
    String mode =
        child(network, "forward")
            .map(it -> it.getAttribute("mode"))
            .map(it -> it.isEmpty() ? "nat" : it)
            .orElse("isolated");
    return child(network, "ip")
        .map(NetworkXml::host)
        .or(() -> bridge)
        .map(detail -> mode + " " + detail)
        .orElse(mode);
  }

  private static String host(Element ip) {
    String address = ip.getAttribute("address");
    String prefix = ip.getAttribute("prefix");
    return prefix.isEmpty() ? address + "/" + ip.getAttribute("netmask") : address + "/" + prefix;
  }

  private static Optional<Element> child(Element parent, String name) {
    NodeList nodes = parent.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      Node node = nodes.item(i);
      if (node instanceof Element element && element.getTagName().equals(name)) {
        return Optional.of(element);
      }
    }
    return Optional.empty();
  }

  private static Element document(String text) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(text)))
          .getDocumentElement();
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new RefusedException(
          Reason.TRADE_REFUSED, "libvirt's description of a network can't be read: " + e);
    }
  }
}
