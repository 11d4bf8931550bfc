package io.ballast.bus.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Samples;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.Message;
import io.ballast.messages.Reason;
import io.ballast.messages.SchedulerCommand;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CodecTest {
  private static final String VM = "\"vm\": \"0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10\"";

  @Test
  void unknownFieldsPass() {
    assertEquals(
        new HostCommand.Start(Samples.VM),
        decode("host.start", "{" + VM + ", \"colour\": {\"of\": [1, null, \"x\"]}}"));
  }

  @Test
  void anAbsentOptionalValueIsLeftOutAndMayBeNull() {
    SchedulerCommand.MoveVm anywhere = new SchedulerCommand.MoveVm(Samples.VM, Optional.empty());

    assertEquals("{" + VM.replace(" ", "") + "}", new String(Codec.encode(anywhere), UTF_8));
    assertEquals(anywhere, decode("scheduler.move-vm", "{" + VM + "}"));
    assertEquals(anywhere, decode("scheduler.move-vm", "{" + VM + ", \"to\": null}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                    | host.shut-down: field 'vm' is missing
          {"vm": null, "within": "PT1S"}        | host.shut-down: field 'vm' is missing
          {"vm": 7, "within": "PT1S"}           | host.shut-down: field 'vm' must be a UUID, as text
          {"vm": "7", "within": "PT1S"}         | host.shut-down: field 'vm': Invalid UUID string: 7
          {VM, "within": 60}                    | host.shut-down: field 'within' must be a duration in ISO 8601, such as PT5S
          {VM, "within": "soon"}                | host.shut-down: field 'within' must be a duration in ISO 8601, such as PT5S
          {VM, "within": "PT-1S"}               | host.shut-down: field 'within' is PT-1S; it must lie between PT0.001S and PT168H
          {VM, "within": "PT0S"}                | host.shut-down: field 'within' is PT0S; it must lie between PT0.001S and PT168H
          {VM, "within": "P8D"}                 | host.shut-down: field 'within' is PT192H; it must lie between PT0.001S and PT168H
          {VM, "within": "P300000D"}            | host.shut-down: field 'within': a duration is at most PT876000H
          {VM, "within": "PT9223372036854775807S"} | host.shut-down: field 'within': a duration is at most PT876000H
          {VM, "within": "PT9223372036854775808S"} | host.shut-down: field 'within' must be a duration in ISO 8601, such as PT5S
          {VM, "within": "P1Y"}                 | host.shut-down: field 'within' must be a duration in ISO 8601, such as PT5S
          {VM, "within": "PT1S"                 | host.shut-down: the body is no JSON: it breaks off or goes wrong at line 1, column 64
          {VM, "within": "PT1S"} {}             | host.shut-down: the body goes on after its JSON object
          []                                    | host.shut-down: the body must be a JSON object
          null                                  | host.shut-down: the body must be a JSON object, not null
          ``                                    | host.shut-down: the body is empty
          """)
  void aBadCommandIsRefusedInWordsThatNameTheField(String body, String message) {
    assertRefused(Reason.MALFORMED, message, "host.shut-down", body.replace("VM", VM));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /pulse/sequence          |          | beat.host: field 'pulse.sequence' is missing
          /pulse/sequence          | 1.5      | beat.host: field 'pulse.sequence' must be a whole number below 2^63
          /pulse/sequence          | "1"      | beat.host: field 'pulse.sequence' must be a whole number below 2^63
          /pulse/sequence          | 1e30     | beat.host: field 'pulse.sequence' must be a whole number below 2^63
          /pulse/sequence          | 99999999999999999999 | beat.host: field 'pulse.sequence' must be a whole number below 2^63
          /pulse/sequence          | 0        | beat.host: field 'pulse': field 'sequence' is 0; it must be at least 1
          /pulse/at                | 12       | beat.host: field 'pulse.at' must be an instant in ISO 8601, such as 2030-01-31T12:00:00Z
          /pulse/at                | "+1000000-01-01T00:00:00Z" | beat.host: field 'pulse.at': an instant lies between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z
          /pulse/interval          | "P2D"    | beat.host: field 'pulse': field 'interval' is PT48H; it must lie between PT0.001S and PT24H
          /pulse/host              | "a.b"    | beat.host: field 'pulse.host': 'a.b' is no host name: use 1 to 63 letters, digits, - or _
          /pulse/cluster           | 12       | beat.host: field 'pulse.cluster' must be text
          /pulse/cluster           | true     | beat.host: field 'pulse.cluster' must be text
          /load/cpu                |          | beat.host: field 'load.cpu' is missing
          /load/cpu                | null     | beat.host: field 'load.cpu' is missing
          /load/cpu                | 1.01     | beat.host: field 'load': field 'cpu' is 1.01; it must lie between 0 and 1
          /load/cpu                | "NaN"    | beat.host: field 'load': field 'cpu' is NaN; it must lie between 0 and 1
          /load/memoryUsed         | -1       | beat.host: field 'load.memoryUsed': an amount of bytes can't be -1
          /load/memoryUsed         | 99999999999999999999 | beat.host: field 'load.memoryUsed' must be a whole number of bytes below 2^63
          /load/links              | {}       | beat.host: field 'load.links' must be a list
          /load/links              | [null]   | beat.host: field 'load.links[0]' is missing
          /load/pressure/io        |          | beat.host: field 'load.pressure.io' is missing
          /vms/0/vcpus             | "many"   | beat.host: field 'vms[0].vcpus' must be a whole number below 2^31
          /vms/0/state             | "FLYING" | beat.host: field 'vms[0].state' must be one of RUNNING, PAUSED, SHUTTING_DOWN, SHUT_OFF, CRASHED, SLEEPING
          /vms/0/state             | 1        | beat.host: field 'vms[0].state' must be one of RUNNING, PAUSED, SHUTTING_DOWN, SHUT_OFF, CRASHED, SLEEPING
          /vms/0                   | 1        | beat.host: field 'vms[0]' must be a JSON object
          """)
  void aBadValueInsideABeatIsRefusedInWordsThatNameTheField(
      String pointer, @Nullable String value, String message) throws IOException {
    assertRefused(
        Reason.MALFORMED,
        message,
        "beat.host",
        changed(Samples.hostBeat(), pointer, value).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /outcome                      |           | event.operation-finished: field 'outcome' is missing
          /outcome/type                 |           | event.operation-finished: field 'outcome' must be an object whose 'type' is done, failed or unknown
          /outcome/type                 | "perhaps" | event.operation-finished: field 'outcome' must be an object whose 'type' is done, failed or unknown
          /outcome/type                 | "failed"  | event.operation-finished: field 'outcome.reason' is missing
          /outcome/migration/iterations | "two"     | event.operation-finished: field 'outcome.migration.iterations' must be a whole number below 2^31
          """)
  void aBadOutcomeIsRefusedInWordsThatNameTheField(
      String pointer, @Nullable String value, String message) throws IOException {
    Message finished =
        Samples.all().stream()
            .filter(sample -> Kinds.of(sample).equals("event.operation-finished"))
            .findAny()
            .orElseThrow();

    assertRefused(
        Reason.MALFORMED,
        message,
        "event.operation-finished",
        changed(finished, pointer, value).toString());
  }

  @Test
  void aListThatWasAddedLaterIsLeftOutWhereItIsEmptyAndMayBeMissingOrNull() {
    HostBeat beat = Samples.hostBeat();
    String json = new String(Codec.encode(beat), UTF_8);

    assertFalse(json.contains("ended"), json);
    assertEquals(beat, decode("beat.host", json));
    assertEquals(beat, decode("beat.host", json.replaceFirst("}$", ",\"ended\":null}")));
    assertEquals(beat, decode("beat.host", json.replaceFirst("}$", ",\"ended\":[]}")));
    assertRefused(
        Reason.MALFORMED,
        "beat.host: field 'ended' has 21 entries; it must have at most 20",
        "beat.host",
        json.replaceFirst(
            "}$",
            ",\"ended\":["
                + "{\"operation\":\"x\",\"outcome\":{\"type\":\"unknown\",\"message\":\"?\"}},"
                    .repeat(20)
                + "{\"operation\":\"x\",\"outcome\":{\"type\":\"unknown\",\"message\":\"?\"}}]}"));
  }

  @Test
  void aMigrationHasTimesThatAPersonCanMean() {
    String start = "{" + VM + ", \"to\": \"h2\", \"peerUri\": \"qemu:///\", ";

    assertRefused(
        Reason.MALFORMED,
        "host.migrate: field 'maxDowntime' is PT11M; it must lie between PT0.001S and PT10M",
        "host.migrate",
        start + "\"maxDowntime\": \"PT11M\", \"within\": \"PT1H\"}");
    assertRefused(
        Reason.MALFORMED,
        "host.migrate: field 'within' is PT168H0.001S; it must lie between PT0.001S and PT168H",
        "host.migrate",
        start + "\"maxDowntime\": \"PT1S\", \"within\": \"PT168H0.001S\"}");
  }

  @Test
  void anUnknownKindIsRefusedByName() {
    assertRefused(Reason.UNKNOWN_KIND, "no kind of message is called host.fly", "host.fly", "{}");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedUnread() {
    assertRefused(
        Reason.MALFORMED,
        "host.start: the body has 1048577 bytes; the bus takes at most 1048576",
        "host.start",
        "{".repeat(Codec.LARGEST_COMMAND + 1));
    HostCommand.Define tooLong = new HostCommand.Define("x".repeat(Codec.LARGEST_COMMAND));
    assertThrows(RefusedException.class, () -> Codec.encode(tooLong));
  }

  @Test
  void deepNestingIsRefusedAlsoWhereItIsUnknown() {
    String nest = "[".repeat(100_000);

    assertRefused(
        Reason.MALFORMED,
        "host.start: the body is nested deeper than 32 levels, or has a name or number that is too"
            + " long",
        "host.start",
        "{" + VM + ", \"more\": " + nest);
  }

  @Test
  void whatIsNoTextIsRefused() {
    byte[] body = {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'};

    RefusedException refused =
        assertThrows(RefusedException.class, () -> Codec.decode("host.start", body));

    assertEquals(Reason.MALFORMED, refused.reason());
  }

  @Test
  void aRefusalNeverCarriesMoreThanAPersonReads() {
    String name = "x".repeat(100_000) + "\\n\\u0000";

    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> decode("scheduler.move-vm", "{" + VM + ", \"to\": \"" + name + "\"}"));

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.length() < 400, message);
    assertFalse(message.contains("\n"), message);
  }

  private static Message decode(String kind, String body) {
    return Codec.decode(kind, body.getBytes(UTF_8));
  }

  private static void assertRefused(Reason reason, String message, String kind, String body) {
    RefusedException refused = assertThrows(RefusedException.class, () -> decode(kind, body), body);
    assertEquals(message, refused.getMessage());
    assertEquals(reason, refused.reason());
  }

  /** A message's JSON with one value replaced, or removed where there is none. */
  private static JsonNode changed(Message message, String pointer, @Nullable String value)
      throws IOException {
    JsonNode tree = Codec.JSON.readTree(Codec.encode(message));
    int last = pointer.lastIndexOf('/');
    JsonNode parent = tree.at(pointer.substring(0, last));
    String field = pointer.substring(last + 1);
    if (parent instanceof ObjectNode object) {
      if (value == null) {
        object.remove(field);
      } else {
        object.set(field, Codec.JSON.readTree(value));
      }
    } else if (parent instanceof ArrayNode array) {
      array.set(Integer.parseInt(field), Codec.JSON.readTree(value));
    }
    return tree;
  }
}
