package io.ballast.storage;

import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.CephContract;
import io.ballast.storage.trade.Volumes;
import java.util.List;

/** The fake does what every pool of Ceph does. */
final class FakeCephTest implements CephContract {
  private final FakeVolumes volumes = new FakeVolumes();

  FakeCephTest() {
    volumes.pool("images", "rbd", Bytes.ofMiB(100));
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "images";
  }

  @Override
  public List<Format> formats() {
    return List.of(Format.RAW);
  }

  @Override
  public void write(VolumeId id, Bytes at) {
    Volume volume = found(id).orElseThrow();
    volumes.put(
        new Volume(
            id,
            volume.format(),
            volume.capacity(),
            at.plus(new Bytes(512)),
            volume.backing(),
            volume.users()));
  }

  /** The fake has no bytes; where something was written it says how much is taken. */
  @Override
  public int read(VolumeId id, Bytes at) {
    Volume volume = found(id).orElseThrow();
    Bytes below =
        volume
            .backing()
            .flatMap(base -> found(VolumeId.of(base)))
            .map(Volume::allocated)
            .orElse(Bytes.ZERO);
    Bytes end = at.plus(new Bytes(512));
    boolean written = end.compareTo(volume.allocated()) <= 0 || end.compareTo(below) <= 0;
    return written && at.compareTo(Bytes.ofMiB(3)) >= 0 ? 7 : 0;
  }
}
