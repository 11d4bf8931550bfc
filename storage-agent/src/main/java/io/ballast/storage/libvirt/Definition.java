package io.ballast.storage.libvirt;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Descriptions for libvirt: of a domain whose disks lie on something else, and of a snapshot. */
final class Definition {
  /** How a description else names what a disk lies on. */
  private static final List<String> OTHERWISE = List.of("pool", "volume", "dev", "mode");

  private Definition() {}

  /**
   * A file that a disk is to lie on.
   *
   * @param format in which QEMU opens it
   */
  record Source(String path, String format) {}

  /**
   * A domain's description in which some disks lie on other files, and nothing else is changed.
   *
   * @param sources by the places of the disks
   * @throws IllegalArgumentException if it is none, or has no such disk
   */
  static String upon(String xml, Map<String, Source> sources) {
    Xml domain = Xml.of(xml);
    Map<String, Source> left = new TreeMap<>(sources);
    for (Xml disk : domain.at("devices").map(devices -> devices.all("disk")).orElse(List.of())) {
      target(disk)
          .flatMap(it -> Optional.ofNullable(left.remove(it)))
          .ifPresent(it -> set(disk, it));
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("it has no disk " + left.keySet());
    }
    return text(domain);
  }

  private static Optional<String> target(Xml disk) {
    return disk.at("target").flatMap(target -> target.attribute("dev"));
  }

  private static void set(Xml disk, Source source) {
    Element element = disk.element();
    Element lies =
        disk.at("source")
            .orElseThrow(() -> new IllegalArgumentException("a disk lies on nothing"))
            .element();
    element.setAttribute("type", "file");
    OTHERWISE.forEach(lies::removeAttribute);
    lies.setAttribute("file", source.path());
    disk.at("driver")
        .orElseGet(() -> driver(element))
        .element()
        .setAttribute("type", source.format());
    // What the old file built upon would be taken for what the new one does.
    disk.all("backingStore").forEach(below -> element.removeChild(below.element()));
  }

  private static Xml driver(Element disk) {
    Document document = disk.getOwnerDocument();
    Element driver = document.createElement("driver");
    driver.setAttribute("name", "qemu");
    disk.insertBefore(driver, disk.getFirstChild());
    return new Xml(driver);
  }

  /**
   * A snapshot that puts files upon some disks of a machine, which are there already.
   *
   * @param files by the places of the disks
   */
  static String snapshot(Machine machine, Map<String, String> files) {
    Xml snapshot = Xml.of("<domainsnapshot><disks/></domainsnapshot>");
    Document document = snapshot.element().getOwnerDocument();
    Element disks = snapshot.at("disks").orElseThrow().element();
    for (Machine.Disk there : machine.disks()) {
      Element disk = document.createElement("disk");
      disk.setAttribute("name", there.target());
      String file = files.get(there.target());
      disk.setAttribute("snapshot", file == null ? "no" : "external");
      if (file != null) {
        disk.setAttribute("type", "file");
        Element driver = document.createElement("driver");
        driver.setAttribute("type", "qcow2");
        disk.appendChild(driver);
        Element source = document.createElement("source");
        source.setAttribute("file", file);
        disk.appendChild(source);
      }
      disks.appendChild(disk);
    }
    return text(snapshot);
  }

  /** A file that a disk is copied into, alone. */
  static String copy(Source into) {
    Xml disk = Xml.of("<disk type='file'><source/><driver/></disk>");
    disk.at("source").orElseThrow().element().setAttribute("file", into.path());
    disk.at("driver").orElseThrow().element().setAttribute("type", into.format());
    return text(disk);
  }

  /** As libvirt takes it. */
  static String text(Xml xml) {
    try {
      Transformer writer = TransformerFactory.newDefaultInstance().newTransformer();
      writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      StringWriter text = new StringWriter();
      writer.transform(new DOMSource(xml.element()), new StreamResult(text));
      return text.toString();
    } catch (TransformerException e) {
      throw new IllegalStateException("this Java can't write XML", e);
    }
  }
}
