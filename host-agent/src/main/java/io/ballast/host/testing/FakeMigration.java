package io.ballast.host.testing;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A fake migration: sends the guest's memory at the speed of the link or the order's bandwidth,
 * while the guest writes {@value #DIRTY_MIB_PER_CPU} MiB per second for each processor that it
 * wants, which must be sent again. It ends when the rest fits the pause that is allowed, so that a
 * guest that writes faster than the link sends never arrives, unless post-copy lets it. As with a
 * real one, the target shows the domain paused until it has arrived.
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
  private final boolean held;
  private final Ending ending;
  private final Consumer<Passage> seen;
  private final Promise<Outcome.Migration> end = Promise.promise();
  private double rate;
  private Duration pause;
  private boolean postCopyIsAsked;
  private boolean postCopy;
  private final Duration began;
  private Duration last;
  private double total;
  private double processed;
  private double remaining;
  private boolean aborted;

  FakeMigration(
      FakeHypervisor source,
      FakeHypervisor target,
      Journey journey,
      Ending ending,
      Consumer<Passage> seen) {
    this.source = source;
    this.target = target;
    this.order = journey.order();
    this.held = journey.held();
    this.ending = ending;
    this.seen = seen;
    this.rate = order.bandwidth().orElse(source.world().linkSpeed()).value();
    this.pause = order.maxDowntime();
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
    /** It reports an error, and the guest runs on both hosts unless it is held. */
    DOUBLES,
    /** It reports an error, and no host knows the guest any more. */
    LOSES,
    /** It stops half-way and never says anything again; the guest is where it was. */
    FALLS_SILENT
  }

  void begin() {
    FakeDomain guest = source.host().known(order.vm());
    if (order.rests()) {
      rest(guest);
      return;
    }
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

  /** One that does not run goes at once, and what its disks hold is not of this fake. */
  private void rest(FakeDomain guest) {
    if (guest.state().active()) {
      throw error("domain is active");
    }
    FakeDomain copy = guest.copy();
    copy.enter(VmState.SHUT_OFF);
    target.host().domains().put(order.vm(), copy);
    source.host().domains().remove(order.vm());
    finish(() -> end.tryComplete(new Outcome.Migration(STEP, Duration.ZERO, Bytes.ZERO, 0)));
  }

  Future<Outcome.Migration> end() {
    return end.future();
  }

  void abort() {
    if (postCopy) {
      throw new RefusedException(Reason.WRONG_STATE, "it can't be aborted in post-copy");
    }
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
      if (guest == null
          || guest.state() != (postCopy ? VmState.PAUSED : VmState.RUNNING)
          || !target.answers()) {
        fail("the migration's connection broke");
      } else if (aborted) {
        fail("the migration was aborted");
      } else {
        switchIfAsked(guest);
        send(guest);
        if (ending == Ending.BREAKS && remaining < total / 2) {
          fail("the migration broke");
        } else if (ending == Ending.FALLS_SILENT && remaining < total / 2) {
          target.host().domains().remove(order.vm());
        } else if (remaining <= (postCopy ? 0 : rate * pause.toNanos() / 1e9)) {
          arrive(guest);
        } else {
          Passage now = told(guest);
          source.world().loop().run(() -> seen.accept(now));
          source.world().loop().after(STEP, this::step);
        }
      }
    }
  }

  private void send(FakeDomain guest) {
    Duration now = source.world().loop().now();
    double seconds = now.minus(last).toNanos() / 1e9;
    last = now;
    remaining = Math.min(total, remaining + dirtyRate(guest) * seconds);
    send(Math.min(rate * seconds, remaining));
  }

  private void send(double sent) {
    processed += sent;
    remaining -= sent;
    source.host().send(Math.round(sent));
    target.host().receive(Math.round(sent));
  }

  private void arrive(FakeDomain guest) {
    send(remaining);
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
        runUnlessHeld(copy);
        finish(() -> end.tryFail(error("client socket is closed")));
      }
      case DOUBLES -> {
        runUnlessHeld(copy);
        finish(() -> end.tryFail(error("client socket is closed")));
      }
      case LOSES -> {
        source.host().domains().remove(order.vm());
        fail("domain is not running");
      }
    }
  }

  /** One that is held stands still after an error, for nobody has let it run. */
  private void runUnlessHeld(FakeDomain copy) {
    if (!held) {
      copy.enter(VmState.RUNNING);
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

  /** None of a guest that stands still here, for it runs at its target. */
  private static double dirtyRate(FakeDomain guest) {
    return guest.state() == VmState.PAUSED ? 0 : guest.demand() * DIRTY_MIB_PER_CPU * MIB;
  }

  private Outcome.Migration measures(FakeDomain guest) {
    return new Outcome.Migration(
        last.minus(began),
        REST.plusMillis(Math.round(guest.demand() * 50)),
        new Bytes(Math.round(processed)),
        iteration());
  }

  void steer(Steering how) {
    switch (how) {
      case Steering.Pause other -> pause = other.most();
      case Steering.Bandwidth other -> rate = other.most().value();
      case Steering.PostCopy once -> {
        if (!order.usable().postCopy()) {
          throw new RefusedException(Reason.WRONG_STATE, "it began without leave for post-copy");
        }
        postCopyIsAsked = true;
      }
    }
  }

  /** What was asked for is done a moment later. */
  private void switchIfAsked(FakeDomain guest) {
    if (postCopyIsAsked && !postCopy) {
      postCopy = true;
      guest.enter(VmState.PAUSED);
      target.host().known(order.vm()).enter(VmState.RUNNING);
    }
  }

  Passage told() {
    return told(source.host().known(order.vm()));
  }

  private Passage told(FakeDomain guest) {
    return new Passage(progress(guest), needed(), pause, 0, postCopy);
  }

  /** As with QEMU, of which it is nothing but what is allowed until the first pass has ended. */
  private Duration needed() {
    return iteration() > 1 ? Duration.ofMillis(Math.round(remaining / rate * 1e3)) : pause;
  }

  private MigrationProgress progress(FakeDomain guest) {
    return new MigrationProgress(
        last.minus(began),
        new Bytes(Math.round(total)),
        new Bytes(Math.round(processed)),
        new Bytes(Math.round(remaining)),
        new Bytes(Math.round(rate)),
        new Bytes(Math.round(dirtyRate(guest))),
        iteration(),
        Optional.empty());
  }

  private int iteration() {
    return 1 + (int) (processed / total);
  }

  private static RefusedException error(String words) {
    return new RefusedException(Reason.HYPERVISOR_REFUSED, words);
  }
}
