package io.ballast.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.HostId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EventLogTest {
  private static final Instant RAISED = Instant.parse("2030-01-01T00:00:00Z");

  @Test
  void whatIsOverIsSaidForEachVerdict() {
    assertEquals(
        """
        alert over: h1 is no longer missed, after 7.5 s
        alert over: the hypervisor of h1 is no longer stuck, after 7.5 s
        alert over: web is no longer active on two hosts, after 7.5 s
        alert over: web is no longer missed, after 7.5 s
        alert over: web and db no longer carry one UUID while active, after 7.5 s
        alert over: h1 is no longer the name of two agents, after 7.5 s
        alert over: the clock of h1 is no longer wrong, after 7.5 s
        alert over: pool images of h1 is no longer nearly full (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 is no longer as good as full (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 is no longer worn (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 no longer fails (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 has no volumes kept for it any more (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 is as wanted again (Nobody has seen it.), after 7.5 s
        alert over: web and db no longer have one pool images (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 is no longer down (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 no longer carries nearly all that it can (Nobody has seen it.), after 7.5 s
        alert over: pool images of h1 no longer carries next to nothing (Nobody has seen it.), after 7.5 s
        """,
        Arrays.stream(Verdict.values())
            .map(verdict -> EventLog.line(alert(verdict, Optional.of(RAISED.plusMillis(7500)))))
            .collect(Collectors.joining("\n", "", "\n")));
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void whatLastsIsSaidWithItsEvidence(Verdict verdict) {
    String line = EventLog.line(alert(verdict, Optional.empty()));

    String subject =
        verdict == Verdict.ADDRESS_TAKEN
            ? "web and db have one pool images"
            : isOfPart(verdict) ? "pool images of h1 " : "h1 ";
    assertTrue(line.startsWith("ALERT: " + subject), line);
    assertTrue(line.endsWith(" Nobody has seen it."), line);
  }

  private static Alert alert(Verdict verdict, Optional<Instant> resolvedAt) {
    return new Alert(
        "a1",
        verdict,
        new HostId("h1"),
        RAISED,
        RAISED,
        verdict == Verdict.VM_ID_SHARED || verdict == Verdict.ADDRESS_TAKEN
            ? List.of("web", "db")
            : List.of("web"),
        List.of("Nobody has seen it."),
        resolvedAt,
        isOfPart(verdict) ? Optional.of("pool images") : Optional.empty());
  }

  private static boolean isOfPart(Verdict verdict) {
    return verdict.compareTo(Verdict.POOL_FILLING) >= 0;
  }
}
