package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What storage does besides in which volumes build upon each other. */
public interface LayersContract extends VolumesContract {
  @Test
  default void aLinkedCloneBuildsUponItsSourceUntilItIsFlattened() {
    VolumeId base = written(best());
    VolumeId clone = copied(base, true);

    assertEquals(
        List.of(new Volume.User(Volume.User.Kind.VOLUME, clone.toString(), false)),
        found(base).orElseThrow().users());
    assertEquals(List.of(Optional.of(base)), chain(clone));
    assertEquals(7, read(clone, Bytes.ofMiB(3)));

    answer(done(new FlattenVolume(clone)));

    assertEquals(List.of(), found(base).orElseThrow().users());
    assertEquals(List.of(), chain(clone));
    answer(done(new DeleteVolume(base)));
    assertEquals(7, read(clone, Bytes.ofMiB(3)));
  }

  @Test
  default void aCloneOfNothingIsRefused() {
    CloneVolume order =
        new CloneVolume(fresh(), Optional.empty(), fresh(), true, Optional.empty(), false);

    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(order)));
    assertEquals(Optional.empty(), found(order.volume()));
  }
}
