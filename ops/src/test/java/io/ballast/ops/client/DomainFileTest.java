package io.ballast.ops.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DomainFileTest {
  private static final String DOMAIN = "<domain><name>caf\u00e9 \u0153uf</name></domain>";
  private static final String LATIN = "<domain><name>caf\u00e9</name></domain>";

  private final DomainFile input = new DomainFile(Path.of("-"));

  @TempDir Path folder;

  @Test
  void withoutADeclarationItIsUtf8() {
    assertEquals(DOMAIN, input.text(DOMAIN.getBytes(UTF_8)));
  }

  @Test
  void aByteOrderMarkIsNoPartOfIt() {
    assertEquals(DOMAIN, input.text(("\uFEFF" + DOMAIN).getBytes(UTF_8)));
    assertEquals(DOMAIN, input.text(("\uFEFF<?xml version='1.0'?>" + DOMAIN).getBytes(UTF_8)));
  }

  @Test
  void theDeclaredEncodingCountsAndIsLeftOut() {
    for (String name : List.of("ISO-8859-1", "windows-1252", "latin1", "utf-8")) {
      String file = "<?xml version='1.0' encoding='" + name + "'?>" + LATIN;
      assertEquals(LATIN, input.text(file.getBytes(Charset.forName(name))), name);
    }
  }

  @Test
  void utf16IsReadByItsMarkOrItsDeclaration() {
    String declared = "<?xml version='1.0' encoding='UTF-16'?>" + DOMAIN;
    for (String file : List.of(declared, "\uFEFF" + DOMAIN, "\uFEFF" + declared)) {
      assertEquals(DOMAIN, input.text(file.getBytes(UTF_16LE)));
      assertEquals(DOMAIN, input.text(file.getBytes(UTF_16BE)));
    }
  }

  @Test
  void whatIsNotInItsEncodingIsRefusedAndNeverAltered() {
    for (String declaration :
        List.of(
            "",
            "<?xml version='1.0' encoding='UTF-8'?>",
            "<?xml version='1.0' encoding='x-foo'?>")) {
      CommandFailure refused =
          assertThrows(
              CommandFailure.class, () -> input.text((declaration + LATIN).getBytes(ISO_8859_1)));
      assertEquals(ExitCode.USAGE, refused.code());
      assertTrue(refused.line().contains("save it as UTF-8"), refused.line());
    }
  }

  @Test
  void aFileIsReadAsTheSameBytesOnStandardInput() throws IOException {
    Path file = folder.resolve("vm.xml");
    Files.write(file, ("<?xml version='1.0' encoding='ISO-8859-1'?>" + LATIN).getBytes(ISO_8859_1));

    assertEquals(LATIN, new DomainFile(file).read());
  }

  @Test
  void anEmptyFileIsSaidToBeEmpty() throws IOException {
    Path file = Files.write(folder.resolve("vm.xml"), new byte[0]);

    CommandFailure refused = assertThrows(CommandFailure.class, () -> new DomainFile(file).read());

    assertEquals(file + " is empty; expected libvirt's domain XML", refused.line());
  }
}
