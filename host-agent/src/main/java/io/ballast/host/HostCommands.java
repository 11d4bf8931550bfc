package io.ballast.host;

import io.ballast.agent.Agent;
import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Trade;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.work.Aftermath;
import io.ballast.host.work.Arrivals;
import io.ballast.host.work.Departures;
import io.ballast.host.work.Patience;
import io.ballast.host.work.Preconditions;
import io.ballast.host.work.Shutdown;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostCommand.Announce;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.Consider;
import io.ballast.messages.HostCommand.Define;
import io.ballast.messages.HostCommand.Destroy;
import io.ballast.messages.HostCommand.Examine;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostCommand.InspectOperation;
import io.ballast.messages.HostCommand.InspectVm;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostCommand.Reboot;
import io.ballast.messages.HostCommand.Release;
import io.ballast.messages.HostCommand.Resume;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Steer;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.HostCommand.Undefine;
import io.ballast.messages.HostCommand.Withdraw;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The trade of a host's agent: what each command does to a virtual machine, checked against what
 * the hypervisor says then. Lives on one loop.
 */
final class HostCommands implements Trade {
  private final HostAgentConfig config;
  private final Hypervisor hypervisor;
  private final HostSampler sampler;
  private final Travel travel;
  private final Agent<HostBeat> agent;
  private final Loop loop;

  /** What is done about virtual machines that come and go. */
  record Travel(Loop loop, Arrivals arrivals, Departures departures) {}

