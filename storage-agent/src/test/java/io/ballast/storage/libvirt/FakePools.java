package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A fake: pools that are folders, of which some can't be read, some are gone or off, and at some
 * the connection breaks.
 */
final class FakePools implements Pools {
  final Set<String> odd = new TreeSet<>();
  final Set<String> gone = new TreeSet<>();
  final Set<String> breaking = new TreeSet<>();
  final Set<String> off = new ConcurrentSkipListSet<>();

  /** The folders of pools; those of others are not there. */
  final Map<String, String> places = new ConcurrentHashMap<>();

  final List<PoolOrder> orders = new ArrayList<>();
  private final List<String> names;
  private boolean broken;

  FakePools(String... names) {
    this.names = List.of(names);
  }

  static Pool dir(String name) {
    return new Pool(name, "dir", true, Bytes.ofMiB(10), Bytes.ofMiB(4), Bytes.ofMiB(6));
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public Optional<Shelf> bare(String name) {
    broken |= breaking.contains(name);
    if (broken || odd.contains(name)) {
      throw new RefusedException(
          Reason.TRADE_REFUSED, broken ? "end of file" : "pool " + name + " can't be read");
    }
    return gone.contains(name) ? Optional.empty() : Optional.of(shelved(dir(name), name));
  }

  private Shelf shelved(Pool pool, String name) {
    boolean isOff = off.contains(name);
    return new Shelf(
        isOff ? new Pool(name, pool.type(), false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO) : pool,
        isOff ? "" : places.getOrDefault(name, "/none/" + name),
        Shelf.Access.USUAL,
        List.of());
  }

  @Override
  public Shelf shelf(String pool) {
    return bare(pool)
        .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_POOL, "no pool " + pool));
  }

  @Override
  public List<Tenant> tenants() {
    return List.of();
  }

  @Override
  public void carryOut(PoolOrder order) {
    orders.add(order);
    pool(order.pool());
  }

  @Override
  public Optional<RefusedException> lost() {
    return broken
        ? Optional.of(new RefusedException(Reason.TRADE_REFUSED, "libvirt closed the connection"))
        : Optional.empty();
  }

  @Override
  public void end() {}
}
