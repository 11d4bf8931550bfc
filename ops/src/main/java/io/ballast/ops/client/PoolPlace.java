package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.ops.config.Similar;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the host whose agent is to work on a pool. */
final class PoolPlace {
  private PoolPlace() {}

  /** The pools of all hosts, by host and name. */
  static Stream<Here> all(Fleet fleet) {
    return fleet.hosts().stream()
        .flatMap(
            host ->
                host.storage().stream()
                    .flatMap(beat -> beat.pools().stream())
                    .map(pool -> new Here(host, pool)));
  }

  /** A pool where it was last seen. */
  record Here(Fleet.Host host, StorageBeat.Pool pool) {
    HostId on() {
      return host.id();
    }
  }

  /** The host that is meant, or the only one with a pool of that name. */
  static HostId of(Fleet fleet, String pool, Optional<String> host) {
    if (host.isPresent()) {
      return new Directory(fleet).host(host.get());
    }
    List<HostId> hosts =
        all(fleet).filter(here -> here.pool().name().equals(pool)).map(Here::on).toList();
    if (hosts.size() > 1) {
      throw refused(
          "several hosts have a pool '%s'; name one with --host: %s"
              .formatted(
                  pool, hosts.stream().map(HostId::toString).collect(Collectors.joining(", "))));
    }
    if (hosts.isEmpty()) {
      List<String> names = all(fleet).map(here -> here.pool().name()).distinct().toList();
      throw refused(
          "no host has a pool '%s'%s ('ballast pool list' shows them); a new one is known with the"
                  .formatted(pool, Similar.hint(pool, names))
              + " next beat of its host, some 10 s later; --host NAME asks its agent at once");
    }
    return hosts.getFirst();
  }

  private static CommandFailure refused(String message) {
    return new CommandFailure(ExitCode.REFUSED, message);
  }
}
