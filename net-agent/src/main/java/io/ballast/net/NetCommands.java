package io.ballast.net;

import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Answers the commands to a host's network agent. */
record NetCommands(Supplier<NetBeat> nextBeat) implements Bus.Receiver {
  @Override
  public Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    return switch (command) {
      case NetCommand<?> asked -> answer(asked);
      case HostCommand<?> other -> notForNet(other);
      case StorageCommand<?> other -> notForNet(other);
      case SchedulerCommand<?> other -> notForNet(other);
    };
  }

  private Future<? extends Reply> answer(NetCommand<?> command) {
    return switch (command) {
      case InspectNet asked -> Future.succeededFuture(new Reply.NetInspected(nextBeat.get()));
    };
  }

  private static Future<Reply> notForNet(Command<?> command) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_KIND,
            command.getClass().getSimpleName() + " is no command for a network agent"));
  }
}
