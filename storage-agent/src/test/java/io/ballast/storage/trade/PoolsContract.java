package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolOrder.ForgetPool;
import io.ballast.messages.PoolOrder.RefreshPool;
import io.ballast.messages.PoolOrder.StartPool;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VolumeId;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every storage does with pools. Each test has a pool of its own. */
public interface PoolsContract extends Proving {
  /** Something that a pool can be made of, a different one each time. */
  PoolSource source();

  private void change(PoolOrder order) {
    answer(volumes().carryOut(order));
  }

  private Reason refused(PoolOrder order) {
    return refusal(volumes().carryOut(order));
  }

  private Optional<Pool> seen(String pool) {
    return answer(volumes().pools()).stream().filter(it -> it.name().equals(pool)).findFirst();
  }

  private static String name() {
    return "pool-" + UUID.randomUUID();
  }

  @Test
  default void aPoolIsMadeStoppedStartedAndForgotten() {
    DefinePool order = new DefinePool(name(), source());

    change(order);
    change(order);
    VolumeId disk = new VolumeId(order.pool(), "disk");
    answer(done(Proving.order(disk, best(), 4)));
    assertTrue(found(disk).isPresent());
    change(new RefreshPool(order.pool()));

    assertEquals(Reason.WRONG_STATE, refused(new ForgetPool(order.pool())));
    change(new StopPool(order.pool()));
    change(new StopPool(order.pool()));
    assertEquals(Optional.of(false), seen(order.pool()).map(Pool::active));
    assertNotEquals(
        Optional.of(true), seen(order.pool()).flatMap(Pool::autostart), "nobody misses it");
    assertEquals(Reason.WRONG_STATE, refusal(volumes().stock(order.pool())));

    change(new StartPool(order.pool()));
    change(new StartPool(order.pool()));
    assertTrue(found(disk).isPresent());

    change(new StopPool(order.pool()));
    change(new ForgetPool(order.pool()));
    change(new ForgetPool(order.pool()));
    assertEquals(Optional.empty(), seen(order.pool()));

    change(order);
    assertTrue(found(disk).isPresent(), "what lies in a pool that is forgotten stays");
  }

  @Test
  default void aNameOfAPoolIsNeverTakenFromWhatBearsIt() {
    DefinePool order = new DefinePool(name(), source());
    change(order);

    assertEquals(Reason.NAME_TAKEN, refused(new DefinePool(order.pool(), source())));

    assertEquals(Optional.of(true), seen(order.pool()).map(Pool::active));
  }

  @Test
  default void noTwoPoolsAreMadeOfOneThing() {
    DefinePool order = new DefinePool(name(), source());
    change(order);

    assertEquals(Reason.NAME_TAKEN, refused(new DefinePool(name(), order.source())));

    assertEquals(Optional.of(true), seen(order.pool()).map(Pool::active));
  }

  @Test
  default void aPoolThatIsNotThereCantBeStartedOrStopped() {
    assertEquals(Reason.UNKNOWN_POOL, refused(new StartPool(name())));
    assertEquals(Reason.UNKNOWN_POOL, refused(new RefreshPool(name())));
    assertEquals(Reason.UNKNOWN_POOL, refused(new StopPool(name())));
  }
}
