package io.ballast.host.testing;

import io.ballast.host.meter.HostMeter;
import io.vertx.core.Future;
import java.util.Locale;

/** A fake: reads the load that a fake host's domains make. */
final class FakeMeter implements HostMeter {
  private final FakeWorld world;
  private final FakeHost host;

  FakeMeter(FakeWorld world, FakeHost host) {
    this.world = world;
    this.host = host;
  }

  @Override
  public Future<Reading> read() {
    synchronized (world) {
      world.advance();
      return Future.succeededFuture(host.reading());
    }
  }

  @Override
  public Future<String> describe() {
    return Future.succeededFuture(
        String.format(Locale.ROOT, "simulated: %.1f processors, %s", host.cpus(), host.memory()));
  }
}
