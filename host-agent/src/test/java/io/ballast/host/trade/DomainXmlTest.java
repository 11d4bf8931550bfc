package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainXmlTest {
  private static final String UUID = "6a1f6c1e-0b0e-4b8e-9a53-0c8d3a1f2b77";

  @TempDir Path folder;

  @Test
  void theUuidBelowTheDomainIsTheVm() {
    DomainXml xml =
        DomainXml.of(
            """
            <?xml version="1.0"?>
            <domain type='kvm' id='3'>
              <!-- <uuid>00000000-0000-0000-0000-000000000000</uuid> -->
              <metadata><uuid>11111111-1111-1111-1111-111111111111</uuid></metadata>
              <uuid>
                %s
              </uuid>
              <name>web</name>
            </domain>
            """
                .formatted(UUID));

    assertEquals(VmId.of(UUID), xml.id());
    assertEquals(Optional.of("web"), xml.text("name"));
    assertEquals(Optional.empty(), xml.text("title"));
  }

  @Test
  void aDomainWithoutUuidIsInvalid() {
    assertInvalid("has no <uuid>", "<domain><name>web</name></domain>");
    assertInvalid("has no <uuid>", "<domain><uuid> </uuid></domain>");
  }

  @Test
  void aUuidThatIsNoneIsInvalid() {
    for (String uuid : List.of("web", UUID + "0", UUID.substring(1), "1-1-1-1-1", "6-a1f")) {
      assertInvalid(
          "'" + uuid + "', which is no UUID", "<domain><uuid>" + uuid + "</uuid></domain>");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6a1f6c1e0b0e4b8e9a530c8d3a1f2b77",
        "6A1F6C1E-0b0e4b8e-9a53-0c8d3a1f2b77",
        "6a1f6c1e 0b0e 4b8e 9a53 0c8d3a1f2b77",
        "\n\t6a-1f-6c-1e-0b0e-4b8e-9a53-0c8d3a1f2b77 \n"
      })
  void aUuidIsTakenInEveryFormThatLibvirtTakes(String uuid) {
    assertEquals(VmId.of(UUID), DomainXml.of("<domain><uuid>" + uuid + "</uuid></domain>").id());
  }

  @Test
  void aByteOrderMarkAndADeclarationAreLeftOut() {
    String domain = "<domain><uuid>" + UUID + "</uuid><name>caf\u00e9</name></domain>";

    DomainXml xml =
        DomainXml.of("\uFEFF<?xml version='1.0' encoding='ISO-8859-1' standalone='no' ?>" + domain);

    assertEquals(VmId.of(UUID), xml.id());
    assertEquals(Optional.of("caf\u00e9"), xml.text("name"));
    assertEquals(domain, DomainXml.plain("\uFEFF<?xml version='1.0'?>" + domain));
    assertEquals(domain, DomainXml.plain(domain));
    assertEquals("<?xml version='1.0'", DomainXml.plain("<?xml version='1.0'"));
    assertEquals("<?xml-stylesheet?>", DomainXml.plain("<?xml-stylesheet?>"));
  }

  @Test
  void whatIsNoXmlIsInvalid() {
    assertInvalid("can't be read", "hello");
    assertInvalid("can't be read", "");
    assertInvalid("can't be read", "<domain><uuid>" + UUID + "</uuid>");
    assertInvalid("can't be read", "<domain><uuid>&unknown;</uuid></domain>");
  }

  @Test
  void whatIsAboutSomethingElseIsInvalid() {
    assertInvalid("about a <network>", "<network><uuid>" + UUID + "</uuid></network>");
  }

  @Test
  void noFileIsEverRead() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), UUID);

    assertInvalid(
        "no document type",
        "<!DOCTYPE domain [<!ENTITY id SYSTEM '%s'>]><domain><uuid>&id;</uuid></domain>"
            .formatted(secret.toUri()));
  }

  @Test
  void entitiesThatExpandAreNeverExpanded() {
    assertInvalid(
        "no document type",
        "<!DOCTYPE domain [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><domain>&b;</domain>");
  }

  private static void assertInvalid(String words, String xml) {
    RefusedException refused = assertThrows(RefusedException.class, () -> DomainXml.of(xml).id());
    assertEquals(Reason.INVALID_DOMAIN, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "<memoryBacking><hugepages/></memoryBacking>, true",
    "<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>, true",
    "<memoryBacking>\t<locked/><hugepages></hugepages></memoryBacking>, true",
    "<memoryBacking/>, false",
    "<memoryBacking><nosharepages/></memoryBacking>, false",
    "<hugepages/>, false",
    "<metadata><memoryBacking><hugepages/></memoryBacking></metadata>, false",
    "<!-- <memoryBacking><hugepages/></memoryBacking> -->, false"
  })
  void hugePagesAreThoseThatBackTheMemory(String element, boolean hugePages) {
    assertEquals(hugePages, DomainXml.of("<domain>" + element + "</domain>").hugePages());
  }
}
