package io.ballast.storage.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What smartctl printed of disks of many kinds, and what is made of it. */
final class SmartReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ata-good       | GOOD    | It passes its own test.
          ata-worn       | WARNING | 24 sectors were replaced; 8 sectors can't be read for now.
          ata-failing    | FAILING | It fails its own test.
          nvme-good      | GOOD    | It passes its own test.
          nvme-worn      | WARNING | 93% of the writes that it was made for are used up.
          nvme-hot       | GOOD    | It warns of its temperature alone.
          sas-worn       | WARNING | 11 sectors were replaced.
          usb-bridge     | UNKNOWN | /dev/sdb: Unknown USB bridge [0x152d:0x0578 (0x3104)]
          virtio         | UNKNOWN | /dev/vda: Unable to detect device type
          qemu-scsi      | UNKNOWN | /dev/x has no SMART
          switched-off   | UNKNOWN | SMART of /dev/x is off; 'smartctl -s on' turns it on
          no-permission  | UNKNOWN | Smartctl open device: /dev/sda failed: Permission denied
          """)
  void aDiskFaresAsItsReportSays(String report, Verdict verdict, String reason) throws IOException {
    Finding finding = finding(read(report));

    assertEquals(verdict, finding.verdict());
    assertEquals(reason, finding.reason());
    assertEquals(Kind.DISK, finding.kind());
    assertEquals(Optional.of("/dev/x"), finding.name());
  }

  @Test
  void allThatMakesADiskFailIsTold() throws IOException {
    assertEquals(
        "Its spare room runs out; it takes no more writes;"
            + " 118% of the writes that it was made for are used up.",
        finding(read("nvme-read-only")).reason());
    assertEquals(Verdict.FAILING, finding(read("nvme-read-only")).verdict());
  }

  @Test
  void aDiskIsKnownByItsModelAndSerialNumber() throws IOException {
    assertEquals(
        Optional.of("ST4000NM0035-1V4107, serial ZC11ABCD"), finding(read("ata-good")).model());
    assertEquals(Optional.of("QEMU QEMU HARDDISK"), finding(read("qemu-scsi")).model());
    assertEquals(Optional.empty(), finding(read("no-permission")).model());
  }

  @Test
  void aDiskThatAnsweredHalfIsNotTakenForGood() throws IOException {
    Finding finding = finding(read("half-answered"));

    assertEquals(Verdict.UNKNOWN, finding.verdict());
    assertTrue(finding.reason().startsWith("SMART Status not supported"), finding.reason());
  }

  @Test
  void whatIsBadCountsAlsoWhereOnlyHalfWasAnswered() throws IOException {
    ObjectNode report = read("half-answered");
    report.withObject("/smart_status").put("passed", false);
    assertEquals(Verdict.FAILING, finding(report).verdict());

    ObjectNode worn = read("half-answered");
    worn.withObject("/ata_smart_attributes/table/0/raw").put("value", 3);
    assertEquals("3 sectors were replaced.", finding(worn).reason());
  }

  @ParameterizedTest
  @CsvSource({
    "0, GOOD",
    "1, UNKNOWN",
    "2, UNKNOWN",
    "4, UNKNOWN",
    "8, FAILING",
    "12, FAILING",
    "64, WARNING",
    "128, WARNING",
    "72, FAILING",
    "68, WARNING"
  })
  void theExitStatusIsReadBitByBit(int status, Verdict verdict) throws IOException {
    ObjectNode report = read("nvme-good");
    report.withObject("/smartctl").put("exit_status", status);

    assertEquals(verdict, finding(report).verdict());
  }

  @ParameterizedTest
  @CsvSource({"0, GOOD", "89, GOOD", "90, WARNING", "99, WARNING", "100, FAILING", "255, FAILING"})
  void aDiskIsWornFrom90PercentAndWornOutFrom100(int used, Verdict verdict) throws IOException {
    ObjectNode report = read("nvme-good");
    report.withObject("/nvme_smart_health_information_log").put("percentage_used", used);

    assertEquals(verdict, finding(report).verdict());
  }

  @ParameterizedTest
  @CsvSource({"1, FAILING", "2, GOOD", "3, FAILING", "4, FAILING", "16, FAILING", "128, FAILING"})
  void aCriticalWarningCountsUnlessItIsOfTheTemperature(int warning, Verdict verdict)
      throws IOException {
    ObjectNode report = read("nvme-hot");
    report.withObject("/nvme_smart_health_information_log").put("critical_warning", warning);

    assertEquals(verdict, finding(report).verdict());
  }

  @ParameterizedTest
  @CsvSource({"5, WARNING", "187, WARNING", "197, WARNING", "198, WARNING", "199, GOOD"})
  void sectorsThatAreLostAreASign(int attribute, Verdict verdict) throws IOException {
    ObjectNode report = read("ata-good");
    ObjectNode lost = JSON.createObjectNode().put("id", attribute).put("when_failed", "");
    lost.putObject("raw").put("value", 1);
    report.withObject("/ata_smart_attributes").putArray("table").add(lost);

    assertEquals(verdict, finding(report).verdict());
  }

  @Test
  void anAttributeThatWasBelowItsThresholdIsASign() throws IOException {
    ObjectNode report = read("ata-good");
    report.withObject("/smartctl").put("exit_status", 0x20);
    assertEquals(Verdict.GOOD, finding(report).verdict());

    report.withObject("/ata_smart_attributes/table/0").put("when_failed", "past");
    assertEquals("Its Raw_Read_Error_Rate was below its threshold.", finding(report).reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "7", "null", "{\"smart_status\": 3}", "{\"smartctl\": []}"})
  void whatIsNoReportIsUnknown(String text) throws IOException {
    Finding finding = new SmartReport("/dev/x", JSON.readTree(text)).finding();

    assertEquals(Verdict.UNKNOWN, finding.verdict());
    assertEquals("/dev/x answers no SMART question", finding.reason());
  }

  @Test
  void textsOfDisksAreShortAndInOneLine() throws IOException {
    ObjectNode report = read("no-permission");
    report
        .withObject("/smartctl/messages/0")
        .put("string", "a\n\u001b[2Jb\t" + "x".repeat(100_000));
    report.put("model_name", "m".repeat(10_000));

    Finding finding = finding(report);
    assertEquals(400, finding.reason().length());
    assertTrue(finding.reason().startsWith("a [2Jb xxx"), finding.reason());
    assertEquals(200, finding.model().orElseThrow().length());
  }

  @Test
  void onlyWhatIsADeviceIsAskedAndBehindAControllerItsPlaceIsPartOfItsName() throws IOException {
    List<Smartctl.Disk> disks = Smartctl.disks(read("scan"));
    assertEquals(
        List.of("/dev/sda", "/dev/sdb", "/dev/bus/0 [megaraid,3]", "/dev/nvme0"),
        disks.stream().map(Smartctl.Disk::name).toList());

    assertEquals(
        List.of(),
        Smartctl.disks(
            JSON.readTree(
                """
                {"devices": [{"name": "/etc/passwd", "type": "sat"}, {"type": "sat"}, 7,
                  {"name": "/dev/sda", "type": "--help"}, {"name": "-x", "type": "sat"},
                  {"name": "/dev/sda b", "type": "sat"}]}
                """)));
  }

  private static Finding finding(ObjectNode report) {
    return new SmartReport("/dev/x", report).finding();
  }

  static ObjectNode read(String report) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            SmartReportTest.class.getResourceAsStream("/smartctl/" + report + ".json"))) {
      return (ObjectNode) JSON.readTree(file);
    }
  }
}
