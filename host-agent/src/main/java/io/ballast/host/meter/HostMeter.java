package io.ballast.host.meter;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Pressure;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads how busy the host is. */
public interface HostMeter {
  /**
   * Reads all counters once, without blocking the caller. Fails with an {@link java.io.IOException}
   * that says which source can't be read.
   */
  Future<Reading> read();

  /** One line for a person: what the host is. */
  Future<String> describe();

  /**
   * The host's counters at one moment.
   *
   * @param at the moment, by a clock that never jumps; only differences mean something
   * @param cpus processors that the host may use; 0.5 is half of one
   * @param cpuUsed processor time that was used since some fixed moment
   * @param averages load averages over 1, 5 and 15 minutes
   * @param pressure absent where the kernel does not tell
   * @param links counters of the network links without loopback, by name
   * @param hugePages memory that is not used and can be had only by guests backed by huge pages
   */
  record Reading(
      Duration at,
      double cpus,
      Duration cpuUsed,
      Bytes memory,
      Bytes memoryUsed,
      List<Double> averages,
      Optional<Pressure> pressure,
      Map<String, LinkCounters> links,
      Bytes hugePages) {
    public Reading {
      averages = List.copyOf(averages);
      links = Map.copyOf(links);
      if (averages.size() != 3) {
        throw new IllegalArgumentException("there are 3 load averages, not " + averages.size());
      }
    }
  }

  /** Bytes that went through a link since some fixed moment. */
  record LinkCounters(Bytes received, Bytes sent) {}
}
