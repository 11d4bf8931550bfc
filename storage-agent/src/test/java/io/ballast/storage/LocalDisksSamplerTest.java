package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.testing.FakeVolumes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is told of disks that no other host reaches, over a fake storage. */
final class LocalDisksSamplerTest {
  private static final VmId VM = new VmId(new UUID(0, 10));
  private static final VmId OTHER = new VmId(new UUID(0, 11));
  private static final VolumeId ROOT = new VolumeId("images", "web1");
  private static final VolumeId DATA = new VolumeId("data", "web1");
  private static final VolumeId CEPH = new VolumeId("vms", "web1");
  private static final VolumeId MOUNTED = new VolumeId("nas", "web1");
  private static final VolumeId FAR = new VolumeId("far", "web1");
  private static final VolumeId NOWHERE = new VolumeId("attic", "web1");

  private final FakeVolumes volumes = new FakeVolumes();
  private Instant now = Instant.parse("2030-01-31T12:00:00Z");
  private final LocalDisksSampler sampler = new LocalDisksSampler(volumes, () -> now);

  LocalDisksSamplerTest() {
    volumes.pool("images", "dir", Bytes.ofMiB(100));
    volumes.pool("data", "dir", Bytes.ofMiB(100));
    volumes.pool("vms", "rbd", Bytes.ofMiB(100));
    volumes.pool("nas", "netfs", Bytes.ofMiB(100));
    volumes.place("far", "/net/far");
    volumes.pool("far", "dir", Bytes.ofMiB(100));
    Stream.of(ROOT, DATA, CEPH, MOUNTED, FAR)
        .forEach(
            id ->
                volumes.put(
                    new Volume(
                        id, "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of())));
  }

  private List<LocalDisks> told() {
    List<Pool> pools = volumes.pools().result();
    sampler.sample(pools);
    return sampler.local();
  }

  private static LocalDisks disks(VmId vm, int many, List<String> pools, boolean copyable) {
    return new LocalDisks(vm, Bytes.ofMiB(many), Bytes.ofMiB(8L * many), pools, copyable);
  }

  @Test
  void onlyThoseAreToldThatNoOtherHostReaches() {
    volumes.machine(VM.toString(), true, ROOT, CEPH, DATA, MOUNTED, FAR);
    volumes.machine(OTHER.toString(), true, CEPH, MOUNTED, FAR);

    assertEquals(List.of(disks(VM, 2, List.of("data", "images"), true)), told());
  }

  @Test
  void oneThatLiesInNoPoolCantBeCopied() {
    volumes.machine(VM.toString(), true, ROOT, NOWHERE);

    assertEquals(List.of(disks(VM, 1, List.of("images"), false)), told());
  }

  @Test
  void aMachineThatIsOffHasNone() {
    volumes.machine(VM.toString(), false, ROOT);

    assertEquals(List.of(), told());
  }

  @Test
  void theyAreLookedAtOnceAMinuteAndKeptWhileThereIsNoAnswer() {
    volumes.machine(VM.toString(), true, ROOT);
    List<LocalDisks> first = told();
    volumes.machine(OTHER.toString(), true, DATA);
    now = now.plus(LocalDisksSampler.EVERY).minusMillis(1);
    assertEquals(first, told());

    List<Pool> pools = volumes.pools().result();
    volumes.refuse("libvirt is away");
    now = now.plusMillis(1);
    sampler.sample(pools);
    assertEquals(first, sampler.local());

    volumes.recover();
    assertEquals(first, told(), "it waits a minute again");
    now = now.plus(LocalDisksSampler.EVERY);
    assertEquals(2, told().size());
  }

  @Test
  void aLookThatHangsIsNotFollowedByAnother() {
    volumes.machine(VM.toString(), true, ROOT);
    List<Pool> pools = volumes.pools().result();
    volumes.hang();
    sampler.sample(pools);
    now = now.plus(Duration.ofHours(1));
    sampler.sample(pools);
    assertEquals(List.of(), sampler.local());

    volumes.recover();
    assertEquals(1, sampler.local().size());
    volumes.machine(OTHER.toString(), true, DATA);
    assertEquals(1, told().size(), "the answer counts, not the question");
  }
}
