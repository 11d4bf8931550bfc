package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.ops.SimulatedFleet.Ran;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands on storage say where what they were told makes no sense. */
@TestInstance(Lifecycle.PER_CLASS)
final class VolumeInputTest {
  private static final String MANY = "x".repeat(300);

  private final SimulatedFleet fleet = new SimulatedFleet();
  private String there = "";

  @BeforeAll
  void aHostWithADiskInAPool() {
    fleet.scheduler();
    fleet
        .host("h1", Bytes.ofMiB(4096))
        .boot(SimulatedFleet.id("vm1"), "vm1", 1, Bytes.ofMiB(128), 0.1);
    fleet.storage("h1");
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.storage().isPresent()));
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
    assertEquals(0, fleet.run("volume", "create", "images/web1", "8MiB").code());
    there = found();
  }

  @AfterAll
  void close() {
    fleet.close();
  }

  /** What lies in the pool, and what is kept of it. */
  private String found() {
    return fleet.run("volume", "list", "images").out()
        + fleet.run("volume", "show", "images/web1").out()
        + fleet.run("volume", "snapshots", "images/web1").out();
  }

  @ParameterizedTest
  @CsvSource({
    "-5GiB, there is no option '-5GiB'",
    "-- -5GiB, '-5GiB': expected a number and a unit",
    "9223372036854775808, '9223372036854775808': expected a number and a unit",
    "9223372036854775808B, '9223372036854775808B': expected a number and a unit",
    "9999999EiB, '9999999EiB': expected a number and a unit",
    "999999999999PiB, field 'size' is 9223372036854775807; a disk has",
    "0GiB, field 'size' is 0; a disk has",
    "1000B, field 'size' is 1000; a disk has",
    "NaN, 'NaN': expected a number and a unit",
    "8MiB --cluster-size -1KiB, '--cluster-size': '-1KiB': expected a number and a unit",
    "8MiB --cluster-size 3KiB, field 'clusterSize' is 3072; it must be",
    "8MiB --cluster-size 999999999999PiB, field 'clusterSize' is 9223372036854775807",
    "8MiB --format vmdk, '--format': expected one of [QCOW2",
    "8MiB --preallocate x, '--preallocate': expected one of [OFF",
    "8MiB --wait -1s, '--wait': '-1s': expected a number",
  })
  void aSizeOrFormThatNoDiskHasIsWrong(String words, String why) {
    refused(2, why, "volume create images/new " + words);
  }

  @ParameterizedTest
  @CsvSource({
    "-5GiB, there is no option '-5GiB'",
    "9223372036854775808, '9223372036854775808': expected a number and a unit",
    "9999999EiB, '9999999EiB': expected a number and a unit",
    "999999999999PiB, field 'size' is 9223372036854775807; a disk has",
  })
  void aDiskIsNotResizedToWhatNoDiskHas(String size, String why) {
    refused(2, why, "volume resize images/web1 " + size);
  }

  @ParameterizedTest
  @CsvSource({"2PiB, does not fit into pool images", "101GiB, does not fit into pool images"})
  void aDiskThatThePoolCannotHoldIsRefused(String size, String why) {
    refused(1, why, "volume create images/new " + size);
  }

  @ParameterizedTest
  @CsvSource({
    "volume create images/new 8MiB --format raw --preallocate metadata, 1,"
        + " a raw disk has no metadata",
    "image export images/web1 new --form x, 2, '--form': expected one of [QCOW2",
    "volume measure images/web1 --format vmdk, 2, '--format': expected one of [QCOW2",
    "volume trash images/web1 --keep -1d, 2, '--keep': '-1d': expected a number",
    "volume trash images/web1 --keep 999999999999d, 2, field 'keep' is",
  })
  void aFormOrTimeThatIsNoneIsWrong(String command, int code, String why) {
    refused(code, why, command);
  }

  /** {@code ESC} stands for what turns a terminal red, {@code MANY} for 300 characters. */
  @ParameterizedTest
  @CsvSource({
    "volume create images/%s 8MiB, name of a volume",
    "volume create %s/new 8MiB, name of a pool",
    "volume clone images/web1 images/%s, name of a volume",
    "volume show images/%s, name of a volume",
    "volume delete %s/new, name of a pool",
    "volume list %s, name of a pool",
    "pool show %s, name of a pool",
    "pool start %s, name of a pool",
    "pool forget %s, name of a pool",
    "pool trash %s, name of a pool",
    "pool define %s --host h1 --folder /srv/new, name of a pool",
    "volume snapshot images/web1 %s, name of a snapshot",
    "volume revert images/web1 %s, name of a snapshot",
    "volume delete-snapshot images/web1 %s, name of a snapshot",
    "volume protect images/web1 %s, name of a snapshot",
    "volume export-diff images/web1 %s new, name of a snapshot",
    "volume clone images/web1 images/new --snapshot %s, name of a snapshot",
    "vm snapshot vm1 %s, name of a snapshot",
    "vm revert vm1 %s, name of a snapshot",
    "image export images/web1 %s, name of a file",
    "image import %s images/new, name of a file",
  })
  void aNameThatCannotBeShownOrIsTooLongIsWrong(String command, String what) {
    refused(2, what + " has a character that can't be printed", command.formatted("ESC"));
    refused(2, what + " has more than 255 bytes", command.formatted("MANY"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, vm snapshot %s new, the fleet has no VM '%s'",
    "1, vm show %s, the fleet has no VM '%s'",
    "1, volume create images/new 8MiB --host %s, the fleet has no host '%s'",
    "2, operation ESC, 'a?[31mb' is no operation id",
    "2, pool define new --host h1 --folder ESC, field 'path' is 'a?[31mb'",
  })
  void whatIsSaidAgainSteersNoTerminal(int code, String command, String why) {
    refused(code, why.formatted("a?[31mb"), command.formatted("ESC"));
  }

  @ParameterizedTest
  @CsvSource({
    "2, volume create new 8MiB, 'new' is no volume: write it as POOL/NAME",
    "2, volume create images/.. 8MiB, name of a volume means a folder",
    "2, volume create images/a/b 8MiB, name of a volume has a slash",
    "2, volume create images/ 8MiB, field 'volume' is empty",
    "2, volume create /new 8MiB, field 'pool' is empty",
    "1, volume create images/-new 8MiB, nothing can be called '-new'",
    "1, volume create images/.new 8MiB, nothing can be called '.new'",
    "2, volume snapshot images/web1 -x, there is no option '-x'",
    "2, image export images/web1 -x, there is no option '-x'",
    "1, image export images/web1 -- -x, nothing can be called '-x'",
    "1, image export images/web1 .x, nothing can be called '.x'",
    "1, image export images/web1 a:b, nothing can be called 'a:b'",
    "2, image export images/web1 a/b, name of a file has a slash",
    "2, image export images/web1 .., name of a file means a folder",
    "2, image import a/b images/new, name of a file has a slash",
    "2, image import .. images/new, name of a file means a folder",
  })
  void aNameThatMeansSomethingElseIsRefused(int code, String command, String why) {
    refused(code, why, command);
  }

  @ParameterizedTest
  @CsvSource({"volume create images/%s 8MiB", "image export images/web1 %s"})
  void aNameOf200CharactersIsMoreThanIsGiven(String command) {
    String name = "x".repeat(200);
    refused(1, "nothing can be called '" + name + "': use 1 to 128", command.formatted(name));
  }

  private void refused(int code, String why, String command) {
    String[] words = command.split(" ", -1);
    for (int at = 0; at < words.length; at++) {
      words[at] = words[at].replace("ESC", "a\u001b[31mb").replace("MANY", MANY);
    }

    Ran ran = fleet.run(words);

    assertEquals(code, ran.code(), ran::toString);
    assertEquals("", ran.out());
    String[] lines = ran.err().split("\n", -1);
    assertTrue(lines[0].startsWith("ballast: ") && lines[0].contains(why), ran::err);
    assertTrue(
        lines.length == 2 || (lines.length == 3 && lines[1].endsWith(" --help' tells more")),
        ran::err);
    assertFalse(ran.err().contains("\u001b"), ran::err);
    assertEquals(there, found());
  }
}
