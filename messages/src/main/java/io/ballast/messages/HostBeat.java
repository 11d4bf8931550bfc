package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a host has, how busy it is, and every virtual machine on it.
 *
 * @param vms every domain that libvirt knows there, running or not, as of {@link
 *     Hypervisor#sampledAt()}; after a hang they are what was last known
 * @param operations the work that is open on this host; what is missing here has ended
 * @param epoch the highest epoch of a scheduler that this host's agent has followed; absent if it
 *     followed none since it started
 * @param ended outcomes that the bus has not confirmed yet, newest last, at most {@value
 *     #MOST_ENDED}
 */
public record HostBeat(
    Pulse pulse,
    Capacity capacity,
    Load load,
    Hypervisor hypervisor,
    List<Vm> vms,
    List<OperationId> operations,
    Optional<Long> epoch,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Ended> ended)
    implements Beat {
  /** So many outcomes a beat repeats at most. */
  public static final int MOST_ENDED = 20;

  public HostBeat {
    Fields.required(pulse, "pulse");
    Fields.required(capacity, "capacity");
    Fields.required(load, "load");
    Fields.required(hypervisor, "hypervisor");
    vms = Fields.listOf(vms, "vms");
    operations = Fields.listOf(operations, "operations");
    Fields.required(epoch, "epoch");
    ended = Fields.listOrNone(ended, "ended");
    if (ended.size() > MOST_ENDED) {
      throw new IllegalArgumentException(
          "field 'ended' has " + ended.size() + " entries; it must have at most " + MOST_ENDED);
    }
  }

  /** A beat that repeats no outcome. */
  public HostBeat(
      Pulse pulse,
      Capacity capacity,
      Load load,
      Hypervisor hypervisor,
      List<Vm> vms,
      List<OperationId> operations,
      Optional<Long> epoch) {
    this(pulse, capacity, load, hypervisor, vms, operations, epoch, List.of());
  }

  /** This with another load and other virtual machines. */
  public HostBeat with(Load otherLoad, List<Vm> otherVms) {
    return new HostBeat(pulse, capacity, otherLoad, hypervisor, otherVms, operations, epoch, ended);
  }

  /** How old the load was when this was told, by the host's clock; zero if that is not said. */
  public Duration loadAge() {
    return load.sampledAt()
        .map(sampled -> Duration.between(sampled, pulse.at()))
        .filter(age -> !age.isNegative())
        .orElse(Duration.ZERO);
  }

  /** The used share of the host's memory, 0 to 1. */
  public double memoryRatio() {
    return Math.min(1, load.memoryUsed().shareOf(capacity.memory()));
  }

  /**
   * What the host has.
   *
   * @param cpus processors it may use, at least a fraction of one; 0.5 is half of one
   */
  public record Capacity(double cpus, Bytes memory) {
    public Capacity {
      if (!(cpus > 0) || Double.isInfinite(cpus)) {
        throw new IllegalArgumentException("field 'cpus' is " + cpus + "; it must be above 0");
      }
      Fields.required(memory, "memory");
    }
  }

  /**
   * How busy the host is.
   *
   * @param cpu used share of its processors since the last beat, 0 to 1
   * @param memoryUsed memory that is not available to new work
   * @param average1 runnable and blocked tasks, averaged over 1 minute, at least 0
   * @param average5 the same over 5 minutes
   * @param average15 the same over 15 minutes
   * @param pressure absent where the kernel does not tell
   * @param links traffic of the host's network links, without loopback
   * @param sampledAt when it was measured, by the host's clock; absent means: with the beat
   * @param problem for a person: why it could not be measured since; absent if it could
   */
  public record Load(
      double cpu,
      Bytes memoryUsed,
      double average1,
      double average5,
      double average15,
      Optional<Pressure> pressure,
      List<LinkTraffic> links,
      Optional<Instant> sampledAt,
      Optional<String> problem) {
    public Load {
      Fields.ratio(cpu, "cpu");
      Fields.required(memoryUsed, "memoryUsed");
      Fields.atLeastZero(average1, "average1");
      Fields.atLeastZero(average5, "average5");
      Fields.atLeastZero(average15, "average15");
      Fields.required(pressure, "pressure");
      links = Fields.listOf(links, "links");
      Fields.required(sampledAt, "sampledAt");
      Fields.required(problem, "problem");
    }

    /** A load that was measured with the beat. */
    public Load(
        double cpu,
        Bytes memoryUsed,
        double average1,
        double average5,
        double average15,
        Optional<Pressure> pressure,
        List<LinkTraffic> links) {
      this(
          cpu,
          memoryUsed,
          average1,
          average5,
          average15,
          pressure,
          links,
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * The share of time, 0 to 1, over the last 10 seconds in which work waited for a resource: Linux
   * pressure stall information, {@code avg10} of {@code /proc/pressure}.
   *
   * @param cpu some task waited for a processor
   * @param memory some task waited for memory
   * @param memoryFull all tasks waited for memory
   * @param io some task waited for a disk
   * @param ioFull all tasks waited for a disk
   */
  public record Pressure(double cpu, double memory, double memoryFull, double io, double ioFull) {
    public Pressure {
      Fields.ratio(cpu, "cpu");
      Fields.ratio(memory, "memory");
      Fields.ratio(memoryFull, "memoryFull");
      Fields.ratio(io, "io");
      Fields.ratio(ioFull, "ioFull");
    }
  }

  /**
   * Traffic of one network link.
   *
   * @param received in bytes per second since the last beat
   * @param sent in bytes per second since the last beat
   */
  public record LinkTraffic(String link, Bytes received, Bytes sent) {
    public LinkTraffic {
      Fields.text(link, "link");
      Fields.required(received, "received");
      Fields.required(sent, "sent");
    }
  }

  /**
   * How the host's hypervisor is.
   *
   * @param sampledAt when it last answered, by the host's clock; absent until it first did
   * @param peerUri how other hosts' hypervisors reach this one for migrations
   */
  public record Hypervisor(Health health, Optional<Instant> sampledAt, String peerUri) {
    public Hypervisor {
      Fields.required(health, "health");
      Fields.required(sampledAt, "sampledAt");
      Fields.text(peerUri, "peerUri");
    }
  }

  /** How an operation ended that this host's agent had accepted. */
  public record Ended(OperationId operation, Outcome outcome) {
    public Ended {
      Fields.required(operation, "operation");
      Fields.required(outcome, "outcome");
    }
  }

  /** Whether a hypervisor answers. */
  public enum Health {
    /** It answers in time. */
    ANSWERING,
    /** It accepted calls and does not come back; the virtual machines may run on. */
    STUCK,
    /** It can't be reached: it does not run or refuses connections. */
    UNREACHABLE
  }
}
