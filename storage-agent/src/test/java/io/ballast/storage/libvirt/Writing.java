package io.ballast.storage.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.testing.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What disks hold, proved by guests in the host of a lab. A guest numbers the blocks that it writes
 * to its first two disks, and says at each start which of them its disks hold.
 */
interface Writing {
  /** How long a guest may take to say something. */
  Duration LONG = Duration.ofMinutes(1);

  Lab lab();

  /** A folder for descriptions of guests. */
  Path descriptions();

  /** A guest with a disk, and what else {@code ops/lab/guest/domain} is told; it runs. */
  default Lab.Guest started(String disk, String... more) throws IOException {
    Lab.Guest guest = defined(disk, more);
    lab().virsh(1, "start", guest.name());
    return guest;
  }

  /** As {@link #started}, but off. */
  default Lab.Guest defined(String disk, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of("--disk", disk));
    options.addAll(List.of(more));
    Lab.Guest guest = lab().guest(options.toArray(String[]::new));
    Path xml = Files.writeString(descriptions().resolve(guest.name() + ".xml"), guest.xml());
    lab().virsh(1, "define", xml.toString());
    return guest;
  }

  /** Waits until libvirt reaches the agent in a guest. */
  default void awaitAgent(Lab.Guest guest) {
    String connected = "org.qemu.guest_agent.0' state='connected'";
    await().atMost(LONG).until(() -> lab().virsh(1, "dumpxml", guest.name()).contains(connected));
  }

  /** Cuts the power of a guest. */
  default void cut(Lab.Guest guest) {
    lab().virsh(1, "destroy", guest.name());
  }

  /** Starts a guest that is off; how many blocks its disk holds, all of them whole. */
  default long found(Lab.Guest guest) {
    return found(guest, "kept");
  }

  /** As {@link #found}, of a guest with two disks. */
  default Both foundOnBoth(Lab.Guest guest) {
    long second = found(guest, "mirrored"); // which is told behind the other
    return new Both(guest.told("kept").getLast(), second);
  }

  private long found(Lab.Guest guest, String word) {
    int before = guest.told(word).size();
    lab().virsh(1, "start", guest.name());
    await()
        .atMost(LONG)
        .until(() -> guest.told(word).size() > before || !guest.told("damaged").isEmpty());
    assertEquals(List.of(), guest.told("damaged"));
    cut(guest);
    return guest.told(word).getLast();
  }

  /** How many blocks the two disks of a guest hold. */
  record Both(long first, long second) {}

  /** How many blocks a guest has told that it wrote. */
  static long written(Lab.Guest guest) {
    return guest.told("wrote").getLast();
  }

  /** The last block may be on the disk before the guest could say so. */
  static void assertAllKept(long written, long kept) {
    assertTrue(kept == written || kept == written + 1, kept + " of " + written);
  }
}
