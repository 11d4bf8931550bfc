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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertInvalid("'web', which is no UUID", "<domain><uuid>web</uuid></domain>");
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
}
