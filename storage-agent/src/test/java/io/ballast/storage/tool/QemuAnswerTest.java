package io.ballast.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.storage.tool.QemuImg.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is understood of QEMU's tool for disk images, with what QEMU 7.2 printed. */
final class QemuAnswerTest {
  private static final Bytes SIZE = Bytes.ofMiB(8);
  private static final Bytes HALF = Bytes.ofMiB(4);
  private static final String IMAGE = "/images/web1";

  /** What no tool means for an answer to anything that is asked here. */
  static Stream<String> nothings() {
    return Stream.of(
        "{}", "[{}]", "null", "\"\"", "", " ", "0", "true", "[[]]", "[null]", "[0]", "{");
  }

  // ---- map

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // An empty one in qcow2, and one without a hole.
        "{'start': 4194304, 'length': 4194304, 'depth': 0, 'present': false, 'zero': true,"
            + " 'data': false} | false",
        "{'start': 4194304, 'length': 4194304, 'depth': 0, 'present': true, 'zero': false,"
            + " 'data': true, 'offset': 0} | true",
        // A layer upon a raw one that is half as large.
        "{'start': 4194304, 'length': 1048576, 'depth': 1, 'present': true, 'zero': true,"
            + " 'data': false, 'offset': 4194304}, {'start': 5242880, 'length': 3145728,"
            + " 'depth': 0, 'present': false, 'zero': true, 'data': false} | false",
        "{'start': 4194304, 'length': 1048576, 'depth': 1, 'present': true, 'zero': true,"
            + " 'data': false, 'offset': 4194304}, {'start': 5242880, 'length': 3145728,"
            + " 'depth': 0, 'present': true, 'zero': false, 'data': true,"
            + " 'compressed': true} | true",
        // One whose end was rounded up to a sector.
        "{'start': 4194304, 'length': 4194816, 'depth': 0, 'present': true, 'zero': true,"
            + " 'data': false} | false",
      })
  void aMapTellsWhetherAnythingWasWritten(String extents, boolean written) {
    assertEquals(written, data("[" + extents.replace('\'', '"') + "]"));
  }

  @Test
  void theLastSectorOfAnImageMayBeMissingWhereItIsNotWhole() {
    String map = "[{\"start\": 0, \"length\": 512, \"zero\": true, \"data\": false}]";
    assertEquals(false, QemuAnswer.data(map, Bytes.ZERO, new Bytes(1000)));
    refused(() -> QemuAnswer.data(map, Bytes.ZERO, new Bytes(1024)));
    String none = "[{\"start\": 0, \"length\": 0, \"zero\": false, \"data\": false}]";
    assertEquals(false, QemuAnswer.data(none, Bytes.ZERO, Bytes.ZERO));
  }

  @ParameterizedTest
  @MethodSource("nothings")
  @ValueSource(
      strings = {
        "[]",
        "[{'start': 4194304, 'length': 4194304}]",
        "[{'start': 4194304, 'length': 4194304, 'data': 'false'}]",
        "[{'start': 4194304, 'length': 4194304, 'data': 0}]",
        "[{'start': '4194304', 'length': 4194304, 'data': false}]",
        "[{'start': 4194304, 'length': '4194304', 'data': false}]",
        "[{'start': 4194304, 'length': 4194304.0, 'data': false}]",
        "[{'start': 4194304, 'length': -1, 'data': false}]",
        "[{'start': 4194304, 'length': 9223372036854775807, 'data': false}]",
        "[{'start': 4194304, 'length': 9223372036854775808, 'data': false}]",
        "[{'start': 4194304, 'length': 4193792, 'data': false}]",
        "[{'start': 0, 'length': 8388608, 'data': false}]",
        "[{'start': 4194305, 'length': 4194303, 'data': false}]",
        "[{'start': 4194304, 'length': 1048576, 'data': false},"
            + "{'start': 6291456, 'length': 2097152, 'data': false}]",
        "[{'start': 4194304, 'length': 3145728, 'data': false},"
            + "{'start': 6291456, 'length': 2097152, 'data': false}]",
        "[{'start': 4194304, 'length': 4194304, 'data': false}",
        "{'start': 4194304, 'length': 4194304, 'data': false}",
      })
  void aMapThatDoesNotShowAllUpToTheEndSaysNothing(String printed) {
    refused(() -> data(printed.replace('\'', '"')));
  }

  private static boolean data(String map) {
    return QemuAnswer.data(map, HALF, SIZE);
  }

  // ---- check

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'check-errors': 0 | no errors",
        "'check-errors': 0, 'leaks': 1 | no errors, 1 cluster that nothing refers to",
        "'check-errors': 0, 'leaks-fixed': 2, 'corruptions-fixed': 1"
            + " | 1 error repaired, 2 clusters given back",
      })
  void aCheckTellsWhatItFound(String counts, String verdict) {
    assertEquals(verdict, QemuAnswer.verdict(check(counts)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'check-errors': 1", "'check-errors': 0, 'corruptions': 2"})
  void whatIsDamagedIsNotSound(String counts) {
    assertEquals(
        Reason.INVALID_IMAGE,
        assertThrows(RefusedException.class, () -> QemuAnswer.verdict(check(counts))).reason());
  }

  private static String check(String counts) {
    return ("{'image-end-offset': 262144, 'total-clusters': 128, 'filename': '/images/web1',"
            + " 'format': 'qcow2', %s}")
        .formatted(counts)
        .replace('\'', '"');
  }

  @ParameterizedTest
  @MethodSource("nothings")
  @ValueSource(
      strings = {
        "[]",
        "{'filename': '/images/web1', 'format': 'qcow2'}",
        "{'check-errors': '0'}",
        "{'check-errors': null}",
        "{'check-errors': false}",
        "{'check-errors': 9223372036854775808}",
        "{'check-errors': -1}",
        "{'check-errors': 0, 'corruptions': '2'}",
        "{'check-errors': 0, 'corruptions': null}",
        "{'check-errors': 0, 'corruptions': -2}",
        "{'check-errors': 0, 'corruptions': 9223372036854775808}",
        "{'check-errors': 0, 'leaks': []}",
        "{'check-errors': 0, 'leaks-fixed': 0.5}",
        "{'check-errors': 0, 'corrup",
        "[{'check-errors': 0}]",
      })
  void aCheckThatTellsNoErrorsIsNoSoundImage(String printed) {
    refused(() -> QemuAnswer.verdict(printed.replace('\'', '"')));
  }

  // ---- compare

  @Test
  void aComparisonTellsThatTwoHoldTheSame() {
    assertEquals(
        "they hold the same",
        QemuAnswer.same("(0.00/100%)\r(100.00/100%)\rImages are identical.\n"));
    assertEquals(
        "they hold the same, but for zeros at the end of the larger one",
        QemuAnswer.same(
            """
            (0.00/100%)\rWarning: Image size mismatch!
            (100.00/100%)\rImages are identical.
            """));
  }

  @Test
  void aComparisonTellsWhereTwoDiffer() {
    String printed =
        """
        (0.00/100%)\rWarning: Image size mismatch!
        (47.66/100%)\rContent mismatch at offset 3999744!
        """;
    RefusedException differ = assertThrows(RefusedException.class, () -> QemuAnswer.same(printed));
    assertEquals(Reason.WRONG_STATE, differ.reason());
    assertEquals("they differ, first at byte 3999744", differ.getMessage());
  }

  @ParameterizedTest
  @MethodSource("nothings")
  @ValueSource(
      strings = {
        "identical",
        "Images are not identical.",
        "Images are ident",
        "(100.00/100%)",
        "Warning: Image size mismatch!",
        "Content mismatch at offset",
        "Content mismatch at offset 3999744!\nImages are identical.",
      })
  void aComparisonThatTellsNeitherIsNoVerdict(String printed) {
    refused(() -> QemuAnswer.same(printed));
  }

  // ---- measure

  @Test
  void aMeasureTellsTwoSizes() {
    assertEquals(
        new Reply.VolumeMeasured(new Bytes(327680), new Bytes(8716288)),
        QemuAnswer.measured(
            "{\"bitmaps\": 0, \"required\": 327680, \"fully-allocated\": 8716288}"));
  }

  @ParameterizedTest
  @MethodSource("nothings")
  @ValueSource(
      strings = {
        "[]",
        "{'required': 327680}",
        "{'fully-allocated': 8716288}",
        "{'required': '327680', 'fully-allocated': 8716288}",
        "{'required': null, 'fully-allocated': 8716288}",
        "{'required': -1, 'fully-allocated': 8716288}",
        "{'required': 327680, 'fully-allocated': 9223372036854775808}",
        "{'required': 327680, 'fully-all",
      })
  void aMeasureWithoutSizesIsNotZero(String printed) {
    refused(() -> QemuAnswer.measured(printed.replace('\'', '"')));
  }

  // ---- info

  @Test
  void anImageTellsItsSnapshotsOldestFirst() {
    List<QemuImg.Kept> kept =
        QemuAnswer.snapshots(
            info(
                "'virtual-size': 8388608, 'snapshots': ["
                    + "{'icount': 0, 'vm-clock-nsec': 0, 'name': 'two', 'date-sec': 1796106522,"
                    + " 'date-nsec': 5, 'vm-clock-sec': 0, 'id': '2', 'vm-state-size': 7},"
                    + "{'vm-clock-nsec': 0, 'name': '', 'date-sec': 1796106500,"
                    + " 'date-nsec': 0, 'vm-clock-sec': 0, 'id': '1', 'vm-state-size': 0}]"));

    assertEquals(List.of("1", "2"), kept.stream().map(QemuImg.Kept::number).toList());
    assertEquals(List.of("", "two"), kept.stream().map(QemuImg.Kept::tag).toList());
    assertEquals("1", kept.getFirst().snapshot().name());
    assertEquals(List.of(), QemuAnswer.snapshots(info("'virtual-size': 8388608")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'format': 'qcow2'",
        "'virtual-size': '8388608'",
        "'virtual-size': -1",
        "'virtual-size': 9223372036854775808",
        "'virtual-size': 8388608, 'snapshots': null",
        "'virtual-size': 8388608, 'snapshots': {}",
        "'virtual-size': 8388608, 'snapshots': [{}]",
        "'virtual-size': 8388608, 'snapshots': ['one']",
        "'virtual-size': 8388608, 'snapshots':"
            + " [{'name': 'one', 'id': 1, 'date-sec': 1, 'date-nsec': 0, 'vm-state-size': 0}]",
        "'virtual-size': 8388608, 'snapshots':"
            + " [{'name': 'one', 'id': '', 'date-sec': 1, 'date-nsec': 0, 'vm-state-size': 0}]",
        "'virtual-size': 8388608, 'snapshots':"
            + " [{'name': 'one', 'id': '1', 'date-sec': 1, 'date-nsec': 0, 'vm-state-size': -1}]",
      })
  void anImageWhoseSnapshotsAreNotToldDoesNotHaveNone(String fields) {
    refused(() -> QemuAnswer.snapshots(info(fields)));
  }

  @ParameterizedTest
  @MethodSource("nothings")
  void anImageThatTellsNothingHasNoSizeAndNoSnapshots(String printed) {
    refused(() -> QemuAnswer.snapshots(Answer.of("qemu-img info", printed)));
    refused(() -> capacity("raw", Answer.of("qemu-img info", printed)));
  }

  @Test
  void anImageTellsTheSizeOfItsDisk() {
    assertEquals(SIZE, capacity("raw", info("'virtual-size': 8388608")));
    assertEquals(
        SIZE,
        capacity(
            "qcow2",
            info(
                "'virtual-size': 8388608,"
                    + " 'format-specific': {'type': 'qcow2', 'data': {'compat': '1.1'}}")));
    assertEquals(
        SIZE,
        capacity(
            "vmdk",
            info(
                "'virtual-size': 8388608, 'format-specific': {'type': 'vmdk', 'data': {"
                    + "'create-type': 'monolithicSparse',"
                    + " 'extents': [{'filename': '/images/web1', 'format': ''}]}}")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qcow2 | 'virtual-size': 8388608, 'backing-filename': '/etc/passwd'",
        "qcow2 | 'virtual-size': 8388608, 'format-specific': {'data': {'data-file': '/etc/x'}}",
        "qcow2 | 'virtual-size': 8388608, 'format-specific': {'data': {'data-file': {}}}",
        "vmdk | 'virtual-size': 8388608, 'format-specific': {'data': {'extents': [{}]}}",
        "vmdk | 'virtual-size': 8388608,"
            + " 'format-specific': {'data': {'extents': [{'filename': '/etc/x'}]}}",
        "raw | 'virtual-size': 2251799813685249",
        "raw | 'virtual-size': 9223372036854775807",
      })
  void anImageThatReachesOutsideOrTooFarIsNotTaken(String format, String fields) {
    assertEquals(
        Reason.INVALID_IMAGE,
        assertThrows(RefusedException.class, () -> capacity(format, info(fields))).reason());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "raw | 'virtual-size': '8388608'",
        "raw | 'virtual-size': -1",
        "raw | 'virtual-size': 9223372036854775808",
        "qcow2 | 'virtual-size': 8388608",
        "qcow2 | 'virtual-size': 8388608, 'format-specific': {}",
        "vmdk | 'virtual-size': 8388608, 'format-specific': {'data': {}}",
        "vmdk | 'virtual-size': 8388608, 'format-specific': {'data': {'extents': {}}}",
      })
  void anImageThatDoesNotTellWhereItLiesIsNotTaken(String format, String fields) {
    refused(() -> capacity(format, info(fields)));
  }

  private static Bytes capacity(String format, Answer info) {
    return QemuAnswer.capacity(new Image(Path.of(IMAGE), format), info);
  }

  private static Answer info(String fields) {
    return Answer.of("qemu-img info", "{" + fields.replace('\'', '"') + "}");
  }

  private static void refused(Executable reading) {
    RefusedException refused = assertThrows(RefusedException.class, reading);
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    String words = String.valueOf(refused.getMessage());
    assertTrue(words.startsWith("qemu-img "), words);
    assertTrue(words.endsWith("look at the tool on this host"), words);
  }
}
