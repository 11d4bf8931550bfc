package io.ballast.storage.health;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.storage.trade.Devices;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The disks and arrays of a Linux host: smartctl asks the disks, one after the other, and the
 * kernel tells of its arrays.
 *
 * <p>A disk that hangs costs its own answer: it is waited for no longer than smartctl may run. What
 * was not asked within five minutes is not asked in this round.
 */
public final class LinuxDevices implements Devices {
  /** The program that asks disks, unless said otherwise. */
  public static final String DEFAULT_TOOL = "smartctl";

  /** Longer than smartctl may run: one that can't even be killed is waited for no longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final Duration SWEEP = Duration.ofMinutes(5);
  private static final int LONGEST_MDSTAT = 1 << 20;

  private final Vertx vertx;
  private final Path mdstat;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor timer;
  private final Runner runner;
  private final Smartctl smartctl;

  /**
   * @param proc where the kernel tells of itself, usually {@code /proc}
   * @param tool the program that asks disks, usually {@link #DEFAULT_TOOL}
   */
  public LinuxDevices(Vertx vertx, Path proc, String tool, Clock clock) {
    this.vertx = vertx;
    this.mdstat = proc.resolve("mdstat");
    this.clock = clock;
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("device deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    runner = new Runner(new Runner.Limits(2, 8), timer);
    smartctl = new Smartctl(runner, tool);
  }

  @Override
  public Future<List<Health>> disks() {
    Instant end = clock.instant().plus(SWEEP);
    return onContext(
        patient(smartctl.scan(), "smartctl did not list the disks")
            .compose(disks -> asked(disks, end)));
  }

  /** Asks one disk after the other. */
  private Future<List<Health>> asked(List<Smartctl.Disk> disks, Instant end) {
    Future<List<Health>> told = Future.succeededFuture(new ArrayList<>());
    for (Smartctl.Disk disk : disks.subList(0, Math.min(MOST, disks.size()))) {
      told = told.compose(before -> ask(disk, end).map(health -> with(before, health)));
    }
    return told.map(known -> rounded(known, disks.size()));
  }

  private Future<Health> ask(Smartctl.Disk disk, Instant end) {
    Instant now = clock.instant();
    if (now.isAfter(end)) {
      return Future.succeededFuture(
          Finding.unknown(disk.name(), "it was not asked, for other disks took too long").at(now));
    }
    return patient(smartctl.ask(disk), disk.name() + " did not answer")
        .otherwise(failure -> Finding.unknown(disk.name(), String.valueOf(failure.getMessage())))
        .map(finding -> finding.at(clock.instant()));
  }

  private static List<Health> with(List<Health> known, Health next) {
    known.add(next);
    return known;
  }

  /** What is said of all of them besides. */
  private List<Health> rounded(List<Health> known, int found) {
    if (found == 0) {
      String none = "smartctl finds no disk that it could ask on this host";
      known.add(Finding.unknown(Kind.DISK, none).at(clock.instant()));
    } else if (found > MOST) {
      String rest = "%d more disks are not asked".formatted(found - MOST);
      known.add(Finding.unknown(Kind.DISK, rest).at(clock.instant()));
    }
    return List.copyOf(known);
  }

  @Override
  public Future<List<Health>> arrays() {
    return vertx.executeBlocking(this::mdstat, false).map(this::arrays);
  }

  private List<Health> arrays(String text) {
    return Mdstat.read(text).stream()
        .limit(MOST)
        .map(finding -> finding.at(clock.instant()))
        .toList();
  }

  private String mdstat() {
    try (InputStream file = Files.newInputStream(mdstat)) {
      return new String(file.readNBytes(LONGEST_MDSTAT), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new RefusedException(
          Reason.TRADE_REFUSED, "%s can't be read: %s".formatted(mdstat, e.getMessage()));
    }
  }

  /** An answer that is waited for no longer than one waits. */
  private <T> Future<T> patient(Future<T> answer, String late) {
    Promise<T> told = Promise.promise();
    var limit =
        timer.schedule(
            () -> told.tryFail(new RefusedException(Reason.TRADE_REFUSED, late(late))),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
    answer.onComplete(
        end -> {
          limit.cancel(false);
          if (end.succeeded()) {
            told.tryComplete(end.result());
          } else {
            told.tryFail(end.cause());
          }
        });
    return told.future();
  }

  private static String late(String what) {
    return "%s within %d s; look whether a disk hangs".formatted(what, PATIENCE.toSeconds());
  }

  private <T> Future<T> onContext(Future<T> future) {
    Context context = vertx.getOrCreateContext();
    Promise<T> told = Promise.promise();
    future.onComplete(end -> context.runOnContext(now -> told.handle(end)));
    return told.future();
  }

  @Override
  public void close() {
    runner.close();
    timer.shutdown();
  }
}
