package io.ballast.net;

import io.ballast.agent.Agent;
import io.ballast.agent.Handling;
import io.ballast.agent.Trade;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.NetCommand.InspectOperation;
import io.ballast.messages.NetOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import java.time.Instant;
import java.util.Optional;

/** The trade of a host's network agent: it tells what it sees. */
record NetCommands(Agent<NetBeat> agent) implements Trade {
  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case NetCommand<?> asked -> handling(asked);
      case HostCommand<?> other -> throw notForThis(other);
      case StorageCommand<?> other -> throw notForThis(other);
      case SchedulerCommand<?> other -> throw notForThis(other);
    };
  }

  private Handling handling(NetCommand<?> command) {
    return switch (command) {
      case InspectNet asked ->
          new Handling.Question(() -> agent.next().map(Reply.NetInspected::new));
      case InspectOperation asked -> new Handling.Inspect(asked.operation());
      case NetCommand.InspectPort asked -> throw notYet();
      case NetCommand.ListPorts asked -> throw notYet();
      case NetOrder asked -> throw notYet();
    };
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    throw new IllegalStateException("no command of a network agent begins an operation");
  }

  private static RefusedException notYet() {
    return new RefusedException(Reason.UNKNOWN_KIND, "not yet");
  }

  private static RefusedException notForThis(Command<?> command) {
    return new RefusedException(
        Reason.UNKNOWN_KIND,
        command.getClass().getSimpleName() + " is no command for a network agent");
  }
}
