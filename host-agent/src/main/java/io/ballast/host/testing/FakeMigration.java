package io.ballast.host.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A fake migration: sends the guest's memory at the speed of the link or the order's bandwidth,
 * while the guest writes {@value #DIRTY_MIB_PER_CPU} MiB per second for each processor that it
 * wants, which must be sent again; a guest that writes faster than the link sends never arrives. As
 * with a real one, the target shows the domain paused until it has arrived.
 */
public final class FakeMigration {
  /** MiB that a guest writes per second for each processor that it wants. */
  public static final double DIRTY_MIB_PER_CPU = 8;

  private static final Duration STEP = Duration.ofMillis(250);
  private static final Duration REST = Duration.ofMillis(20);
  private static final double MIB = 1024 * 1024;

  private final FakeHypervisor source;
  private final FakeHypervisor target;
  private final Migrate order;
  private final Ending ending;
  private final Consumer<MigrationProgress> progress;
  private final Promise<Outcome.Migration> end = Promise.promise();
  private final double rate;
  private final Duration began;
  private Duration last;
  private double total;
  private double processed;
  private double remaining;
  private boolean aborted;

  FakeMigration(
      FakeHypervisor source,
      FakeHypervisor target,
      Migrate order,
      Ending ending,
      Consumer<MigrationProgress> progress) {
    this.source = source;
    this.target = target;
    this.order = order;
    this.ending = ending;
    this.progress = progress;
    this.rate = order.bandwidth().orElse(source.world().linkSpeed()).value();
    this.began = source.world().loop().now();
    this.last = began;
  }

  /** How a migration may end. */
  public enum Ending {
    /** It is done. */
    ARRIVES,
    /** It breaks half-way: an error, and the guest is where it was. */
    BREAKS,
    /** It is done, but reports an error. */
    ARRIVES_WITH_ERROR,
    /** It reports an error, and the guest runs on both hosts. */
    DOUBLES,
    /** It reports an error, and no host knows the guest any more. */
    LOSES,
    /** It stops half-way and never says anything again; the guest is where it was. */
    FALLS_SILENT
  }

  void begin() {
    FakeDomain guest = source.host().known(order.vm());
    if (guest.state() != VmState.RUNNING) {
      throw new RefusedException(Reason.WRONG_STATE, guest.name() + " is " + guest.state());
    }
    if (target.truth(order.vm()).filter(VmState::active).isPresent()) {
      throw error("a domain with this UUID is active at the target already");
    }
    target.host().domains().put(order.vm(), guest.copy());
    total = guest.memory().value();
    remaining = total;
    source.world().loop().after(STEP, this::step);
  }

  Future<Outcome.Migration> end() {
    return end.future();
  }

  void abort() {
    aborted = true;
  }

  /** Lets its caller hear an error while it goes on. */
  void breakOff(Reason reason) {
    RefusedException broken = new RefusedException(reason, "the call broke off");
    source.world().loop().run(() -> end.tryFail(broken));
  }

  private void step() {
    synchronized (source.world()) {
      source.world().advance();
      FakeDomain guest = source.host().domains().get(order.vm());
      if (guest == null || guest.state() != VmState.RUNNING || !target.answers()) {
        fail("the migration's connection broke");
      } else if (aborted) {
        fail("the migration was aborted");
      } else {
        send(guest);
        if (ending == Ending.BREAKS && remaining < total / 2) {
          fail("the migration broke");
        } else if (ending == Ending.FALLS_SILENT && remaining < total / 2) {
          target.host().domains().remove(order.vm());
        } else if (remaining <= 0) {
          arrive(guest);
        } else {
          MigrationProgress now = told(guest);
          source.world().loop().run(() -> progress.accept(now));
          source.world().loop().after(STEP, this::step);
        }
      }
    }
  }

  private void send(FakeDomain guest) {
    Duration now = source.world().loop().now();
    double seconds = now.minus(last).toNanos() / 1e9;
    last = now;
    double toSend = remaining + dirtyRate(guest) * seconds;
    double sent = Math.min(rate * seconds, toSend);
    processed += sent;
    remaining = toSend - sent;
    source.host().send(Math.round(sent));
    target.host().receive(Math.round(sent));
  }

  private void arrive(FakeDomain guest) {
    FakeDomain copy = target.host().known(order.vm());
    switch (ending) {
      case ARRIVES, BREAKS, FALLS_SILENT -> {
        source.host().domains().remove(order.vm());
        copy.enter(VmState.RUNNING);
        Outcome.Migration measures = measures(guest);
        finish(() -> end.tryComplete(measures));
      }
      case ARRIVES_WITH_ERROR -> {
        source.host().domains().remove(order.vm());
        copy.enter(VmState.RUNNING);
        finish(() -> end.tryFail(error("client socket is closed")));
      }
      case DOUBLES -> {
        copy.enter(VmState.RUNNING);
        finish(() -> end.tryFail(error("client socket is closed")));
      }
      case LOSES -> {
        source.host().domains().remove(order.vm());
        fail("domain is not running");
      }
    }
  }

  private void fail(String words) {
    target.host().domains().remove(order.vm());
    finish(() -> end.tryFail(error(words)));
  }

  private void finish(Runnable told) {
    source.left(order.vm());
    source.world().loop().run(told);
  }

  private static double dirtyRate(FakeDomain guest) {
    return guest.demand() * DIRTY_MIB_PER_CPU * MIB;
  }

  private Outcome.Migration measures(FakeDomain guest) {
    return new Outcome.Migration(
        last.minus(began),
        REST.plusMillis(Math.round(guest.demand() * 50)),
        new Bytes(Math.round(processed)),
        iteration());
  }

  MigrationProgress told() {
    return told(source.host().known(order.vm()));
  }

  private MigrationProgress told(FakeDomain guest) {
    return new MigrationProgress(
        last.minus(began),
        new Bytes(Math.round(total)),
        new Bytes(Math.round(processed)),
        new Bytes(Math.round(remaining)),
        new Bytes(Math.round(rate)),
        new Bytes(Math.round(dirtyRate(guest))),
        iteration());
  }

  private int iteration() {
    return (int) (processed / total);
  }

  private static RefusedException error(String words) {
    return new RefusedException(Reason.HYPERVISOR_REFUSED, words);
  }
}
