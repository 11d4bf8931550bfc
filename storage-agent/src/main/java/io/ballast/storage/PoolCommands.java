package io.ballast.storage;

import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.storage.trade.PoolPolicy;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.Holds;
import io.ballast.storage.work.Preconditions;
import io.ballast.storage.work.VolumeWork;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What each command does to a pool. Lives on one loop. */
final class PoolCommands {
  private final HostId host;
  private final Volumes volumes;
  private final PoolPolicy policy;
  private final Holds holds;
  private final Consumer<String> untouched;
  private final Loop loop;

  /**
   * @param untouched fails as {@code BUSY} where work on a volume is under way
   */
  PoolCommands(
      HostId host,
      Volumes volumes,
      PoolPolicy policy,
      Holds holds,
      Consumer<String> untouched,
      Loop loop) {
    this.host = host;
    this.volumes = volumes;
    this.policy = policy;
    this.holds = holds;
    this.untouched = untouched;
    this.loop = loop;
  }

  /** Each can be repeated as it is. */
  Handling.Change handling(OperationId id, PoolOrder order) {
    Supplier<Future<Work>> check = () -> checked(id, order);
    return new Handling.Change(
        order.pool(), false, check, () -> tell -> check.get().compose(work -> work.run(tell)));
  }

  private Future<Work> checked(OperationId id, PoolOrder order) {
    return allowed(order)
        .map(
            checked ->
                new VolumeWork(
                    new VolumeWork.About(id, host, order.pool()),
                    told -> Task.telling(volumes.carryOut(order), () -> {}),
                    () -> {}));
  }

  private Future<Void> allowed(PoolOrder order) {
    return switch (order) {
      case PoolOrder.DefinePool define -> permitted(define);
      case PoolOrder.StartPool start -> Future.succeededFuture();
      case PoolOrder.RefreshPool refresh -> Future.succeededFuture();
      case PoolOrder.StopPool stop -> unused(stop.pool());
      case PoolOrder.ForgetPool forget -> Future.succeededFuture();
    };
  }

  private Future<Void> permitted(PoolOrder.DefinePool order) {
    try {
      Preconditions.newName(order.pool());
      policy.check(order.source());
      return Future.succeededFuture();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  /** Nothing is done with what lies in the pool; one that is not active is not used. */
  private Future<Void> unused(String pool) {
    return loop.here(volumes.stock(pool))
        .<Void>compose(
            stock -> {
              holds.idle(pool);
              stock.volumes().forEach(this::unused);
              return Future.succeededFuture();
            })
        .recover(PoolCommands::notActive);
  }

  private static Future<Void> notActive(Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.WRONG_STATE
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }

  private void unused(Volume volume) {
    if (volume.active()) {
      throw new RefusedException(
          Reason.IN_USE,
          "volume %s is used by %s; shut it down first".formatted(volume.id(), volume.usersText()));
    }
    untouched.accept(volume.id().toString());
    holds.free(volume.id());
  }
}
