package io.ballast.storage;

import io.ballast.agent.Latest;
import io.ballast.agent.tool.FileSystem;
import io.ballast.messages.Bytes;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmDisk;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which virtual machines in memory have disks that no other host reaches, as it was last seen. Asks
 * at most one question at a time, for each is a look at all volumes.
 */
final class LocalDisksSampler {
  /** From the end of one look to the next. */
  static final Duration EVERY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(LocalDisksSampler.class);

  private final Volumes volumes;
  private final InstantSource clock;
  private Latest<List<LocalDisks>> seen = Latest.nothing();
  private @Nullable Instant lookedAt;
  private boolean looking;

  LocalDisksSampler(Volumes volumes, InstantSource clock) {
    this.volumes = volumes;
    this.clock = clock;
  }

  /**
   * Sends off the question if it is due, and does not wait. What was known stays if there is no
   * answer.
   *
   * @param pools all that the host has
   */
  void sample(List<Pool> pools) {
    if (looking || !isDue(clock.instant())) {
      return;
    }
    looking = true;
    volumes
        .machines()
        .compose(machines -> local(machines, pools))
        .onComplete(
            answer -> {
              Instant now = clock.instant();
              looking = false;
              lookedAt = now;
              Latest<List<LocalDisks>> before = seen;
              seen =
                  answer.succeeded()
                      ? before.seen(answer.result(), now)
                      : before.missed(answer.cause());
              if (seen.failsAfter(before)) {
                LOG.warn("What is told of local disks grows old: {}", Latest.words(answer.cause()));
              }
            });
  }

  /** A clock that was set back must not keep them from being looked at. */
  private boolean isDue(Instant now) {
    return lookedAt == null || now.isBefore(lookedAt) || !now.isBefore(lookedAt.plus(EVERY));
  }

  /** What is known now, by the machines' ids. */
  List<LocalDisks> local() {
    return seen.value().orElse(List.of());
  }

  private Future<List<LocalDisks>> local(Map<VmId, VmDisks> machines, List<Pool> pools) {
    Map<VmId, List<VmDisk>> unshared = new TreeMap<>();
    Map<String, VolumeId> oneOf = new TreeMap<>();
    machines.forEach(
        (vm, machine) -> {
          List<VmDisk> disks =
              machine.with(pools).told().stream().filter(disk -> !disk.shared()).toList();
          unshared.put(vm, disks);
          disks.stream()
              .flatMap(disk -> disk.volume().stream())
              .forEach(volume -> oneOf.putIfAbsent(volume.id().pool(), volume.id()));
        });
    return shared(oneOf)
        .map(
            reached ->
                unshared.entrySet().stream()
                    .flatMap(entry -> local(entry.getKey(), entry.getValue(), reached).stream())
                    .limit(StorageBeat.MOST_LOCAL)
                    .toList());
  }

  /** The pools that lie on what other hosts mount, too; each is asked by one of its volumes. */
  private Future<Set<String>> shared(Map<String, VolumeId> oneOf) {
    Set<String> shared = new HashSet<>();
    Future<Void> all = Future.succeededFuture();
    for (VolumeId volume : oneOf.values()) {
      all =
          all.compose(before -> volumes.fileSystem(volume))
              .map(FileSystem::isLocal)
              .onSuccess(
                  local -> {
                    if (!local) {
                      shared.add(volume.pool());
                    }
                  })
              .mapEmpty();
    }
    return all.map(done -> shared);
  }

  private static Optional<LocalDisks> local(VmId vm, List<VmDisk> disks, Set<String> shared) {
    List<Volume> volumes = new ArrayList<>();
    boolean copyable = true;
    for (VmDisk disk : disks) {
      copyable &= disk.volume().isPresent();
      disk.volume().filter(volume -> !shared.contains(volume.id().pool())).ifPresent(volumes::add);
    }
    return copyable && volumes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new LocalDisks(
                vm,
                volumes.stream().map(Volume::allocated).reduce(Bytes.ZERO, Bytes::plus),
                volumes.stream().map(Volume::capacity).reduce(Bytes.ZERO, Bytes::plus),
                volumes.stream().map(volume -> volume.id().pool()).distinct().sorted().toList(),
                copyable));
  }
}
