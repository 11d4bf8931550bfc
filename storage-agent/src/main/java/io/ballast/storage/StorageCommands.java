package io.ballast.storage;

import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetCommand;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Answers the commands to a host's storage agent. */
record StorageCommands(Supplier<StorageBeat> nextBeat) implements Bus.Receiver {
  @Override
  public Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    return switch (command) {
      case StorageCommand<?> asked -> answer(asked);
      case HostCommand<?> other -> notForStorage(other);
      case NetCommand<?> other -> notForStorage(other);
      case SchedulerCommand<?> other -> notForStorage(other);
    };
  }

  private Future<? extends Reply> answer(StorageCommand<?> command) {
    return switch (command) {
      case InspectStorage asked ->
          Future.succeededFuture(new Reply.StorageInspected(nextBeat.get()));
    };
  }

  private static Future<Reply> notForStorage(Command<?> command) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_KIND,
            command.getClass().getSimpleName() + " is no command for a storage agent"));
  }
}
