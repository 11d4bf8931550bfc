package io.ballast.ops.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SummaryTest {
  private static final Summary SUMMARY =
      new Summary(
          "real",
          3,
          6,
          List.of(new Summary.Moved("vm1", "h1", "h2", 1432, 87)),
          0.98712,
          0.0871,
          497,
          new Summary.Silence("h3", "HOST_SILENT", 11_067, 8143, List.of("vm2", "vm4")),
          List.of());

  @Test
  void aPersonReadsItInAlignedLines() {
    assertEquals(
        """

        3 hosts, 6 VMs, moves: 1
          vm1 from h1 to h2            1.4 s, downtime 87 ms
          longest pause of a guest   497 ms
          CPU spread of the hosts    99 points before, 9 after
          h3 lost its power          missed after 11.1 s with vm2, vm4; well 8.1 s after its return
          left behind                nothing
        """,
        String.join("\n", SUMMARY.lines()) + "\n");
  }

  @Test
  void aProgramReadsItAsJson() throws JsonProcessingException {
    assertEquals(
        "{\"mode\":\"real\",\"hosts\":3,\"vms\":6,"
            + "\"moves\":[{\"vm\":\"vm1\",\"from\":\"h1\",\"to\":\"h2\",\"totalMs\":1432,"
            + "\"downtimeMs\":87}],"
            + "\"cpuSpreadBefore\":0.987,\"cpuSpreadAfter\":0.087,\"longestGuestPauseMs\":497,"
            + "\"alert\":{\"host\":\"h3\",\"verdict\":\"HOST_SILENT\",\"detectedAfterMs\":11067,"
            + "\"resolvedAfterMs\":8143,\"vms\":[\"vm2\",\"vm4\"]},\"leftovers\":[]}",
        new ObjectMapper().writeValueAsString(SUMMARY));
  }
}
