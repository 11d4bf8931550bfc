package io.ballast.storage.libvirt;

import io.ballast.messages.PoolSource;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A pool in libvirt's words; see its page on the XML format of storage pools. */
final class PoolXml {
  private static final String DEVICES = "/dev";
  private static final int DEFAULT_MONITOR_PORT = 3300;

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  private PoolXml() throws XMLStreamException {
    xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
  }

  /**
   * The description by which a pool is defined.
   *
   * @param uuid of the pool, where there is one of that name
   */
  static String of(String name, Optional<String> uuid, PoolSource source) {
    try {
      PoolXml pool = new PoolXml();
      pool.write(name, uuid, source);
      return pool.text.toString();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a pool can't be written as XML", e);
    }
  }

  private void write(String name, Optional<String> uuid, PoolSource source)
      throws XMLStreamException {
    xml.writeStartElement("pool");
    xml.writeAttribute("type", type(source));
    text("name", name);
    if (uuid.isPresent()) {
      text("uuid", uuid.get());
    }
    switch (source) {
      case PoolSource.Folder folder -> target(folder.path());
      case PoolSource.FileSystem mounted -> {
        xml.writeStartElement("source");
        empty("device", "path", mounted.device());
        empty("format", "type", "auto");
        xml.writeEndElement();
        target(mounted.path());
      }
      case PoolSource.Network mounted -> {
        xml.writeStartElement("source");
        empty("host", "name", mounted.server());
        empty("dir", "path", mounted.export());
        empty("format", "type", format(mounted.protocol()));
        xml.writeEndElement();
        target(mounted.path());
      }
      case PoolSource.VolumeGroup group -> {
        xml.writeStartElement("source");
        text("name", group.name());
        empty("format", "type", "lvm2");
        xml.writeEndElement();
        target(DEVICES + "/" + group.name());
      }
      case PoolSource.Rbd rbd -> rbd(rbd);
    }
    xml.writeEndElement();
    xml.flush();
  }

  private void rbd(PoolSource.Rbd rbd) throws XMLStreamException {
    xml.writeStartElement("source");
    for (String monitor : rbd.monitors()) {
      int colon = monitor.endsWith("]") ? -1 : monitor.lastIndexOf(':');
      xml.writeEmptyElement("host");
      xml.writeAttribute("name", colon < 0 ? monitor : monitor.substring(0, colon));
      xml.writeAttribute(
          "port",
          colon < 0 ? Integer.toString(DEFAULT_MONITOR_PORT) : monitor.substring(colon + 1));
    }
    text("name", rbd.pool());
    if (rbd.secret().isPresent()) {
      xml.writeStartElement("auth");
      xml.writeAttribute("type", "ceph");
      xml.writeAttribute("username", rbd.user());
      empty("secret", "uuid", rbd.secret().get().toString());
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String type(PoolSource source) {
    return switch (source) {
      case PoolSource.Folder folder -> "dir";
      case PoolSource.FileSystem mounted -> "fs";
      case PoolSource.Network mounted -> "netfs";
      case PoolSource.VolumeGroup group -> "logical";
      case PoolSource.Rbd rbd -> "rbd";
    };
  }

  private static String format(PoolSource.Network.Protocol protocol) {
    return switch (protocol) {
      case GLUSTER -> "glusterfs";
      case NFS -> "nfs";
    };
  }

  private void target(String path) throws XMLStreamException {
    xml.writeStartElement("target");
    text("path", path);
    xml.writeEndElement();
  }

  private void text(String element, String value) throws XMLStreamException {
    xml.writeStartElement(element);
    xml.writeCharacters(value);
    xml.writeEndElement();
  }

  private void empty(String element, String attribute, String value) throws XMLStreamException {
    xml.writeEmptyElement(element);
    xml.writeAttribute(attribute, value);
  }

  /** What a pool is made of as libvirt tells it once it is defined: with all that goes unsaid. */
  static PoolSource asKept(PoolSource source) {
    return source(Xml.of(of("any", Optional.empty(), source))).orElse(source);
  }

  /** What a pool is made of by its description; empty where that is of no kind that is known. */
  static Optional<PoolSource> source(Xml pool) {
    try {
      return switch (pool.attribute("type").orElse("")) {
        case "dir" -> pool.text("target/path").map(PoolSource.Folder::new);
        case "fs" ->
            attribute(pool, "source/device", "path")
                .flatMap(
                    device ->
                        pool.text("target/path")
                            .map(path -> new PoolSource.FileSystem(device, path)));
        case "netfs" -> network(pool);
        case "logical" -> pool.text("source/name").map(PoolSource.VolumeGroup::new);
        case "rbd" -> pool.text("source/name").map(name -> rbd(pool, name));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<PoolSource> network(Xml pool) {
    Optional<PoolSource.Network.Protocol> protocol =
        Stream.of(PoolSource.Network.Protocol.values())
            .filter(
                one -> attribute(pool, "source/format", "type").equals(Optional.of(format(one))))
            .findFirst();
    return protocol.map(
        one ->
            new PoolSource.Network(
                one,
                attribute(pool, "source/host", "name").orElse(""),
                attribute(pool, "source/dir", "path").orElse(""),
                pool.text("target/path").orElse("")));
  }

  private static PoolSource rbd(Xml pool, String name) {
    List<String> monitors =
        pool.at("source").stream()
            .flatMap(source -> source.all("host").stream())
            .map(
                host ->
                    host.attribute("name").orElse("")
                        + host.attribute("port").map(port -> ":" + port).orElse(""))
            .toList();
    return new PoolSource.Rbd(
        monitors,
        name,
        attribute(pool, "source/auth", "username").orElse("admin"),
        attribute(pool, "source/auth/secret", "uuid").map(UUID::fromString));
  }

  private static Optional<String> attribute(Xml xml, String path, String name) {
    return xml.at(path).flatMap(element -> element.attribute(name));
  }
}
