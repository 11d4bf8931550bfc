package io.ballast.bus.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands on storage with what no disk, pool or snapshot can have. */
final class StorageInputTest {
  private static final String WEB1 = "'volume':'images/web1'";
  private static final String CREATE =
      "{'format':'RAW','preallocation':'OFF','clusterSize':null," + WEB1 + ",'size':%s}";

  private static void refused(String kind, String body, String message) {
    String json = body.replace('\'', '"');
    RefusedException refused =
        assertThrows(RefusedException.class, () -> Codec.decode(kind, json.getBytes(UTF_8)), json);
    assertEquals(Reason.MALFORMED, refused.reason());
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.startsWith(kind + ": ") && said.contains(message), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-1 | field 'size': an amount of bytes can't be -1",
        "-9223372036854775808 | field 'size': an amount of bytes can't be -9223372036854775808",
        "9223372036854775808 | field 'size' must be a whole number of bytes below 2^63",
        "18446744073709551616 | field 'size' must be a whole number of bytes below 2^63",
        "1e30 | field 'size' must be a whole number of bytes below 2^63",
        "9223372036854775807 | field 'size' is 9223372036854775807; a disk has a multiple",
        "2251799813685760 | field 'size' is 2251799813685760; a disk has a multiple",
        "0 | field 'size' is 0; a disk has a multiple",
        "1000 | field 'size' is 1000; a disk has a multiple",
        "512.5 | field 'size' must be a whole number of bytes below 2^63",
        "'''512''' | field 'size' must be a whole number of bytes below 2^63",
        "true | field 'size' must be a whole number of bytes below 2^63",
        "[] | field 'size' must be a whole number of bytes below 2^63",
        "null | field 'size' is missing",
      })
  void aSizeThatNoDiskHasIsRefused(String size, String message) {
    refused("storage.create-volume", CREATE.formatted(size), message);
    refused("storage.resize-volume", "{%s,'size':%s,'shrink':true}".formatted(WEB1, size), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "storage.create-volume | {'format':'VMDK','preallocation':'OFF',%s,'size':512} | 'format'",
        "storage.create-volume | {'format':'RAW','preallocation':'X',%s,'size':512} |"
            + " 'preallocation'",
        "storage.create-volume | {'format':'RAW','preallocation':'OFF','clusterSize':-1,%s,"
            + "'size':512} | 'clusterSize'",
        "storage.export-volume | {%s,'file':'a','form':'X','compressed':false} | 'form'",
        "storage.export-volume | {%s,'file':'a/b','form':'RAW','compressed':false} | a slash",
        "storage.export-volume | {%s,'file':'..','form':'RAW','compressed':false} | a folder",
        "storage.export-volume | {%s,'file':'','form':'RAW','compressed':false} | 'file' is empty",
        "storage.snapshot-volume | {%s,'snapshot':'a\\u001bb'} | can't be printed",
        "storage.snapshot-volume | {%s,'snapshot':'a\\nb'} | can't be printed",
        "storage.snapshot-volume | {%s,'snapshot':' '} | 'snapshot' is empty",
        "storage.start-pool | {'pool':'a\\u0000b'} | can't be printed",
        "storage.start-pool | {'pool':'..'} | means a folder",
        "storage.delete-volume | {'volume':{'pool':'images','name':'web1'}} |"
            + " field 'volume' must be a volume, as text such as images/web1.qcow2",
        "storage.delete-volume | {'volume':'web1'} | 'web1' is no volume: write it as POOL/NAME",
        "storage.delete-volume | {'volume':'a/b/c'} | has a slash",
        "storage.snapshot-vm | {'vm':'a\\u001bb','snapshot':'s','quiesce':'AUTO'} |"
            + " can't be printed",
      })
  void aFormOrNameThatIsNoneIsRefused(String kind, String body, String message) {
    refused(kind, body.formatted(WEB1), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "storage.delete-volume | {'volume':'images/%s'}",
        "storage.delete-volume | {'volume':'%s/web1'}",
        "storage.snapshot-volume | {'volume':'images/web1','snapshot':'%s'}",
        "storage.start-pool | {'pool':'%s'}",
        "storage.revert-vm | {'vm':'%s','snapshot':'s'}",
      })
  void aNameOf300CharactersIsRefused(String kind, String body) {
    refused(kind, body.formatted("x".repeat(300)), "has more than 255 bytes");
  }
}
