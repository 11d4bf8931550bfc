package io.ballast.storage.testing;

import io.ballast.agent.tool.FileSystem;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
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
import io.ballast.storage.trade.VmDisks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The pools of a fake storage, and their room. */
final class PoolBook {
  /** The size of a pool that is made by an order. */
  private static final Bytes NEW_POOL = Bytes.ofMiB(100);

  private final Map<String, Pool> pools = new TreeMap<>();
  private final Map<String, PoolSource> sources = new TreeMap<>();
  private final Map<String, String> places = new TreeMap<>();

  List<Pool> all() {
    return List.copyOf(pools.values());
  }

  /** Has an active pool of a directory under a name. */
  void put(String name, Bytes capacity, Bytes used) {
    put(name, "dir", capacity, used);
  }

  /** Has an active pool of a kind under a name. */
  void put(String name, String type, Bytes capacity, Bytes used) {
    pools.put(name, new Pool(name, type, true, capacity, used, capacity.minusOrZero(used)));
  }

  /** Has a pool under a name that is not active. */
  void putInactive(String name) {
    pools.put(name, new Pool(name, "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO));
  }

  /** Has a pool under a name that should be active and is not. */
  void putFailed(String name) {
    pools.put(
        name, new Pool(name, "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, Optional.of(true)));
  }

  /** Has a pool lie in another folder than {@code /srv/NAME}. */
  void place(String name, String folder) {
    places.put(name, folder);
  }

  /** Where a volume lies, or would; absent where its pool is no folder. */
  Optional<String> path(VolumeId volume) {
    return Optional.ofNullable(pools.get(volume.pool()))
        .filter(VmDisks::isFolder)
        .map(pool -> places.getOrDefault(pool.name(), "/srv/" + pool.name()) + "/" + volume.name());
  }

  /** A server's where the pool's place begins with {@code /net/}. */
  FileSystem fileSystem(VolumeId volume) {
    return new FileSystem(source(volume).startsWith("/net/") ? "nfs4" : "ext4");
  }

  /** What a disk lies on, in the words of libvirt. */
  String source(VolumeId volume) {
    Optional<String> kind = Optional.ofNullable(pools.get(volume.pool())).map(Pool::type);
    return path(volume)
        .or(() -> kind.map(type -> type.equals("logical") ? "/dev/" + volume : type + ":" + volume))
        .orElse("/none/" + volume);
  }

  void remove(String name) {
    pools.remove(name);
  }

  private Pool known(String name) {
    Pool pool = pools.get(name);
    if (pool == null) {
      throw new RefusedException(Reason.UNKNOWN_POOL, "this host has no pool '" + name + "'");
    }
    return pool;
  }

  /** One that is active and of such a type. */
  Pool ofType(String type, String name) {
    Pool pool = active(name);
    if (!pool.type().equals(type)) {
      throw new RefusedException(Reason.NOT_ALLOWED, "only pools of " + type + " do that");
    }
    return pool;
  }

  Pool active(String name) {
    Pool pool = known(name);
    if (!pool.active()) {
      throw new RefusedException(Reason.WRONG_STATE, "pool '" + name + "' is not active");
    }
    return pool;
  }

  void take(String name, Bytes amount) {
    Pool pool = active(name);
    if (pool.available().compareTo(amount) < 0) {
      throw new RefusedException(Reason.NO_ROOM, "the pool is full: " + name);
    }
    put(name, pool.type(), pool.capacity(), pool.used().plus(amount));
  }

  void giveBack(String name, Bytes amount) {
    Pool pool = active(name);
    put(name, pool.type(), pool.capacity(), pool.used().minusOrZero(amount));
  }

  private static void unlike(DefinePool order, String other, PoolSource source) {
    if (!other.equals(order.pool()) && source.equals(order.source())) {
      throw new RefusedException(Reason.NAME_TAKEN, "pool '" + other + "' is made of that");
    }
  }

  void carryOut(PoolOrder order) {
    String name = order.pool();
    switch (order) {
      case DefinePool define -> {
        PoolSource there = sources.get(name);
        if (pools.containsKey(name) && !define.source().equals(there)) {
          throw new RefusedException(Reason.NAME_TAKEN, "pool '" + name + "' is there already");
        }
        sources.forEach((other, source) -> unlike(define, other, source));
        sources.put(name, define.source());
        put(name, NEW_POOL, Bytes.ZERO);
      }
      case StartPool start -> put(known(name).name(), NEW_POOL, Bytes.ZERO);
      case RefreshPool refresh -> active(name);
      case StopPool stop -> putInactive(known(name).name());
      case ForgetPool forget -> {
        if (pools.containsKey(name) && known(name).active()) {
          throw new RefusedException(Reason.WRONG_STATE, "pool '" + name + "' is active");
        }
        pools.remove(name);
        sources.remove(name);
      }
    }
  }
}
