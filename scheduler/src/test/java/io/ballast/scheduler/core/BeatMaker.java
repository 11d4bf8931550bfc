package io.ballast.scheduler.core;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Makes the beats of one host's agents for tests; every beat counts on. */
public final class BeatMaker {
  public static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  public static final Duration INTERVAL = Duration.ofSeconds(3);

  private final HostId host;
  private long incarnation = 1000;
  private long sequence;
  private Health health = Health.ANSWERING;
  private List<OperationId> operations = List.of();

  public BeatMaker(String host) {
    this.host = new HostId(host);
  }

  public HostId host() {
    return host;
  }

  public BeatMaker incarnation(long next) {
    incarnation = next;
    sequence = 0;
    return this;
  }

  public BeatMaker health(Health next) {
    health = next;
    return this;
  }

  public BeatMaker operations(OperationId... next) {
    operations = List.of(next);
    return this;
  }

  /** Skips beats that are lost on their way. */
  public BeatMaker lose(int beats) {
    sequence += beats;
    return this;
  }

  public Pulse pulse(Instant at) {
    sequence++;
    return new Pulse(host, "lab", incarnation, sequence, at, INTERVAL, "test");
  }

  public HostBeat beat(Instant at, Vm... vms) {
    return beat(at, at, vms);
  }

  public HostBeat beat(Instant at, Instant sampledAt, Vm... vms) {
    return new HostBeat(
        pulse(at),
        new HostBeat.Capacity(4, Bytes.ofMiB(4096)),
        new HostBeat.Load(0.2, Bytes.ofMiB(512), 0.5, 0.5, 0.5, Optional.empty(), List.of()),
        new HostBeat.Hypervisor(health, Optional.of(sampledAt), "qemu+tcp://" + host + "/system"),
        List.of(vms),
        operations,
        Optional.empty());
  }

  public StorageBeat storage(Instant at) {
    return new StorageBeat(pulse(at), List.of(), Optional.of(at), Optional.empty());
  }

  /** A storage agent's beat of what was seen just now. */
  public StorageBeat storage(
      Instant at, List<StorageBeat.Pool> pools, List<StorageBeat.Health> health) {
    return new StorageBeat(pulse(at), pools, Optional.of(at), Optional.empty(), health);
  }

  /** A network agent's beat: a bridge {@code br0} of the kernel, on which it keeps these ports. */
  public NetBeat net(Instant at, Port... ports) {
    return new NetBeat(
        pulse(at),
        List.of(new NetBeat.Bridge("br0", NetBeat.Bridge.Kind.LINUX, List.of())),
        List.of(),
        Optional.of(at),
        Optional.empty(),
        Stream.of(ports)
            .map(
                port ->
                    new PortStatus(
                        port,
                        PortStatus.State.IN_FORCE,
                        Optional.of("vnet0"),
                        List.of(),
                        Optional.empty()))
            .toList(),
        List.of(),
        List.of(),
        List.of(NetBeat.Ability.LINUX_BRIDGE));
  }

  /** A port of a VM on {@code br0}. */
  public static Port port(int vm) {
    return Port.of(Mac.of(0x525400000000L + vm), vmId(vm), "br0");
  }

  public static Vm vm(int number, VmState state) {
    return new Vm(
        vmId(number),
        "guest" + number,
        state,
        1,
        0.1,
        Bytes.ofMiB(64),
        Bytes.ofMiB(64),
        Vm.Traffic.NONE);
  }

  public static VmId vmId(int number) {
    return new VmId(new UUID(0, number));
  }

  public static Instant at(double seconds) {
    return START.plusNanos(Math.round(seconds * 1e9));
  }
}
