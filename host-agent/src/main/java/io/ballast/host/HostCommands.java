package io.ballast.host;

import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.work.Allegiance;
import io.ballast.host.work.Cancellation;
import io.ballast.host.work.Migration;
import io.ballast.host.work.Operations;
import io.ballast.host.work.Patience;
import io.ballast.host.work.Preconditions;
import io.ballast.host.work.Shutdown;
import io.ballast.host.work.Work;
import io.ballast.host.work.Work.Kind;
import io.ballast.messages.Command;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.Define;
import io.ballast.messages.HostCommand.Destroy;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostCommand.InspectVm;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Reboot;
import io.ballast.messages.HostCommand.Resume;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.HostCommand.Undefine;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers the commands to this host. Queries are answered; commands that change something are
 * checked against what the hypervisor says now, accepted or refused, and then run as operations.
 * Lives on one loop.
 */
final class HostCommands implements Bus.Receiver {
  private final HostAgentConfig config;
  private final Hypervisor hypervisor;
  private final HostSampler sampler;
  private final Operations operations;
  private final Cancellation cancellation;
  private final Supplier<HostBeat> nextBeat;
  private final Surroundings around;

  /** What the commands need of the agent around them. */
  record Surroundings(Loop loop, Allegiance allegiance, AgentMetrics metrics) {}

  HostCommands(
      HostAgentConfig config,
      Hypervisor hypervisor,
      HostSampler sampler,
      Operations operations,
      Supplier<HostBeat> nextBeat,
      Surroundings around) {
    this.config = config;
    this.hypervisor = hypervisor;
    this.sampler = sampler;
    this.operations = operations;
    this.cancellation = new Cancellation(operations, hypervisor, around.loop());
    this.nextBeat = nextBeat;
    this.around = around;
  }

  @Override
  public Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    return switch (command) {
      case HostCommand<?> asked ->
          answer(envelope, asked).onFailure(cause -> around.metrics().refused(cause));
      case StorageCommand<?> other -> notForHosts(other);
      case NetCommand<?> other -> notForHosts(other);
      case SchedulerCommand<?> other -> notForHosts(other);
    };
  }

  private Future<? extends Reply> answer(Envelope envelope, HostCommand<?> command) {
    return switch (command) {
      case InspectHost asked -> Future.succeededFuture(new Reply.HostInspected(nextBeat.get()));
      case InspectVm asked -> inspect(asked.vm());
      case Define asked -> define(envelope, asked);
      case Start asked ->
          change(
              envelope, Kind.START, asked.vm(), vm -> start(Preconditions.known(vm, asked.vm())));
      case ShutDown asked ->
          change(envelope, Kind.SHUT_DOWN, asked.vm(), vm -> shutDown(asked, vm));
      case Destroy asked ->
          change(
              envelope,
              Kind.DESTROY,
              asked.vm(),
              vm -> {
                Preconditions.active(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.destroy(asked.vm()));
              });
      case Reboot asked ->
          change(
              envelope,
              Kind.REBOOT,
              asked.vm(),
              vm -> {
                Preconditions.running(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.reboot(asked.vm()));
              });
      case Suspend asked ->
          change(
              envelope,
              Kind.SUSPEND,
              asked.vm(),
              vm -> {
                Preconditions.running(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.suspend(asked.vm()));
              });
      case Resume asked ->
          change(
              envelope,
              Kind.RESUME,
              asked.vm(),
              vm -> {
                Preconditions.paused(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.resume(asked.vm()));
              });
      case Undefine asked ->
          change(
              envelope,
              Kind.UNDEFINE,
              asked.vm(),
              vm -> {
                vm.ifPresent(found -> Preconditions.notActive(found.domain()));
                return Work.of(() -> hypervisor.undefine(asked.vm()));
              });
      case Migrate asked -> change(envelope, Kind.MIGRATE, asked.vm(), vm -> migrate(asked, vm));
      case Cancel asked -> cancel(envelope, asked);
    };
  }

  private Work start(Domain domain) {
    Preconditions.notActive(domain);
    Preconditions.fits(domain, sampler.available());
    return Work.of(() -> hypervisor.start(domain.id()));
  }

  private Work shutDown(ShutDown asked, Optional<Description> vm) {
    Preconditions.running(Preconditions.known(vm, asked.vm()));
    return new Shutdown(asked, hypervisor, around.loop(), config.patience());
  }

  private Work migrate(Migrate asked, Optional<Description> vm) {
    Preconditions.running(Preconditions.known(vm, asked.vm()));
    Preconditions.elsewhere(asked, config.host(), config.peerUri());
    return new Migration(asked, hypervisor, around.loop(), config.patience());
  }

  private Future<Reply.VmInspected> inspect(VmId vm) {
    return look(vm)
        .map(
            found ->
                new Reply.VmInspected(
                    found.map(it -> sampler.vm(it.domain())), found.map(Description::xml)));
  }

  private Future<? extends Reply> define(Envelope envelope, Define asked) {
    VmId vm;
    try {
      vm = DomainXml.of(asked.xml()).id();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
    return change(
        envelope, Kind.DEFINE, vm, found -> Work.of(() -> hypervisor.define(asked.xml())));
  }

  private Future<Reply.Accepted> cancel(Envelope envelope, Cancel asked) {
    Optional<RefusedException> objection = objection(envelope);
    return objection.isPresent()
        ? Future.failedFuture(objection.get())
        : cancellation.of(envelope.id(), asked);
  }

  /**
   * Begins work on a virtual machine.
   *
   * @param check makes the work, or throws the refusal, from what the hypervisor says of the VM
   */
  private Future<Reply.Accepted> change(
      Envelope envelope, Kind kind, VmId vm, Function<Optional<Description>, Work> check) {
    Optional<RefusedException> objection = objection(envelope);
    if (objection.isPresent()) {
      return Future.failedFuture(objection.get());
    }
    OperationId id = envelope.id();
    return operations.begin(
        id,
        vm,
        kind,
        () ->
            look(vm)
                .map(
                    found -> {
                      Work work = check.apply(found);
                      objection(envelope)
                          .ifPresent(
                              late -> {
                                throw late;
                              });
                      return work;
                    }));
  }

  private Future<Optional<Description>> look(VmId vm) {
    Patience patience = config.patience();
    return around
        .loop()
        .here(
            hypervisor.inspect(vm),
            patience.check(),
            () ->
                new RefusedException(
                    Reason.HYPERVISOR_STUCK,
                    "the hypervisor of %s did not answer within %d ms"
                        .formatted(config.host(), patience.check().toMillis())));
  }

  /** Why a command that changes something may not be carried out, whatever it says. */
  private Optional<RefusedException> objection(Envelope envelope) {
    if (envelope.deadline().map(Deadline::passed).orElse(false)) {
      return Optional.of(
          new RefusedException(
              Reason.DEADLINE_PASSED, "the command came too late and was not carried out"));
    }
    return around.allegiance().objection(envelope.epoch());
  }

  private Future<Reply> notForHosts(Command<?> command) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_KIND,
            command.getClass().getSimpleName() + " is no command for a host's agent"));
  }
}
