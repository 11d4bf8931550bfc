package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.Volumes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fake: pools in memory, which can be filled, refuse to be listed, or hang. */
public final class FakeVolumes implements Volumes {
  private final Map<String, Pool> pools = new TreeMap<>();
  private final List<Runnable> hanging = new ArrayList<>();
  private @Nullable String refusal;
  private boolean hangs;

  /** Makes an active pool of a directory, or replaces the one of that name. */
  public synchronized void pool(String name, Bytes capacity, Bytes used) {
    pools.put(name, new Pool(name, "dir", true, capacity, used, capacity.minusOrZero(used)));
  }

  /** Makes a pool that is defined and not active. */
  public synchronized void inactivePool(String name) {
    pools.put(name, new Pool(name, "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO));
  }

  /** Refuses every question from now on. */
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Leaves every question unanswered from now on. */
  public synchronized void hang() {
    hangs = true;
  }

  /** Answers again, also what was asked while it hung. */
  public synchronized void recover() {
    refusal = null;
    hangs = false;
    hanging.forEach(Runnable::run);
    hanging.clear();
  }

  @Override
  public synchronized Future<List<Pool>> pools() {
    if (hangs) {
      Promise<List<Pool>> question = Promise.promise();
      Context asker = Vertx.currentContext();
      List<Pool> answer = List.copyOf(pools.values());
      hanging.add(
          () -> {
            if (asker == null) {
              question.complete(answer);
            } else {
              asker.runOnContext(now -> question.complete(answer));
            }
          });
      return question.future();
    }
    return refusal == null
        ? Future.succeededFuture(List.copyOf(pools.values()))
        : Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
  }

  @Override
  public void close() {
    recover();
  }
}
