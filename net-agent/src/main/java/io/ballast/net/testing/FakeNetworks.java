package io.ballast.net.testing;

import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetworkForm;
import io.ballast.net.trade.Networks;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A fake: networks in memory, told of on another thread. */
public final class FakeNetworks implements Networks {
  private final Map<String, LibvirtNetwork> all = new TreeMap<>();

  /** Has a network of whatever kind. */
  public synchronized void put(LibvirtNetwork network) {
    all.put(network.name(), network);
  }

  @Override
  public synchronized Future<List<LibvirtNetwork>> list() {
    return Elsewhere.answer(Future.succeededFuture(List.copyOf(all.values())));
  }

  @Override
  public synchronized Future<Void> define(String name, NetworkForm form, boolean openVswitch) {
    put(
        new LibvirtNetwork(
            name,
            true,
            true,
            form.toString(),
            form instanceof NetworkForm.Bridged bridged
                ? Optional.of(bridged.bridge())
                : Optional.of("virbr0"),
            0,
            true));
    return Elsewhere.answer(Future.succeededFuture());
  }

  @Override
  public Future<Void> start(String name) {
    return active(name, true);
  }

  @Override
  public Future<Void> stop(String name) {
    return active(name, false);
  }

  private synchronized Future<Void> active(String name, boolean whether) {
    all.computeIfPresent(
        name,
        (same, it) ->
            new LibvirtNetwork(
                name, whether, whether, it.form(), it.bridge(), it.users(), it.ours()));
    return Elsewhere.answer(Future.succeededFuture());
  }

  @Override
  public synchronized Future<Void> forget(String name) {
    all.remove(name);
    return Elsewhere.answer(Future.succeededFuture());
  }
}