  HostCommands(
      HostAgentConfig config,
      Hypervisor hypervisor,
      HostSampler sampler,
      Travel travel,
      Agent<HostBeat> agent) {
    this.config = config;
    this.hypervisor = hypervisor;
    this.sampler = sampler;
    this.travel = travel;
    this.agent = agent;
    this.loop = travel.loop();
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    return new Event.OperationFinished(operation, config.host(), VmId.of(object), outcome, at);
  }

  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case HostCommand<?> asked -> handling(id, epoch, asked);
      case StorageCommand<?> other -> throw notForHosts(other);
      case NetCommand<?> other -> throw notForHosts(other);
      case SchedulerCommand<?> other -> throw notForHosts(other);
    };
  }

  private Handling handling(OperationId id, Optional<Long> epoch, HostCommand<?> command) {
    return switch (command) {
      case InspectHost asked ->
          new Handling.Question(() -> agent.next().map(Reply.HostInspected::new));
      case InspectVm asked -> new Handling.Question(() -> inspect(asked.vm()));
      case InspectOperation asked -> new Handling.Inspect(asked.operation());
      case Define asked -> define(asked);
      case Start asked ->
          change(
              asked.vm(),
              vm -> start(Preconditions.known(vm, asked.vm())),
              state -> state.filter(VmState::active).isPresent());
      case ShutDown asked -> shutDown(asked);
      case Destroy asked ->
          change(
              asked.vm(),
              vm -> {
                Preconditions.active(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.destroy(asked.vm()));
              },
              state -> state.filter(VmState::active).isEmpty());
      case Reboot asked ->
          change(
              asked.vm(),
              vm -> {
                Preconditions.running(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.reboot(asked.vm()));
              },
              () -> Aftermath.unseen("ask the guest to restart"));
      case Suspend asked ->
          change(
              asked.vm(),
              vm -> {
                Preconditions.running(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.suspend(asked.vm()));
              },
              state -> state.equals(Optional.of(VmState.PAUSED)));
      case Resume asked ->
          change(
              asked.vm(),
              vm -> {
                Preconditions.paused(Preconditions.known(vm, asked.vm()));
                return Work.of(() -> hypervisor.resume(asked.vm()));
              },
              state -> state.equals(Optional.of(VmState.RUNNING)));
      case Undefine asked ->
          change(
              asked.vm(),
              vm -> {
                vm.ifPresent(found -> Preconditions.notActive(found.domain()));
                return Work.of(() -> hypervisor.undefine(asked.vm()));
              },
              Optional::isEmpty);
      case Migrate asked -> migrate(id, epoch, asked);
      case Steer asked -> new Handling.Deed(() -> travel.departures().steer(asked));
      case Prepare asked -> new Handling.Deed(() -> travel.arrivals().prepare(asked));
      case Consider asked ->
          new Handling.Question(() -> travel.arrivals().consider(asked.arrival()));
      case Examine asked -> new Handling.Question(() -> examine(asked));
      case Release asked ->
          new Handling.Deed(
              () -> Future.succeededFuture(travel.arrivals().release(asked.operation())));
      case Announce asked -> new Handling.Announce(asked.operation());
      case Withdraw asked -> new Handling.Withdraw(asked.operation());
      case Cancel asked -> new Handling.Cancel(asked.operation(), () -> cancelUnknown(asked));
    };
  }

  /** Defining the same again changes nothing more, so what was interrupted is done once more. */
  private Handling define(Define asked) {
    DomainXml described = DomainXml.of(asked.xml());
    VmId vm = described.id();
    String xml = config.domains().admitted(asked.xml());
    Work work = Work.of(() -> hypervisor.define(xml));
    return change(
        vm,
        found -> {
          travel.arrivals().notComing(vm, described.text("name").orElse(vm.toString()));
          return work;
        },
        () -> work);
  }

  private Work start(Domain domain) {
    Preconditions.notActive(domain);
    travel.arrivals().notComing(domain.id(), domain.name());
    Preconditions.fits(domain, travel.arrivals().left(sampler.available()));
    return Work.of(() -> hypervisor.start(domain.id()));
  }

  private Handling shutDown(ShutDown asked) {
    return change(
        asked.vm(),
        vm -> {
          Preconditions.running(Preconditions.known(vm, asked.vm()));
          return new Shutdown(asked, hypervisor, loop, config.patience(), false);
        },
        () -> new Shutdown(asked, hypervisor, loop, config.patience(), true));
  }

  private Handling migrate(OperationId id, Optional<Long> epoch, Migrate asked) {
    return new Handling.Change(
        asked.vm().toString(),
        true,
        () ->
            look(asked.vm())
                .compose(
                    vm -> {
                      Domain domain = Preconditions.known(vm, asked.vm());
                      if (asked.rests()) {
                        Preconditions.notActive(domain);
                        Preconditions.nothingBesides(vm.orElseThrow());
                      } else {
                        Preconditions.running(domain);
                      }
                      Preconditions.elsewhere(asked, config.here());
                      return travel.departures().of(id, asked, vm.orElseThrow(), epoch);
                    }),
        () -> travel.departures().left(id, asked, epoch));
  }

  private Handling change(
      VmId vm, Function<Optional<Description>, Work> check, Supplier<Work> aftermath) {
    return new Handling.Change(vm.toString(), false, () -> look(vm).map(check), aftermath);
  }

  private Handling change(
      VmId vm, Function<Optional<Description>, Work> check, Predicate<Optional<VmState>> done) {
    return change(vm, check, () -> new Aftermath(vm, done, hypervisor, loop, config.patience()));
  }

  private Future<Reply.VmInspected> inspect(VmId vm) {
    return look(vm)
        .map(
            found ->
                new Reply.VmInspected(
                    found.map(it -> sampler.vm(it.domain())),
                    found.map(Description::xml),
                    found.map(Description::defined)));
  }

  private Future<Reply.Examined> examine(Examine asked) {
    return look(asked.vm())
        .compose(
            found -> {
              Preconditions.known(found, asked.vm());
              return travel.departures().examine(asked, found.orElseThrow());
            });
  }

  private Future<Optional<Description>> look(VmId vm) {
    Patience patience = config.patience();
    return loop.here(
        hypervisor.inspect(vm),
        patience.check(),
        () ->
            new RefusedException(
                Reason.HYPERVISOR_STUCK,
                "the hypervisor of %s did not answer within %d ms"
                    .formatted(config.host(), patience.check().toMillis())));
  }

  /** The hypervisor goes on with a migration that this agent never heard of. */
  private Future<?> cancelUnknown(Cancel asked) {
    if (asked.vm().isEmpty()) {
      return Future.failedFuture(
          new RefusedException(
              Reason.UNKNOWN_OPERATION,
              "there is no operation "
                  + asked.operation()
                  + " here; 'ballast watch' shows the open ones"));
    }
    VmId vm = asked.vm().get();
    return agent
        .objection(vm.toString())
        .<Future<Void>>map(Future::failedFuture)
        .orElseGet(() -> loop.here(hypervisor.abortMigration(vm)))
        .recover(failure -> Future.failedFuture(none(asked.operation(), vm, failure)));
  }

  /** A hypervisor that has nothing to abort means that there is no such operation. */
  private static Throwable none(OperationId operation, VmId vm, Throwable failure) {
    return failure instanceof RefusedException refused
            && (refused.reason() == Reason.WRONG_STATE || refused.reason() == Reason.UNKNOWN_VM)
        ? new RefusedException(
            Reason.UNKNOWN_OPERATION,
            "there is no operation %s here, and no migration of virtual machine %s is under way;"
                    .formatted(operation, vm)
                + " look which host has it now")
        : failure;
  }

  private static RefusedException notForHosts(Command<?> command) {
    return new RefusedException(
        Reason.UNKNOWN_KIND,
        command.getClass().getSimpleName() + " is no command for a host's agent");
  }
}
