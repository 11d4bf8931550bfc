package io.ballast.ops.client;

import io.ballast.bus.Role;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.messages.StorageCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An operation, and the host whose agent knows it. */
record FoundOperation(HostId host, OperationInspected operation) {
  /**
   * Asks one agent after the other, because the id does not say whose it is.
   *
   * @param at whose agents are asked; empty for those of all hosts
   * @param agents that are asked; a host may do without some, where there are several
   */
  static FoundOperation of(
      FleetConnection connection, OperationId id, Optional<HostId> at, List<Role> agents) {
    List<String> silent = new ArrayList<>();
    for (HostId asked : at.map(List::of).orElseGet(() -> hosts(connection))) {
      for (Role role : agents) {
        try {
          return new FoundOperation(asked, ask(connection, role, asked, id));
        } catch (CommandFailure failure) {
          boolean dispensable = role != Role.HOST && agents.size() > 1;
          if (!knowsNothing(failure, dispensable)) {
            silent.add(asked + ": " + failure.line());
          }
        }
      }
    }
    String agent = agents.size() == 1 ? agents.getFirst().word() + " agent" : "agent";
    throw new CommandFailure(
        silent.isEmpty() ? ExitCode.REFUSED : ExitCode.NO_ANSWER,
        silent.isEmpty()
            ? "no %s knows an operation %s; it never came there, or too long ago"
                .formatted(agent, id)
            : "no %s that answers knows an operation %s; %s"
                .formatted(agent, id, String.join("; ", silent)));
  }

  /** Asks one agent. */
  static OperationInspected ask(
      FleetConnection connection, Role role, HostId host, OperationId operation) {
    return switch (role) {
      case HOST -> connection.askHost(host, new HostCommand.InspectOperation(operation));
      case STORAGE ->
          connection.askAgent(role, host, new StorageCommand.InspectOperation(operation));
      case NET -> connection.askAgent(role, host, new NetCommand.InspectOperation(operation));
      case SCHEDULER -> throw new IllegalArgumentException("no host has a scheduler of its own");
    };
  }

  private static boolean knowsNothing(CommandFailure failure, boolean dispensable) {
    return failure
        .reason()
        .filter(
            reason ->
                reason == Reason.UNKNOWN_OPERATION || (reason == Reason.NO_RECEIVER && dispensable))
        .isPresent();
  }

  private static List<HostId> hosts(FleetConnection connection) {
    return connection.fleet().hosts().stream().map(Fleet.Host::id).sorted().toList();
  }

  /** Whether nothing is left to be done of it. */
  boolean isOver() {
    return switch (operation.stage()) {
      case WAITING, RUNNING -> false;
      case REFUSED, ENDED -> true;
    };
  }

  /** How it stands, for a person. */
  String state() {
    return switch (operation.stage()) {
      case WAITING -> "waits for its turn";
      case RUNNING -> "under way" + operation.percent().map(it -> ", " + it + "%").orElse("");
      case REFUSED ->
          operation.refusal().map(no -> "refused, " + no.reason() + ": " + no.message()).orElse("");
      case ENDED -> operation.outcome().map(FoundOperation::words).orElse("");
    };
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> "done" + done.report().map(text -> ": " + text).orElse("");
      case Outcome.Failed failed -> "failed, " + failed.reason() + ": " + failed.message();
      case Outcome.Unknown unknown -> "unclear: " + unknown.message();
    };
  }
}
