package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.order;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every kind of storage does. Each test has volumes of its own in one pool. */
public interface VolumesContract extends CopiesContract {
  @Test
  default void aNewDiskIsThereInItsSizeAndForm() {
    for (Format format : formats()) {
      VolumeId id = created(format, 8);

      Volume volume = found(id).orElseThrow();

      assertEquals(format.word(), volume.format());
      assertEquals(Bytes.ofMiB(8), volume.capacity());
      assertEquals(isThin(), volume.allocated().compareTo(Bytes.ofMiB(1)) < 0, volume::toString);
      assertEquals(List.of(), volume.users());
      assertEquals(Optional.empty(), volume.backing());
    }
  }

  @Test
  default void aNameIsNeverTakenFromWhatBearsIt() {
    VolumeId id = created(Format.RAW, 4);

    assertEquals(Reason.NAME_TAKEN, refusal(done(order(id, best(), 8))));

    assertEquals(Bytes.ofMiB(4), found(id).orElseThrow().capacity());
    assertEquals("raw", found(id).orElseThrow().format());
  }

  @Test
  default void ofTwoThatMakeOneNameAtOnceOneSucceeds() {
    VolumeId id = fresh();

    Future<String> one = done(order(id, best(), 4));
    Future<String> other = done(order(id, best(), 4));
    answer(Future.join(one, other).otherwiseEmpty());

    assertTrue(one.succeeded() != other.succeeded(), one + " and " + other);
    assertEquals(Reason.NAME_TAKEN, refusal(one.succeeded() ? other : one));
    assertTrue(found(id).isPresent());
  }

  @Test
  default void whatIsDeletedIsGoneAndGoneAgain() {
    VolumeId id = created(best(), 4);

    answer(done(new DeleteVolume(id)));
    answer(done(new DeleteVolume(id)));

    assertEquals(Optional.empty(), found(id));
  }

  @Test
  default void aDiskGrowsAndShrinksToWhatIsWritten() {
    for (Format format : formats()) {
      VolumeId id = created(format, 8);
      write(id, Bytes.ofMiB(3));

      answer(done(new ResizeVolume(id, Bytes.ofMiB(16), true)));
      assertEquals(Bytes.ofMiB(16), found(id).orElseThrow().capacity());
      assertEquals(Reason.WRONG_STATE, refusal(done(new ResizeVolume(id, Bytes.ofMiB(2), true))));
      assertEquals(Bytes.ofMiB(16), found(id).orElseThrow().capacity());
      answer(done(new ResizeVolume(id, Bytes.ofMiB(5), true)));
      assertEquals(Bytes.ofMiB(5), found(id).orElseThrow().capacity());
    }
  }

  @Test
  default void whatIsNotThereCantBeResized() {
    assertEquals(
        Reason.UNKNOWN_VOLUME, refusal(done(new ResizeVolume(fresh(), Bytes.ofMiB(2), true))));
  }

  @Test
  default void aPoolThatIsNotThereIsRefused() {
    VolumeId elsewhere = new VolumeId("no-such-pool", "disk");

    assertEquals(Reason.UNKNOWN_POOL, refusal(volumes().stock("no-such-pool")));
    assertEquals(Reason.UNKNOWN_POOL, refusal(volumes().find(elsewhere)));
    assertEquals(Reason.UNKNOWN_POOL, refusal(done(order(elsewhere, Format.RAW, 1))));
    assertEquals(Reason.UNKNOWN_POOL, refusal(done(new DeleteVolume(elsewhere))));
  }

  @Test
  default void aPoolListsWhatLiesInIt() {
    VolumeId id = created(best(), 4);

    Volumes.Stock stock = answer(volumes().stock(pool()));

    assertEquals(pool(), stock.pool().name());
    assertTrue(stock.volumes().contains(found(id).orElseThrow()), stock::toString);
  }
}
