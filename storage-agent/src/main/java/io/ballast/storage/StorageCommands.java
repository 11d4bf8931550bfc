package io.ballast.storage;

import io.ballast.agent.Agent;
import io.ballast.agent.Handling;
import io.ballast.agent.Trade;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.InspectOperation;
import io.ballast.messages.StorageCommand.InspectStorage;
import java.time.Instant;
import java.util.Optional;

/** The trade of a host's storage agent: it tells what it sees. */
record StorageCommands(Agent<StorageBeat> agent) implements Trade {
  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case StorageCommand<?> asked -> handling(asked);
      case HostCommand<?> other -> throw notForThis(other);
      case NetCommand<?> other -> throw notForThis(other);
      case SchedulerCommand<?> other -> throw notForThis(other);
    };
  }

  private Handling handling(StorageCommand<?> command) {
    return switch (command) {
      case InspectStorage asked ->
          new Handling.Question(() -> agent.next().map(Reply.StorageInspected::new));
      case InspectOperation asked -> new Handling.Inspect(asked.operation());
    };
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    throw new IllegalStateException("no command of a storage agent begins an operation");
  }

  private static RefusedException notForThis(Command<?> command) {
    return new RefusedException(
        Reason.UNKNOWN_KIND,
        command.getClass().getSimpleName() + " is no command for a storage agent");
  }
}
