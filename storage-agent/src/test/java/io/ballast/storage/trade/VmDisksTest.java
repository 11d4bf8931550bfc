package io.ballast.storage.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VmDisksTest {
  private static final List<Pool> POOLS =
      List.of(
          pool("images", "dir"), pool("nas", "netfs"), pool("vms", "rbd"), pool("vg0", "logical"));

  private static Pool pool(String name, String type) {
    return new Pool(name, type, true, Bytes.ofMiB(10), Bytes.ZERO, Bytes.ofMiB(10));
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/images/web1,     images/web1, true,  false",
    "/mnt/nas/web1,        nas/web1,    true,  true",
    "rbd:vms/web1,         vms/web1,    false, true",
    "volume:vms/web1,      vms/web1,    false, true",
    "rbd:other/web1,       ,            false, true",
    "nbd:,                 ,            false, true",
    "gluster:vol/web1,     ,            false, true",
    "/dev/vg0/web1,        vg0/web1,    false, false",
    "volume:vg0/web1,      vg0/web1,    false, false",
    "volume:images/web1,   ,            false, false",
    "volume:nas/web1,      ,            false, true",
    "volume:unknown/web1,  ,            false, false",
    "/dev/sdb,             ,            false, false",
    "/elsewhere/odd:name,  ,            false, false",
    "nothing,              ,            false, false",
  })
  void aDiskIsToldWithItsVolumeAndWhetherOtherHostsReachIt(
      String source, String volume, boolean inFolder, boolean shared) {
    Optional<VolumeId> id = Optional.ofNullable(volume).map(VolumeId::of);
    List<Volume> volumes =
        id
            .map(
                it ->
                    new Volume(it, "raw", Bytes.ofMiB(1), Bytes.ZERO, Optional.empty(), List.of()))
            .stream()
            .toList();

    List<VmDisk> told =
        new VmDisks("web1", true, List.of(new VmDisks.Disk("vda", source, id)), POOLS, volumes)
            .told();

    assertEquals(
        List.of(
            new VmDisk("vda", source, volumes.stream().filter(it -> inFolder).findFirst(), shared)),
        told);
  }
}
