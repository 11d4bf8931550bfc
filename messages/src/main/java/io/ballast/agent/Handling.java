package io.ballast.agent;

import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** What has to be done about a command. */
public sealed interface Handling {
  /** It asks something, and changes nothing. */
  record Question(Supplier<Future<? extends Reply>> answer) implements Handling {}

  /**
   * It changes something at once, and repeating it changes nothing more; nothing of it is
   * remembered.
   */
  record Deed(Supplier<Future<? extends Reply>> doing) implements Handling {}

  /**
   * It changes something, and may take long: it is checked, written down, accepted or refused, done
   * once, and ends in one event.
   *
   * @param object what it works on, in the words of the trade
   * @param endsEarly whether it can be cancelled after it began
   * @param check completes with the work, or fails with the refusal
   * @param aftermath finds out what became of it, and never begins it again unless that is
   *     harmless: for an agent that restarted after it may have been begun, and for work that did
   *     not come back
   */
  record Change(
      String object, boolean endsEarly, Supplier<Future<Work>> check, Supplier<Work> aftermath)
      implements Handling {}

  /** It tells that a command may come under an id. */
  record Announce(OperationId operation) implements Handling {}

  /** It asks how it stands with an announced command, which is not taken on any more. */
  record Withdraw(OperationId operation) implements Handling {}

  /** It asks how it stands with an operation. */
  record Inspect(OperationId operation) implements Handling {}

  /**
   * It gives up an operation.
   *
   * @param unknown what to do where that is not known here
   */
  record Cancel(OperationId operation, Supplier<Future<?>> unknown) implements Handling {}
}
