package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.storage.trade.Devices;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A fake: disks and arrays that fare as they are told to; they can refuse, or hang. */
public final class FakeDevices implements Devices {
  private final Map<String, Health> known = new TreeMap<>();
  private final List<Runnable> hanging = new ArrayList<>();
  private @Nullable String refusal;
  private boolean hangs;
  private int disksAsked;

  /** Lets a disk or an array fare so, or replaces the one of that name. */
  public synchronized void put(
      Health.Kind kind, String name, Health.Verdict verdict, String reason) {
    Optional<String> model =
        kind == Health.Kind.DISK ? Optional.of("FAKE, serial " + name) : Optional.empty();
    known.put(
        kind + name, new Health(kind, Optional.of(name), model, verdict, reason, Instant.EPOCH));
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
  public void recover() {
    List<Runnable> now;
    synchronized (this) {
      refusal = null;
      hangs = false;
      now = List.copyOf(hanging);
      hanging.clear();
    }
    now.forEach(Runnable::run);
  }

  /** How often all disks were asked. */
  public synchronized int disksAsked() {
    return disksAsked;
  }

  @Override
  public synchronized Future<List<Health>> disks() {
    disksAsked++;
    return answer(() -> of(Health.Kind.DISK));
  }

  @Override
  public synchronized Future<List<Health>> arrays() {
    return answer(() -> of(Health.Kind.ARRAY));
  }

  private List<Health> of(Health.Kind kind) {
    return known.values().stream().filter(health -> health.kind() == kind).toList();
  }

  private Future<List<Health>> answer(Supplier<List<Health>> question) {
    if (!hangs) {
      return refusal == null
          ? Future.succeededFuture(question.get())
          : Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
    }
    Promise<List<Health>> later = Promise.promise();
    @Nullable Context caller = Vertx.currentContext();
    Runnable tell =
        () -> {
          synchronized (this) {
            later.tryComplete(question.get());
          }
        };
    hanging.add(caller == null ? tell : () -> caller.runOnContext(now -> tell.run()));
    return later.future();
  }

  @Override
  public void close() {}
}
