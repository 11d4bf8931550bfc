package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Accepted;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * What is done about a command to give up a migration: its operation is asked to end or, where an
 * agent restarted and has forgotten that, the hypervisor, which goes on with a migration whose
 * caller went away. Lives on one loop.
 */
public record Cancellation(Operations operations, Hypervisor hypervisor, Loop loop) {
  /** Gives it up, or fails with the refusal. */
  public Future<Accepted> of(OperationId cancel, Cancel asked) {
    if (asked.vm().isEmpty() || operations.knows(asked.operation())) {
      return operations.cancel(cancel, asked.operation());
    }
    VmId vm = asked.vm().get();
    Optional<RefusedException> busy = operations.objection(vm);
    if (busy.isPresent()) {
      return Future.failedFuture(busy.get());
    }
    return loop.here(hypervisor.abortMigration(vm))
        .map(new Accepted(asked.operation()))
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
}
