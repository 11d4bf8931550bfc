package io.ballast.ops.process;

import io.ballast.agent.Agent;
import io.ballast.agent.FileBook;
import io.ballast.agent.FileJournal;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Journal;
import io.ballast.agent.tool.Runner;
import io.ballast.bus.Address;
import io.ballast.bus.Role;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.libvirt.LibvirtHypervisor;
import io.ballast.host.libvirt.LibvirtSettings;
import io.ballast.host.meter.ProcMeter;
import io.ballast.messages.Berth;
import io.ballast.messages.HostId;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.net.NetAgent;
import io.ballast.net.libvirt.VirshGuests;
import io.ballast.net.libvirt.VirshNetworks;
import io.ballast.net.links.LinuxLinks;
import io.ballast.net.links.Ways;
import io.ballast.net.linux.KernelTools;
import io.ballast.net.linux.LinuxSwitch;
import io.ballast.net.linux.PacketSocket;
import io.ballast.net.ovs.OvsSwitch;
import io.ballast.net.ovs.ToolVswitch;
import io.ballast.net.work.Ports;
import io.ballast.ops.Version;
import io.ballast.ops.config.AgentSettings;
import io.ballast.storage.StorageAgent;
import io.ballast.storage.health.LinuxDevices;
import io.ballast.storage.libvirt.LibvirtVolumes;
import io.vertx.core.Deployable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents of one host, made of the real things: libvirt, /proc and /sys. */
final class Agents {
  private static final Logger LOG = LoggerFactory.getLogger(Agents.class);
  private static final Path PROC = Path.of("/proc");
  private static final Path SYS = Path.of("/sys");

  /** Where Open vSwitch has its sockets. */
  private static final Path OPEN_VSWITCH = Path.of("/run/openvswitch");

  /** Libvirt looks at the pools' disks for this, which can be slow. */
  private static final Duration POOLS_WITHIN = Duration.ofSeconds(10);

  private final HostId host;
  private final AgentSettings settings;
  private final FleetProcess process;

  Agents(HostId host, AgentSettings settings, FleetProcess process) {
    this.host = host;
    this.settings = settings;
    this.process = process;
  }

  /** Those of the given roles, to be deployed. */
  List<Deployable> of(Set<AgentRole> roles) {
    return roles.stream().map(this::of).toList();
  }

  private Deployable of(AgentRole role) {
    return switch (role) {
      case HOST -> hostAgent();
      case STORAGE -> storageAgent();
      case NET -> netAgent();
    };
  }

  private HostAgent hostAgent() {
    LibvirtHypervisor hypervisor =
        new LibvirtHypervisor(
            process.vertx(),
            LibvirtSettings.of(settings.libvirt()).with(settings.migrationPorts()));
    process.closeAtEnd(hypervisor);
    String peerUri = settings.peerUri().orElse("qemu://" + host + "/system");
    return new HostAgent(
        HostAgentConfig.of(host, settings.cluster(), Version.text(), peerUri)
            .with(terms())
            .with(settings.domains())
            .with(settings.peers()),
        process.bus(),
        journal(Role.HOST),
        new HostAgent.Machine(hypervisor, new ProcMeter(process.vertx(), PROC, SYS)),
        process.registry(),
        Clock.systemUTC());
  }

  private Deployable storageAgent() {
    makeExchange();
    LibvirtVolumes volumes =
        new LibvirtVolumes(
            process.vertx(),
            settings.libvirt(),
            POOLS_WITHIN,
            new LibvirtVolumes.Places(settings.exchange(), settings.ceph()));
    process.closeAtEnd(volumes);
    LinuxDevices devices =
        new LinuxDevices(process.vertx(), PROC, LinuxDevices.DEFAULT_TOOL, Clock.systemUTC());
    process.closeAtEnd(devices);
    return StorageAgent.of(
        terms(),
        process.bus(),
        journal(Role.STORAGE),
        new StorageAgent.Machine(volumes, devices, book(Role.STORAGE, "berths", Berth.class)),
        settings.storage(),
        Clock.systemUTC());
  }

  /** Images of guests pass through it, which are for root alone. */
  private void makeExchange() {
    try {
      Files.createDirectories(
          settings.exchange(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      LOG.warn(
          "No images can be imported or exported until {} is a folder: {}",
          settings.exchange(),
          e.toString());
    }
  }

  private Deployable netAgent() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("network timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    Runner runner = new Runner(Runner.Limits.DEFAULT, Runner.Manner.BRISK, timer);
    // One of its own: a libvirt that hangs holds up no switch.
    Runner virsh = new Runner(Runner.Limits.DEFAULT, Runner.Manner.BRISK, timer);
    LinuxLinks links =
        new LinuxLinks(process.vertx(), SYS, new Ways(PROC, process.brokers()), runner);
    OvsSwitch openVswitch =
        new OvsSwitch(new ToolVswitch(process.vertx(), runner, OPEN_VSWITCH), SYS);
    LinuxSwitch bridges = new LinuxSwitch(new KernelTools(runner, List.of(), new PacketSocket()));
    process.closeAtEnd(timer::shutdownNow);
    process.closeAtEnd(runner);
    process.closeAtEnd(virsh);
    process.closeAtEnd(bridges);
    process.closeAtEnd(openVswitch);
    process.closeAtEnd(links);
    return NetAgent.of(
        terms(),
        process.bus(),
        journal(Role.NET),
        new NetAgent.Machine(
            new Ports.Machine(
                links,
                List.of(openVswitch, bridges),
                book(Role.NET, "ports", Port.class),
                book(Role.NET, "bridges", CreateBridge.class)),
            new VirshNetworks(virsh, settings.libvirt()),
            new VirshGuests(virsh, settings.libvirt())),
        settings.net(),
        Clock.systemUTC());
  }

  /** What the agent of a role keeps for as long as its host is meant to have it. */
  private <T> FileBook<T> book(Role role, String name, Class<T> type) {
    Path file = settings.journal().resolve(role.word() + "-" + host + "." + name);
    return new FileBook<>(process.vertx(), file, type);
  }

  private Agent.Terms terms() {
    return new Agent.Terms(
        new Heartbeat.Beater(host, settings.cluster(), settings.beat(), Version.text()),
        settings.commanders().isEmpty()
            ? Set.of(process.user())
            : Set.copyOf(settings.commanders()),
        settings.retention());
  }

  private Journal journal(Role role) {
    return new FileJournal(
        settings.journal().resolve(role.word() + "-" + host + ".journal"),
        Address.at(role, host).toString());
  }
}
