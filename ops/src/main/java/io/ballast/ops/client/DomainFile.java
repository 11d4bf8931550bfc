package io.ballast.ops.client;

import io.ballast.host.trade.DomainXml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;

/**
 * A file with a domain's XML, in whichever encoding: that of its byte order mark or of its XML
 * declaration, or else UTF-8. What is read of it is text, so it says no more of an encoding.
 *
 * @param path {@code -} = standard input
 */
record DomainFile(Path path) {
  /** Its text, without byte order mark and declaration. */
  String read() throws IOException {
    String xml =
        text(path.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(path));
    if (xml.isBlank()) {
      throw new CommandFailure(ExitCode.USAGE, path + " is empty; expected libvirt's domain XML");
    }
    return xml;
  }

  String text(byte[] bytes) {
    if (bytes.length == 0) {
      return "";
    }
    try {
      XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
      factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
      // This reads the declaration and nothing else.
      String encoding =
          factory.createXMLStreamReader(new ByteArrayInputStream(bytes)).getEncoding();
      return DomainXml.plain(
          Charset.forName(encoding).newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (XMLStreamException | CharacterCodingException | IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          path
              + " is no XML in the encoding that it declares, which without a declaration is UTF-8;"
              + " save it as UTF-8, or correct its declaration",
          e);
    }
  }
}
